"""Progress as lines: what is printed where there is no terminal."""

from __future__ import annotations

import io

from plans import plan_of, stage
from rich.console import Console

from emspec.console.progress import LineView
from emspec.model.json import JsonObject
from emspec.run.progress import Progress


def printed(expected: int, *events: JsonObject) -> str:
    plan = plan_of(stage("one"), stage("two"))
    progress = Progress(plan)
    progress.expect(tuple(plan.stages)[:expected])
    text = io.StringIO()
    with LineView(Console(file=text, width=200), progress, 1) as view:
        for event in events:
            view.see(event)
    return text.getvalue()


def about(name: str, event: str, **more: int) -> JsonObject:
    return {"event": event, "key": stage(name).key, "label": name, **more}


def test_a_short_run_ends_with_the_count_of_its_stages() -> None:
    events = [about("one", "stage-started"), about("one", "stage-finished", seconds=1)]
    text = printed(2, {"event": "run-started", "to_run": 2}, *events, {"event": "run-finished", "failed": 0})
    assert text == "1 of 2 stages, the run has ended\n"


def test_healed_stages_and_those_of_other_runners_are_counted() -> None:
    events = [about("two", "stage-started"), about("two", "stage-finished", seconds=1), about("one", "stage-hit")]
    text = printed(1, {"event": "run-started", "to_run": 2}, *events, {"event": "run-finished", "failed": 0})
    assert text == "2 of 2 stages, the run has ended\n"


def test_a_run_with_nothing_to_do_prints_no_count() -> None:
    events = [about("one", "stage-hit"), {"event": "run-finished", "failed": 0}]
    assert printed(0, {"event": "run-started", "to_run": 0}, *events) == ""
