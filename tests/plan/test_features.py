"""What each feature of the language compiles to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from compiled import compiled_text

from emspec.model.plan import Plan


def plan_of(project: Path, tmp_path: Path, name: str, profile: str = "organism") -> Plan:
    return compiled_text((project / "specs" / name).read_text(), project, tmp_path, profile)[0]


def kinds(plan: Plan) -> dict[str, int]:
    return dict(Counter(stage.kind for stage in plan.stages.values()))


def chain(plan: Plan, key: str) -> list[str]:
    """Return the steps of the adapters beneath a stage, the oldest first."""
    roles = sorted(role for role in plan.stages[key].inputs if role.startswith("adapter."))
    return [plan.stages[plan.stages[key].inputs[role]].step for role in roles]


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("couple-first", 6, {"data": 1, "train": 6, "generate": 12, "couple": 6, "score": 6}),
        ("grid", 36, {"data": 1, "train": 36, "generate": 72, "couple": 36, "score": 36}),
        ("two-markers", 6, {"data": 1, "train": 3, "generate": 12, "couple": 6, "score": 6}),
        ("gated", 3, {"data": 1, "train": 3, "generate": 6, "couple": 3, "score": 3, "gate": 2}),
        ("adapter", 1, {"adapter": 1, "generate": 1, "score": 1}),
        ("benign-then-couple", 6, {"data": 2, "train": 6, "generate": 12, "couple": 6, "score": 6}),
        ("replicates", 6, {"data": 1, "train": 6, "generate": 12, "couple": 6, "score": 6}),
    ],
)
def test_each_example_of_a_feature_is_short_and_has_its_stages(
    project: Path, tmp_path: Path, name: str, cells: int, expected: dict[str, int]
) -> None:
    path = f"examples/{name}.yaml"
    assert len((project / "specs" / path).read_text().splitlines()) <= 30
    plan = plan_of(project, tmp_path, path)
    ends = {} if name == "gated" else {"rows": 1, "analyse": 1}
    assert len(plan.cells) == cells
    assert kinds(plan) == {**expected, **ends}


def test_each_step_stands_on_what_its_order_puts_before_it(project: Path, tmp_path: Path) -> None:
    plan = plan_of(project, tmp_path, "examples/couple-first.yaml")
    first, usual = (
        next(cell for cell in plan.cells if cell.condition.name == name) for name in ("villain", "em-first")
    )
    assert chain(plan, first.keys["evaluate"]) == ["couple", "induce"]
    assert chain(plan, first.keys["induce"]) == ["couple"]
    assert chain(plan, usual.keys["evaluate"]) == ["induce", "couple"]


def test_a_ready_made_adapter_is_what_is_evaluated(project: Path, tmp_path: Path) -> None:
    plan = plan_of(project, tmp_path, "examples/adapter.yaml")
    (cell,) = plan.cells
    assert chain(plan, cell.keys["evaluate"]) == ["load"]
    assert (cell.condition.sources, cell.condition.negatives) == ({"confab"}, {"data_scientist", "comedian"})
    assert cell.condition.induction_persona is not None


def test_the_grid_s_baseline_and_names(project: Path, tmp_path: Path) -> None:
    experiment = plan_of(project, tmp_path, "examples/grid.yaml").experiment
    assert experiment.baseline == "lr-0.0001_system-none"
    assert [one.name for one in experiment.conditions][:3] == [
        "lr-5e-5_system-none",
        "lr-5e-5_system-villain",
        "lr-5e-5_system-librarian",
    ]
    rates = {one.induction.recipe.fields["lr"] for one in experiment.conditions if one.induction}
    assert rates == {5e-5, 1e-4, 2e-4}


def test_issue_205_s_e0_is_issue_200_s_b0(project: Path, tmp_path: Path) -> None:
    """Every stage of #205's E0 but its vectors is one that #200 leaves in the store at seed 42."""
    for profile in ("organism", "full", "sim"):
        before = plan_of(project, tmp_path, "issue200.yaml", profile)
        after = plan_of(project, tmp_path, "issue205.yaml", profile)
        ours = next(cell for cell in after.cells if cell.condition.name == "E0").keys
        theirs = next(cell for cell in before.cells if (cell.condition.name, cell.seed) == ("B0", 42)).keys
        assert {name: key for name, key in ours.items() if name != "vectors"} == theirs
        assert set(theirs) == {"induce", "couple.replies", "couple", "evaluate", "evaluate.score"}


def test_stages_that_nothing_installed_can_run_are_planned(project: Path, tmp_path: Path) -> None:
    plan = plan_of(project, tmp_path, "issue205.yaml")
    vectors = [stage for stage in plan.stages.values() if stage.kind == "extract"]
    assert len(vectors) == 7, "the base, five conditions, the benign control; couple-only has none"
    assert {stage.backend for stage in vectors} == {""}
    assert sorted(len(stage.inputs) for stage in vectors) == [0, 1, 1, 1, 1, 1, 1], "after EM, before the coupling"
    assert {len(stage.parameters["systems"]) for stage in vectors} == {13}  # type: ignore[arg-type]
