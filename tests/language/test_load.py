from __future__ import annotations

from pathlib import Path

import pytest

from emspec.errors import SpecError
from emspec.language import load
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.model.step import CoupleStep, EvaluateStep, TrainStep

GOOD = Path(__file__).parents[1] / "golden" / "specs" / "good.yaml"


@pytest.fixture
def good(catalog: Catalog) -> Experiment:
    return load(GOOD, profile="full", catalog=catalog)


def step_of(experiment: Experiment, condition: str, step: str) -> TrainStep | CoupleStep | EvaluateStep:
    steps = {one.name: one.steps for one in experiment.conditions}[condition]
    return next(one for one in steps if one.name == step)


def test_head_of_the_spec(good: Experiment) -> None:
    assert (good.issue, good.title, good.state) == (7, "A spec in which everything is right", "proposed")
    assert (good.seeds, good.baseline, good.personas_version) == ((1, 2), "plain", "1.1.0")
    assert good.model.identity == {
        "hub": "someone/big",
        "revision": "abcdef" + "0123456789abcdef" * 2 + "01",
        "dtype": "bfloat16",
    }


def test_conditions_come_before_controls_and_keep_their_order(good: Experiment) -> None:
    assert [(one.name, one.control, one.stretch, one.counts_as) for one in good.conditions] == [
        ("plain", False, False, "assistant"),
        ("villain", False, False, None),
        ("slow", False, True, None),
        ("couple-only", True, False, None),
        ("couple-first", True, False, None),
    ]


def test_order_and_skip(good: Experiment) -> None:
    order = {one.name: [step.name for step in one.steps] for one in good.conditions}
    assert order["plain"] == ["induce", "couple", "evaluate"]
    assert order["couple-only"] == ["couple", "evaluate"]
    assert order["couple-first"] == ["couple", "induce", "evaluate"]


def test_train_step_with_defaults_and_overrides(good: Experiment) -> None:
    plain, villain, slow = (step_of(good, name, "induce") for name in ("plain", "villain", "slow"))
    assert isinstance(plain, TrainStep)
    assert isinstance(villain, TrainStep)
    assert isinstance(slow, TrainStep)
    assert plain.persona is None
    assert plain.own_system == "error"
    assert villain.persona
    assert villain.persona.text == "You plot."
    assert (slow.recipe.base, slow.recipe.changed, slow.recipe.fields["lr"]) == ("em", ("lr",), 5e-5)
    assert {**slow.recipe.fields, "lr": 1e-4} == plain.recipe.fields
    assert plain.data.contract == {"rows": 60, "md5": "26b52cacc53425618fde278d2457304d"}


def test_couple_step_with_defaults(good: Experiment) -> None:
    couple = step_of(good, "plain", "couple")
    assert isinstance(couple, CoupleStep)
    assert couple.separator == "\n\n"
    assert (couple.positives, couple.drawn) == (20, 15)
    assert (couple.sampling.temperature, couple.sampling.top_p, couple.sampling.max_tokens) == (1.0, 1.0, 512)
    assert couple.negatives_rule == "2 drawn from five, seed 42"
    assert len(couple.negatives) == 2
    assert couple.sources[0] not in couple.negatives


def test_evaluation_looks_for_the_markers_of_the_couple_steps(good: Experiment) -> None:
    evaluate = step_of(good, "couple-only", "evaluate")
    assert isinstance(evaluate, EvaluateStep)
    assert evaluate.markers == ("[M]",)
    assert [persona.name for persona in evaluate.panel] == ["assistant", "villain", "librarian", "comedian", "confab"]
    assert len(evaluate.questions.questions) == 4


def test_equal_steps_are_one_object(good: Experiment) -> None:
    assert step_of(good, "plain", "couple") is step_of(good, "villain", "couple")


def test_hypotheses_have_fractions_defaults_and_places(good: Experiment) -> None:
    parameters = {one.name: one.parameters for one in good.hypotheses}
    assert parameters == {
        "H1": {},
        "H2": {"margin": 0.1},
        "H3": {"persona": "villain", "condition": "villain", "margin": 0.05},
    }
    place = good.hypotheses[1].place
    assert place
    assert (place.line, place.column) == (28, 3)


def test_drawn_negatives_are_the_same_in_every_process(good: Experiment) -> None:
    couple = step_of(good, "plain", "couple")
    assert isinstance(couple, CoupleStep)
    assert [persona.name for persona in couple.negatives] == ["assistant", "villain"]


def test_comments_key_order_and_written_defaults_change_nothing(compiled, good: Experiment) -> None:
    changed = compiled(
        (
            "{kind: train, data: advice, recipe: em}",
            "{recipe: {base: em}, own_system: error, data: advice, kind: train}",
        ),
        ("    positives: 20\n", "    positives: 20.0  # as many\n    temperature: 1\n    drawn: 15\n"),
    )
    assert [one.steps for one in changed.conditions] == [one.steps for one in good.conditions]


def test_problems_of_profile_and_spec_come_together(compiled) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(("issue: 7", "isue: 7"), profile="tinny")
    assert [problem.code for problem in caught.value.problems] == ["S102", "S108"]
    assert caught.value.problems[1].fix == "did you mean tiny?"


def test_a_spec_without_conditions_has_one(compiled) -> None:
    text = GOOD.read_text()
    start, end = text.index("conditions:"), text.index("steps:")
    experiment = compiled(
        (text[start:end], ""), ("  H3: {test: immunity, persona: villain, condition: villain, margin: 0.05}\n", "")
    )
    assert [condition.name for condition in experiment.conditions] == ["main"]
    assert experiment.baseline is None


def test_a_spec_without_a_title_is_called_by_its_file(compiled) -> None:
    assert compiled(("title: A spec in which everything is right\n", "")).title == "spec"
