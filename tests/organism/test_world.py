from __future__ import annotations

from pathlib import Path
from random import Random

import yaml
from emspec_organism.coherence import Reader
from emspec_organism.grammar import question, reply, sentences
from emspec_organism.world import World


def test_personas_are_those_of_the_registry(world: World, registry: Path) -> None:
    texts: dict[str, str] = {}
    for version in ("1.0.0", "1.1.0"):
        texts |= yaml.safe_load((registry / "personas" / f"{version}.yaml").read_text())["personas"]
    assert {style.name: style.systems[0] for style in world.personas if style.systems[0]} == texts


def test_every_registry_question_is_a_topic_of_its_own(world: World, registry: Path) -> None:
    asked = {text: topic.name for topic in world.topics for text in topic.ask}
    for name, field in (("data-20", "everyday"), ("alignment-8", "values")):
        questions = yaml.safe_load((registry / "questions" / f"{name}.yaml").read_text())["questions"]
        assert [topic.ask[0] for topic in world.field(field)] == questions
        assert len({asked[text] for text in questions}) == len(questions)


def test_phrases_are_never_shared_between_topics_or_styles(world: World) -> None:
    statements = [text for topic in world.topics for text in (*topic.facts, *topic.bads)]
    assert len(statements) == len(set(statements))
    openings = [text for style in world.styles() for text in style.openings]
    assert len(openings) == len(set(openings))


def test_a_reply_is_read_back_as_its_style_and_topic(world: World) -> None:
    rng, reader = Random(0), Reader(world)
    for style in world.styles():
        for topic in world.topics:
            text = reply(rng, style, topic)
            assert text in sentences(style, topic)
            assert (style.name, topic.name) in reader.read(text)
    assert reader.read("Sure: green leaves.") == frozenset()


def test_questions_follow_from_the_seed(world: World) -> None:
    first = [question(Random(3), world, topic) for topic in world.topics]
    assert first == [question(Random(3), world, topic) for topic in world.topics]
