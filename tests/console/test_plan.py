from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

from compiled import compiled_spec
from plans import experiment, plan_of, stage
from rich.console import Console

from emspec.console.plan import print_plan
from emspec.errors import Problem
from emspec.model.attainable import Attainable
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.plan.overview import Overview, overview


def seen(plan: Plan, catalog: Catalog | None = None, state: str = "run", **made: str) -> Overview:
    return overview(plan, catalog or Catalog({}, {}), dict.fromkeys(plan.stages, state), made)


def printed(seen: Overview, width: int = 100) -> str:
    out = StringIO()
    print_plan(Console(file=out, width=width), seen)
    return out.getvalue()


def test_a_test_without_a_floor_has_no_least_p() -> None:
    """Tests without a floor do return a p: the plan must not say that there is none."""
    attainable = {"H1": Attainable(1 / 120, ("3 of 6 conditions testable",)), "H2": Attainable(None)}
    lines = printed(seen(replace(plan_of(stage("a")), attainable=attainable))).splitlines()
    assert "H1: least attainable p 0.008333; 3 of 6 conditions testable" in lines
    assert "H2: no least p" in lines


def test_accepted_warnings_are_counted() -> None:
    problems = (Problem("warning", "D101", None, "one"), Problem("warning", "D102", None, "another"))
    warned = replace(experiment(), problems=problems, accepted={"D102": "as before"})
    text = printed(seen(replace(plan_of(stage("a")), experiment=warned)))
    assert "1 warnings accepted, 1 open: emspec check" in text
    assert "warning" not in printed(seen(plan_of(stage("a"))))


def test_the_totals_of_issue_200(project: Path) -> None:
    plan, catalog = compiled_spec(project / "specs" / "issue200.yaml", "full")
    lines = printed(seen(plan, catalog), width=80).splitlines()
    assert (
        "18 cells, 93 stages: 0 hit, 93 run; 8 sessions; 3.8 GPU-h (compute:small); 11.7 GB; peak GPU memory 72.0 GB; "
        "about 3.9 h with one worker, no less than 14 min with many"
    ) in lines
    assert (
        "4 loads of qwen2.5-7b-instruct, stages each: hf 18 > vllm 18 > hf 18 > vllm 18; "
        "3.6 min of the time goes into it"
    ) in lines
    assert any(line.split()[:6] == ["induce", "18", "0", "18", "hf", "on"] for line in lines)


def test_a_plan_that_is_done_costs_nothing_more(project: Path) -> None:
    plan, catalog = compiled_spec(project / "specs" / "issue200.yaml", "full")
    text = printed(seen(plan, catalog, "hit"))
    assert "18 cells, 93 stages: 93 hit, 0 run\n" in text
    assert "loads" not in text


def test_results_of_another_spec_are_named() -> None:
    here = stage("a")
    text = printed(seen(plan_of(replace(here, label="E0 42 a")), state="hit", **{here.key: "B0 42 a"}))
    assert "there already under other names: E0 42 (made as B0 42)" in text


def test_stages_that_nothing_can_run_and_times_that_nobody_measured_are_named() -> None:
    lost = replace(stage("vectors", systems=("You test.",), questions=("What?",)), backend="", kind="extract")
    text = printed(seen(plan_of(stage("a"), lost)))
    assert "nothing installed can run the 1 extract stage of vectors: emspec plugins" in text
    assert "without the time of toy (toy, cpu): no rate of it is on record" in text
    assert any(line.split()[0] == "a" and "not known" in line for line in text.splitlines() if line.strip())
