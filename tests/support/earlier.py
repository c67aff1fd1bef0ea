"""A store and a run's folder as an earlier run would have left them: results committed without any backend."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from emspec.model.plan import Plan
from emspec.run.events import EventLog
from emspec.run.results import run_folder
from emspec.store import Store
from emspec.store.files import describe


def committed(plan: Plan, store: Store, keys: Iterable[str] | None = None) -> tuple[str, ...]:
    """Commit the results that the store lacks of a plan (or of some of its keys), and return their keys."""
    made = tuple(key for key in (plan.stages if keys is None else keys) if store.lookup(key) is None)
    for key in made:
        attempt = store.begin(key)
        (attempt.out / "made.json").write_text("{}")
        record = {"label": plan.stages[key].label, "started": 1.0, "seconds": 0.0, "versions": {"emspec": "0.0.9"}}
        store.commit(attempt, plan.stages[key].document, describe(attempt.out), record)
    return made


def ran(plan: Plan, out: Path, spec: Path) -> None:
    """Leave what a whole run of a plan would: every result, and the run's events."""
    made = committed(plan, Store(out / "store"))
    folder = run_folder(out, spec, plan)
    folder.mkdir(parents=True, exist_ok=True)
    with EventLog(folder / "events.jsonl", []) as log:
        log.emit({"event": "run-started", "plan": plan.digest})
        for key in plan.stages:
            what = "stage-finished" if key in made else "stage-hit"
            log.emit({"event": what, "key": key, "label": plan.stages[key].label})
