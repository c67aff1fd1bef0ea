"""The order in which sessions open: by hand, and as events of a real run have it."""

from __future__ import annotations

from pathlib import Path

from compiled import compiled_spec
from plans import plan_of, stage

from emspec.model.plan import Plan
from emspec.plan.opened import openings


def opened(plan: Plan, running: list[str] | None = None) -> list[tuple[str, int]]:
    keys = list(plan.stages) if running is None else running
    found = openings(plan, keys, dict.fromkeys(keys, 2.0), dict.fromkeys(keys, 1.0))
    assert all(session.seconds == 2.0 + len(session.stages) for session in found)
    return [(session.key.target.partition(":")[0].rpartition(".")[2], len(session.stages)) for session in found]


def test_a_session_goes_on_while_it_has_a_ready_stage() -> None:
    first = [stage(f"train {n}", model="m", target="a:s") for n in range(3)]
    then = [stage(f"replies {n}", {"adapter.1": s.key}, model="m", target="b:s") for n, s in enumerate(first)]
    last = [stage(f"couple {n}", {"replies": s.key}, model="m", target="a:s") for n, s in enumerate(then)]
    light = [stage(f"score {n}", {"replies": s.key}, target="c:s") for n, s in enumerate(then)]
    plan = plan_of(*first, *then, *last, *light)
    assert opened(plan) == [("a", 3), ("b", 3), ("c", 3), ("a", 3)]
    assert opened(plan, [s.key for s in then]) == [("b", 3)], "what is there already opens nothing"
    assert opened(plan, []) == []


def test_issue_200_loads_the_model_four_times(project: Path) -> None:
    plan, _ = compiled_spec(project / "specs" / "issue200.yaml", "full")
    assert [
        (s.key.target.split(".")[0], len(s.stages))
        for s in openings(plan, list(plan.stages), dict.fromkeys(plan.stages, 0.0), dict.fromkeys(plan.stages, 0.0))
        if s.key.model
    ] == [("emspec_hf", 18), ("emspec_vllm", 18), ("emspec_hf", 18), ("emspec_vllm", 18)]
