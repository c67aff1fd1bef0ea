"""A plan laid over states: what each step still has to do, and what is there under another name."""

from __future__ import annotations

from pathlib import Path

from compiled import compiled_spec

from emspec.plan.overview import overview


def test_each_step_says_what_is_there_and_what_the_rest_costs(project: Path) -> None:
    plan, catalog = compiled_spec(project / "specs" / "issue200.yaml", "full")
    states = dict.fromkeys(plan.stages, "run")
    done = [key for key, stage in plan.stages.items() if stage.label.startswith("B0 42")]
    states.update(dict.fromkeys(done, "hit"))
    made = {key: plan.stages[key].label.replace("B0", "E0") for key in done}
    seen = overview(plan, catalog, states, made)
    steps = {step.step: step for step in seen.steps}
    assert list(steps) == [
        *("data", "induce", "couple.replies", "couple", "evaluate", "evaluate.score", "rows", "analyse")
    ]
    assert (steps["induce"].stages, steps["induce"].hits, steps["induce"].runs) == (18, 1, 17)
    assert steps["induce"].made == (("B0 42 induce", "E0 42 induce"),)
    assert steps["data"].made == ()
    whole = overview(plan, catalog, dict.fromkeys(plan.stages, "run"), {})
    assert steps["induce"].bytes < whole.steps[1].bytes
    assert (seen.to_run, whole.to_run) == (93 - len(done), 93)
    assert seen.cost.seconds < whole.cost.seconds
    assert sum(step.bytes for step in whole.steps) == whole.cost.bytes
    assert not whole.lacking
