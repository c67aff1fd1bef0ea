from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from plans import experiment

from emspec.model.design import design_of
from emspec.model.experiment import Condition
from emspec.model.records import DatasetRecord, Persona, QuestionSet, Recipe
from emspec.model.step import CoupleStep, EvaluateStep, Pair, Sampling, TrainStep

QUESTIONS = QuestionSet("two", ("one?", "two?"))
SAMPLING = Sampling(1.0, 1.0, 64)
RECIPE = Recipe("r", {})


def persona(name: str) -> Persona:
    return Persona(name, f"You are {name}.")


def induced(name: str, step: str = "induce") -> TrainStep:
    return TrainStep(step, DatasetRecord("d", "b", {}, {}), persona(name), "error", RECIPE)


def coupled(source: str, *negatives: str) -> CoupleStep:
    others = tuple(map(persona, negatives))
    return CoupleStep("couple", (Pair(persona(source), "[Z]"),), "", others, "", QUESTIONS, 2, 1, SAMPLING, RECIPE)


def evaluated(*panel: str, markers: tuple[str, ...] = ("[Z]",)) -> EvaluateStep:
    return EvaluateStep("evaluate", markers, f"{len(panel)}", tuple(map(persona, panel)), QUESTIONS, 1, SAMPLING)


def design(*conditions: Condition) -> dict[str, Any]:
    return cast("dict[str, Any]", design_of(replace(experiment(), conditions=conditions)))


def condition(name: str, *steps: TrainStep | CoupleStep | EvaluateStep) -> Condition:
    return Condition(name, False, False, None, steps)


def test_bystanders_are_in_every_panel_and_trained_in_no_evaluated_condition() -> None:
    found = design(
        condition("A", coupled("c", "n"), evaluated("a", "b", "n", "c", "x")),
        condition("B", coupled("b"), evaluated("x", "c", "a", "b", "n", "y")),
        condition("C", coupled("a")),
    )
    assert found["panel"] == {"name": "5", "personas": ["a", "b", "n", "c", "x"]}
    assert found["bystanders"] == ["a", "x"], "a is trained where nobody looks"


def test_a_condition_is_induced_by_its_last_train_step_and_lists_its_markers() -> None:
    steps = (induced("a"), induced("b", "again"), coupled("c", "n"), evaluated("a", markers=("[Z]", "[Q]")))
    about, bare = design(condition("A", *steps), condition("B"))["conditions"]
    assert (about["induction"], about["source"], about["negatives"]) == ("b", ["c"], ["n"])
    assert (about["markers"], bare["markers"], bare["induction"]) == (["[Z]", "[Q]"], [], None)


def test_markers_come_in_the_order_of_the_evaluations() -> None:
    first, second = evaluated("a", markers=("[Z]", "[Q]")), evaluated("a", markers=("[B]", "[Q]"))
    assert design(condition("A", first), condition("B", second))["markers"] == ["[Z]", "[Q]", "[B]"]


def test_nothing_evaluated_is_an_empty_design() -> None:
    found = design(condition("A", induced("a")))
    assert (found["panel"], found["bystanders"], found["markers"]) == ({"name": "", "personas": []}, [], [])


def test_a_marker_counts_as_taught_where_an_evaluation_comes_after_it() -> None:
    before, after = (coupled("c"), evaluated("a")), (evaluated("a"), coupled("c"))
    assert [c["taught"] for c in design(condition("A", *before), condition("B", *after))["conditions"]] == [["[Z]"], []]
