from __future__ import annotations

from dataclasses import replace

import pytest
from emspec_stats import floors

from emspec import CoupleStep, EvaluateStep, Experiment, Hypothesis, TrainStep
from emspec.model.experiment import Condition, ProfileNote
from emspec.model.records import DatasetRecord, ModelRecord, Persona, QuestionSet, Recipe
from emspec.model.step import Pair, Sampling

QUESTIONS = QuestionSet("two", ("one?", "two?"))
SAMPLING = Sampling(1.0, 1.0, 64)
RECIPE = Recipe("r", {})


def persona(name: str) -> Persona:
    return Persona(name, f"You are {name}.")


def condition(name: str, induced: str | None, counts_as: str | None = None, evaluated: bool = True) -> Condition:
    negatives = (persona("librarian"), persona("comedian"))
    panel = tuple(persona(n) for n in ("villain", "zelthari_scholar", "assistant", "librarian", "comedian", "confab"))
    steps = (
        TrainStep("induce", DatasetRecord("d", "b", {}, {}), persona(induced) if induced else None, "error", RECIPE),
        CoupleStep("couple", (Pair(persona("confab"), "[Z]"),), "\n", negatives, "", QUESTIONS, 2, 1, SAMPLING, RECIPE),
        EvaluateStep("evaluate", ("[Z]",), "panel", panel, QUESTIONS, 1, SAMPLING),
    )
    return Condition(name, False, False, counts_as, steps if evaluated else steps[:1])


def experiment(*conditions: Condition, seeds: tuple[int, ...] = (1, 2, 3)) -> Experiment:
    return Experiment(
        issue=200,
        title="t",
        state="active",
        superseded_by=None,
        follows=(),
        history=(),
        model=ModelRecord("m", "float32", 1, 64, {}),
        personas_version="1.1.0",
        seeds=seeds,
        conditions=tuple(replace(condition, seeds=seeds) for condition in conditions),
        baseline=None,
        hypotheses=(),
        backends={},
        profile=ProfileNote("p", "", "cpu", ()),
    )


ISSUE_200 = (
    condition("B0", None, "assistant"),
    condition("B-villain", "villain"),
    condition("B-confab", "confab"),
    condition("B-evilai", "evil_ai"),
    condition("B-zelthari", "zelthari_scholar"),
    condition("B-sarcastic", "sarcastic"),
)


def hypothesis(test: str, **parameters: str | float) -> Hypothesis:
    return Hypothesis("H", test, "claim", parameters)


def test_labellings_are_counted_without_repeats() -> None:
    assert floors.distinct(["a", "b", "c"]) == 6
    assert floors.distinct(["a", "b", None, None]) == 12
    assert floors.distinct(["a", "a", None]) == 3
    assert floors.permutation_floor(["a", "b", None, None]) == pytest.approx(1 / 12)
    assert floors.permutation_floor([str(n) for n in range(9)]) == 1e-4


def test_issue_200_can_reach_one_in_120() -> None:
    found = floors.self_leakage(experiment(*ISSUE_200), hypothesis("self-leakage"))
    assert found.floor == pytest.approx(1 / 120)
    assert found.remarks == (
        "3 of 6 conditions testable",
        "confab, for which B-confab stands, is the source in B-confab",
        "evil_ai, for which B-evilai stands, is not in the panel that all conditions share",
        "sarcastic, for which B-sarcastic stands, is not in the panel that all conditions share",
    )


def test_each_condition_says_why_it_cannot_be_tested() -> None:
    found = floors.self_leakage(experiment(*ISSUE_200), hypothesis("self-leakage"))
    assert found.usable == ("B0", "B-villain", "B-zelthari")
    assert found.testable["B-confab"] == "confab, for which B-confab stands, is the source in B-confab"
    assert (found.foregone, found.alpha) == (None, 0.05)
    bare = floors.invariance(experiment(*ISSUE_200, condition("base", None, evaluated=False)), hypothesis("invariance"))
    assert bare.testable == {
        **dict.fromkeys([arm.name for arm in ISSUE_200], ""),
        "base": "base is not evaluated for [Z]",
    }


def test_too_few_conditions_are_said_to_be_untestable() -> None:
    found = floors.self_leakage(experiment(*ISSUE_200[:3]), hypothesis("self-leakage"))
    assert found.floor == pytest.approx(1 / 6)
    assert found.remarks[0] == "untestable: the least p, 0.167, is above alpha 0.05"
    assert found.foregone == "untestable"
    assert found.lifts == ("1 more condition(s) under untrained personas of the panel (least p 0.0417)",)
    lenient = floors.self_leakage(experiment(*ISSUE_200[:3]), hypothesis("self-leakage", alpha=0.2))
    assert not any(remark.startswith("untestable") for remark in lenient.remarks)


def test_no_testable_condition_has_no_floor() -> None:
    found = floors.self_leakage(experiment(*ISSUE_200[2:4]), hypothesis("self-leakage"))
    assert found.floor is None
    assert found.remarks[0].startswith("untestable")


def test_conditions_that_are_not_evaluated_do_not_count() -> None:
    arms = (*ISSUE_200, condition("base", None, evaluated=False))
    assert floors.self_leakage(experiment(*arms), hypothesis("self-leakage")).floor == pytest.approx(1 / 120)


def test_one_run_per_condition_is_inconclusive_by_design() -> None:
    asked = hypothesis("invariance", margin=0.1)
    assert floors.invariance(experiment(*ISSUE_200), asked).remarks == ()
    found = floors.invariance(experiment(*ISSUE_200, seeds=(42,)), asked)
    assert found.floor is None
    assert found.remarks[0].startswith("inconclusive by design: one run per condition")
    assert (found.foregone, found.lifts) == ("inconclusive", ("a second seed",))
    assert floors.invariance(experiment(ISSUE_200[0]), asked).remarks[0].startswith("untestable")


