"""A changed field makes anew exactly the stages that follow from it: every field of every step. Nothing is executed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from changes import (
    ALONE,
    CASES,
    CHANGED,
    OF_KIND,
    RUN_LEVEL,
    SPEC,
    STEPS,
    anew,
    compiled,
    following,
    made,
    text_of,
    with_changes,
)
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from emspec.errors import SpecError
from emspec.language.joined import STAGE_OF, dotted
from emspec.model.plan import Plan


def test_every_field_is_in_the_table() -> None:
    assert set(OF_KIND) == set(STAGE_OF)
    for kind, step in OF_KIND.items():
        assert STEPS[step]["kind"] == kind
        assert {field for field in CHANGED[kind] if field not in dotted(kind)} == set()
        assert {field for field in dotted(kind) if not field.startswith("recipe.")} <= set(CHANGED[kind])
    lone = {field for kind in OF_KIND for field, one in dotted(kind).items() if len(one.get("enum", (1, 2))) == 1}
    assert lone == ALONE


@pytest.mark.parametrize(("step", "field", "value", "own"), CASES, ids=[f"{step}.{field}" for step, field, *_ in CASES])
def test_a_changed_field_makes_anew_what_follows_from_it_in_its_condition_alone(
    here: Path, before: Plan, step: str, field: str, value: Any, own: tuple[str, ...] | None
) -> None:
    after = compiled(with_changes((step, field, value)), here)
    expected = following(step, own)
    assert anew(before, after) == {("one", name) for name in expected}
    data = ["data"] if field == "data" else []
    runs = 2 * len(expected) - ("ready" in expected)  # an adapter that is taken in is the same for all seeds
    assert len([kind for kind in made(before, after) if kind not in RUN_LEVEL]) == len(data) + runs


@settings(max_examples=60, deadline=None, derandomize=True)
@given(chosen=st.lists(st.sampled_from(CASES), min_size=2, max_size=4, unique_by=lambda case: case[:2]))
def test_several_changes_make_anew_what_follows_from_any_of_them(
    here: Path, before: Plan, chosen: list[tuple[str, str, Any, tuple[str, ...] | None]]
) -> None:
    fields = [(step, field.partition(".")[0]) for step, field, _, _ in chosen]
    apart = [case for case, field in zip(chosen, fields, strict=True) if fields.count(field) == 1]
    try:
        after = compiled(with_changes(*[(step, field, value) for step, field, value, _ in apart]), here)
    except SpecError:
        reject()  # what each may be changed to alone, not all of them may together
    expected = {name for step, _, _, own in apart for name in following(step, own)}
    assert anew(before, after) == {("one", name) for name in expected}


def test_a_marker_that_all_evaluations_look_for_is_scored_anew_in_all_conditions(here: Path) -> None:
    steps = {name: {key: one for key, one in step.items() if key != "markers"} for name, step in STEPS.items()}
    spec = {**SPEC, "steps": {name: step for name, step in steps.items() if name != "again"}}
    old = compiled(text_of(spec), here)
    conditions = {**SPEC["conditions"], "one": {"couple.marker": "[N]"}}
    changed = anew(old, compiled(text_of({**spec, "conditions": conditions}), here))
    assert changed == {("one", name) for name in ("couple", "evaluate", "evaluate.score", "settle")} | {
        ("two", "evaluate.score")
    }
