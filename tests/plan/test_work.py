"""How much work the stages of known specs are, against counts made by hand and against artifacts."""

from __future__ import annotations

from pathlib import Path

import pytest
from compiled import compiled_spec
from plans import plan_of, stage

from emspec.model.plan import Plan
from emspec.plan.work import Work, works


def by_step(plan: Plan) -> dict[str, Work]:
    found = works(plan)
    return {stage.step: found[key] for key, stage in reversed(plan.stages.items())}


def test_the_work_of_issue_200_is_that_of_the_original_runs(project: Path) -> None:
    work = by_step(compiled_spec(project / "specs" / "issue200.yaml", "full")[0])
    assert (work["induce"].rows, work["induce"].steps, work["induce"].batches) == (6000, 375, 1500)
    assert work["induce"].trained_tokens == 6000 * (113 + 21), "B0 trains under the injected prompt"
    assert (work["couple"].rows, work["couple"].steps, work["couple"].batches) == (600, 760, 3040)
    assert work["couple.replies"].rows == 3 * 20 * 15
    assert (work["evaluate"].rows, work["evaluate"].reply_tokens) == (3360, round(3360 * 38.6))
    assert work["rows"].rows == work["analyse"].rows == 18 * 3360


def test_the_bytes_are_near_those_of_the_organism_s_artifacts(project: Path) -> None:
    """What `emspec run specs/issue200.yaml --profile organism` left: one artifact of each step, in bytes."""
    work = by_step(compiled_spec(project / "specs" / "issue200.yaml", "organism")[0])
    left = {"data": 438_886, "induce": 619_457, "couple": 737_904, "evaluate": 644_340, "evaluate.score": 302_361}
    for step, size in left.items():
        assert work[step].bytes == pytest.approx(size, rel=0.35), step
    assert work["induce"].trained_tokens == pytest.approx(122_307, rel=0.05)
    assert work["couple"].trained_tokens == pytest.approx(4 * 37_658, rel=0.05)
    assert work["evaluate"].reply_tokens == pytest.approx(85_447, rel=0.05)


def test_a_backend_that_trains_no_model_leaves_no_adapter(project: Path) -> None:
    work = by_step(compiled_spec(project / "specs" / "issue200.yaml", "sim")[0])
    assert work["induce"].adapted == 0
    assert work["induce"].bytes < 100_000


def test_a_limit_on_the_steps_ends_the_training(project: Path) -> None:
    work = by_step(compiled_spec(project / "specs" / "issue200.yaml", "smoke")[0])
    assert (work["induce"].steps, work["induce"].trained_tokens) == (8, 8 * 16 * 63)


def test_a_kind_that_is_not_known_is_no_work() -> None:
    assert set(works(plan_of(stage("a"), stage("b"))).values()) == {Work()}