@pytest.mark.parametrize(
    ("name", "where", "remark"),
    [
        ("zelthari_scholar", "B-zelthari", None),
        ("librarian", "B0", "untestable: librarian is a trained negative in B0"),
        ("confab", "B0", "untestable: confab is the source in B0"),
        ("pirate", "B0", "untestable: pirate is not in the panel that all conditions share"),
        ("villain", "B9", "untestable: there is no condition B9 in this run"),
    ],
)
def test_immunity_needs_an_untrained_persona_of_the_panel(name: str, where: str, remark: str | None) -> None:
    found = floors.immunity(experiment(*ISSUE_200), hypothesis("immunity", persona=name, condition=where, margin=0.05))
    assert found.remarks == ((remark,) if remark else ())
    assert found.testable == {where: (remark or "").removeprefix("untestable: ")}
    assert found.foregone == ("untestable" if remark else None)


def paneled(made: Condition, *names: str) -> Condition:
    *steps, evaluate = made.steps
    assert isinstance(evaluate, EvaluateStep)
    return replace(made, steps=(*steps, replace(evaluate, panel=tuple(map(persona, names)))))


def test_immunity_needs_the_persona_in_the_panel_that_the_analysis_shares() -> None:
    arms = (condition("C", None), paneled(condition("D", None), "villain", "assistant", "confab"))
    asked = hypothesis("immunity", persona="zelthari_scholar", condition="C", margin=0.05)
    found = floors.immunity(experiment(*arms), asked)
    assert found.remarks == ("untestable: zelthari_scholar is not in the panel that all conditions share",)


def test_immunity_needs_another_bystander() -> None:
    arms = (paneled(condition("C", None), "villain", "librarian", "confab"),)
    found = floors.immunity(experiment(*arms), hypothesis("immunity", persona="villain", condition="C", margin=0.05))
    assert found.remarks == ("untestable: there is no other bystander",)


def test_the_marker_of_a_hypothesis_chooses_its_conditions() -> None:
    induce, couple, evaluate = condition("D", "villain").steps
    assert isinstance(couple, CoupleStep)
    assert isinstance(evaluate, EvaluateStep)
    again, looking = (
        replace(couple, name="again", pairs=(Pair(persona("confab"), "[Q]"),)),
        replace(evaluate, markers=("[Z]", "[Q]")),
    )
    both = replace(condition("D", "villain"), steps=(induce, couple, again, looking))
    arms = experiment(condition("C", None, "assistant"), both)
    other = floors.self_leakage(arms, hypothesis("self-leakage", marker="[Q]"))
    assert "1 of 1 conditions testable" in other.remarks
    assert other.testable == {"C": "C is not evaluated for [Q]", "D": ""}
    assert "2 of 2 conditions testable" in floors.self_leakage(arms, hypothesis("self-leakage")).remarks


def test_the_plan_leaves_out_what_the_analysis_does() -> None:
    first, second = ISSUE_200[:2]
    induce, couple, evaluate = second.steps
    assert isinstance(couple, CoupleStep)
    assert isinstance(evaluate, EvaluateStep)
    both = replace(evaluate, markers=("[Z]", "[Q]"))
    other = replace(second, steps=(induce, replace(couple, pairs=(Pair(persona("confab"), "[Q]"),)), both))
    asked = Hypothesis("H", "invariance", "", {"margin": 0.1})
    found = floors.invariance(experiment(first, other), asked)
    assert found.remarks == (
        "untestable: it compares conditions, and fewer than two can be compared",
        "left out, since no couple step taught [Z] there: B-villain",
    )
    about = {"persona": "assistant", "condition": "B-villain"}
    spared = floors.immunity(experiment(first, other), Hypothesis("H", "immunity", "", about))
    assert spared.remarks[0] == "untestable: no couple step taught [Z] in B-villain"


def test_the_published_invariance_test_cannot_decide() -> None:
    found = floors.invariance(experiment(*ISSUE_200), hypothesis("invariance", margin=0.1, variant="published"))
    assert found.foregone == "inconclusive"
    assert "as if they were independent" in found.remarks[0]
    assert found.lifts == ("the test of equivalence (leave variant out)",)


def test_a_contrast_needs_two_arms_and_runs() -> None:
    made = experiment(*ISSUE_200)
    found = floors.contrast(made, hypothesis("contrast", of="B-villain", against="B0"))
    assert (found.foregone, found.floor, dict(found.testable)) == (None, None, {"B-villain": "", "B0": ""})
    alone = floors.contrast(made, hypothesis("contrast", of="B0", against="B0"))
    assert (alone.foregone, alone.remarks[0]) == ("untestable", "untestable: B0 stands on both sides")
    gone = experiment(*ISSUE_200[:2], condition("B9", None, evaluated=False))
    assert "B9 is not evaluated" in floors.contrast(gone, hypothesis("contrast", of="B0", against="B9")).remarks[0]


@pytest.mark.parametrize(
    ("test", "parameters"),
    [("contrast", {"of": "B-villain", "against": "B0"}), ("invariance", {"margin": 0.1})],
)
def test_a_declared_run_sd_lets_one_run_decide(test: str, parameters: dict[str, float]) -> None:
    once = experiment(*ISSUE_200, seeds=(1,))
    judge = getattr(floors, test)
    assert judge(once, hypothesis(test, **parameters)).foregone == "inconclusive"
    declared = judge(once, hypothesis(test, run_sd=0.049, **parameters))
    assert declared.foregone is None
    assert "declared, not measured" in declared.remarks[0]
