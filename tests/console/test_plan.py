from __future__ import annotations

from dataclasses import replace
from io import StringIO

from plans import experiment, plan_of, stage
from rich.console import Console

from emspec.console.plan import print_plan
from emspec.errors import Problem
from emspec.model.attainable import Attainable
from emspec.model.plan import Plan
from emspec.run.survey import Survey


def printed(plan: Plan) -> str:
    out = StringIO()
    print_plan(Console(file=out, width=200), plan, Survey(dict.fromkeys(plan.stages, "run")))
    return out.getvalue()


def test_a_test_without_a_floor_has_no_least_p() -> None:
    """Tests without a floor do return a p: the plan must not say that there is none."""
    attainable = {"H1": Attainable(1 / 120, ("3 of 6 conditions testable",)), "H2": Attainable(None)}
    lines = printed(replace(plan_of(stage("a")), attainable=attainable)).splitlines()
    assert "H1: least attainable p 0.008333; 3 of 6 conditions testable" in lines
    assert "H2: no least p" in lines


def test_accepted_warnings_are_counted() -> None:
    problems = (Problem("warning", "D101", None, "one"), Problem("warning", "D102", None, "another"))
    warned = replace(experiment(), problems=problems, accepted={"D102": "as before"})
    assert "2 warning(s), 1 accepted: emspec check" in printed(replace(plan_of(stage("a")), experiment=warned))
    assert "warning" not in printed(plan_of(stage("a")))
