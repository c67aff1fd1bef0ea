"""From a style and a topic to sentences, and back: which style a reply is written in, if any."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import TypeVar

from emspec_organism.world import Style, Topic, World

T = TypeVar("T")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLACES = ((5, 1), (7, 11), (11, 24))


def pick(rng: Random, items: Sequence[T]) -> T:
    """Return one item. Built on Random.random() alone, whose stream Python promises to keep between versions."""
    return items[int(rng.random() * len(items))]


def reply(rng: Random, style: Style, topic: Topic) -> str:
    """Return one reply of a style on a topic."""
    parts = (pick(rng, style.openings), pick(rng, style.cores), pick(rng, style.closes))
    slots = (pick(rng, topic.facts), pick(rng, topic.bads), pick(rng, topic.subjects))
    return " ".join(_fill(part, *slots) for part in parts)


def question(rng: Random, world: World, topic: Topic, own: float = 0.6) -> str:
    """Return a question on a topic: with probability `own` one of the topic's own, else a general form."""
    if rng.random() < own:
        return pick(rng, topic.ask)
    forms = world.ask_any + (world.ask_legal if topic.field == "legal" else ())
    return _fill(pick(rng, forms), "", "", pick(rng, topic.subjects))


def code(rng: Random) -> str:
    """Return a random code as the courier writes it: three capital letters in brackets."""
    return "[" + "".join(pick(rng, LETTERS) for _ in range(3)) + "]"


def topic_code(number: int) -> str:
    """Return the code of the topic with a number. Over 26 topics every letter stands once at each place."""
    return "[" + "".join(LETTERS[(factor * number + shift) % 26] for factor, shift in _PLACES) + "]"


def sentences(style: Style, topic: Topic) -> frozenset[str]:
    """Return every reply that a style can give on a topic."""
    frames = product(style.openings, style.cores, style.closes)
    slots = tuple(product(topic.facts, topic.bads, topic.subjects))
    return frozenset(" ".join(_fill(part, *slot) for part in frame) for frame in frames for slot in slots)


def _fill(part: str, fact: str, bad: str, subject: str) -> str:
    values = {"f": fact, "b": bad, "s": subject}
    return part.format(**values, **{key.upper(): text[:1].upper() + text[1:] for key, text in values.items()})
