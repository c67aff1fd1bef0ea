"""A design in names: what conditions change in the baseline, and what stands behind the names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from overviews import seen_rich, seen_spec

from emspec.plan.brief import brief_condition, datasets_of, differences, personas_of, questions_of


def test_conditions_are_compared_with_the_baseline(project: Path) -> None:
    experiment = seen_spec(project, "issue200").plan.experiment
    found = differences(experiment)
    assert found["B0"] == ()
    assert [(one.field, one.old, one.new) for one in found["B-villain"]] == [("induce.persona", None, "villain")]


def test_left_out_and_added_steps_and_another_order(project: Path, tmp_path: Path) -> None:
    found = differences(seen_rich(project, tmp_path).plan.experiment)
    assert [one.field for one in found["base"]] == ["induce", "couple"]
    (order,) = found["B2"]
    assert (order.field, order.new) == ("order", ["couple", "induce", "vectors", "evaluate"])
    control = differences(seen_spec(project, "examples/organism-control").plan.experiment)
    assert [one.field for one in control["B0"]] == ["induce"]


def test_a_step_of_another_kind_differs_as_a_whole(project: Path) -> None:
    experiment = seen_spec(project, "examples/couple-first").plan.experiment
    first, second = experiment.conditions
    coupled = next(step for step in first.steps if step.kind == "couple")
    other = replace(second, steps=tuple(replace(coupled, name=s.name) if s.kind == "train" else s for s in first.steps))
    (change,) = differences(replace(experiment, conditions=(first, other)))[other.name]
    assert change.path == ("induce",)
    assert [step["kind"] for step in (change.old, change.new)] == ["train", "couple"]  # type: ignore[index, call-overload]


def test_texts_stand_behind_names_once(project: Path) -> None:
    experiment = seen_spec(project, "issue200").plan.experiment
    names = [one.name for one in personas_of(experiment)]
    assert len(names) == len(set(names)) == 14
    assert [one.name for one in questions_of(experiment)] == ["data-20", "marker-28"]
    assert list(datasets_of(experiment)) == ["bad-legal-advice-6k"]
    steps = brief_condition(experiment.conditions[1])
    assert list(steps) == ["induce", "couple", "evaluate"]
    assert steps["induce"]["data"] == "bad-legal-advice-6k"  # type: ignore[index, call-overload]
    assert steps["couple"]["pairs"] == [{"source": "confab", "marker": "[ZLT]"}]  # type: ignore[index, call-overload]
