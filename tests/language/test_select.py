from __future__ import annotations

import pytest

from emspec.errors import SpecError


def names(experiment) -> list[str]:
    return [condition.name for condition in experiment.conditions]


def test_everything_by_default(compiled) -> None:
    assert names(compiled()) == ["plain", "villain", "slow", "couple-only", "couple-first"]


def test_without_stretch_conditions(compiled) -> None:
    assert names(compiled(stretch=False)) == ["plain", "villain", "couple-only", "couple-first"]


def test_only_some_conditions_and_seeds(compiled) -> None:
    experiment = compiled(only=("slow", "couple-only"), seeds=(2,), stretch=False)
    assert names(experiment) == ["slow", "couple-only"]
    assert experiment.seeds == (2,)
    assert experiment.baseline is None


def test_a_selected_baseline_is_kept(compiled) -> None:
    assert compiled(only=("plain", "villain")).baseline == "plain"


def test_selection_changes_no_step(compiled) -> None:
    everything = {one.name: one.steps for one in compiled().conditions}
    assert compiled(only=("couple-only",)).conditions[0].steps == everything["couple-only"]


@pytest.mark.parametrize(
    ("selection", "message", "fix"),
    [
        ({"only": ("vilain",)}, "--only vilain: there is no condition vilain", "did you mean villain?"),
        ({"seeds": (3,)}, "--seeds 3: the spec has no seed 3", "choose from: 1, 2; or add it to the spec"),
    ],
)
def test_what_the_spec_does_not_have(compiled, selection: dict[str, tuple], message: str, fix: str) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(**selection)
    assert [(one.message, one.fix, one.place) for one in caught.value.problems] == [(message, fix, None)]


def test_no_condition_left(compiled) -> None:
    with pytest.raises(SpecError, match="1 problem") as caught:
        compiled(
            ("  plain: {as: assistant}\n  villain: {induce.system: villain}\n", ""),
            ("controls:\n  couple-only: {induce: skip}\n", ""),
            ("  couple-first: {order: [couple, induce, evaluate]}\nbaseline: plain\n", ""),
            ("condition: villain", "condition: slow"),
            stretch=False,
        )
    assert caught.value.problems[0].message == "no condition is left"
