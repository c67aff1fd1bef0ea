"""Execute a plan: survey the store, run what is missing, and say how it ended."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emspec.errors import StoreError
from emspec.model.plan import Plan
from emspec.run.engine import Engine
from emspec.run.events import EventLog, Observer
from emspec.run.survey import Survey, survey
from emspec.run.work import SILENCE_SECONDS, Outcome, Slot
from emspec.store import Store

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True)
class Execution:
    """What was there before, and what came of the rest."""

    before: Survey
    outcome: Outcome


def execute(
    plan: Plan,
    store: Store,
    folder: Path,
    slots: list[Slot],
    observers: Sequence[Observer],
    *,
    silence: float = SILENCE_SECONDS,
) -> Execution:
    """Run what the store lacks of a plan; events and worker logs go below the run's folder.

    A stage whose worker says nothing for `silence` seconds has failed. Raises StoreError where the disk does not take
    what is written.
    """
    try:
        return _execute(plan, store, folder, slots, observers, silence=silence)
    except OSError as error:
        raise unwritable(error) from error


def unwritable(error: OSError) -> StoreError:
    """Return the error for a disk that does not take what a run writes: what is in the way, and what to do about it."""
    where = f" {error.filename}" if error.filename else ""
    return StoreError(
        f"cannot write{where}: {error.strerror or error}", f"{_cure(error)}, then the same command goes on"
    )


def _cure(error: OSError) -> str:
    place = error.filename or "the output folder"
    if error.errno in NO_SPACE:
        return "free some space"
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return f"move the file away that lies where a folder must be ({place})"
    if error.errno == errno.EISDIR:
        return f"move the folder away that lies where a file must be ({place})"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"allow writing to {place}, or name another folder with --out"
    return f"see what is wrong with {place}, or name another folder with --out"


def _execute(
    plan: Plan, store: Store, folder: Path, slots: list[Slot], observers: Sequence[Observer], *, silence: float
) -> Execution:
    folder.mkdir(parents=True, exist_ok=True)
    before = survey(plan, store, thorough=True)
    to_run = before.keys("run")
    with EventLog(folder / "events.jsonl", observers) as log:
        log.emit({"event": "run-started", "plan": plan.digest, "stages": len(plan.stages), "to_run": len(to_run)})
        for key, name in before.healed:
            log.emit({"event": "result-damaged", "key": key, "label": plan.stages[key].label, "file": name})
        for key in before.keys("hit"):
            log.emit({"event": "stage-hit", "key": key, "label": plan.stages[key].label})
        outcome = Outcome((), ())
        if to_run:
            logs = folder / "workers"
            logs.mkdir(exist_ok=True)
            outcome = Engine(plan, store, slots, logs, log.emit, silence=silence).execute(to_run)
        log.emit({"event": "run-finished", "failed": len(outcome.failures)})
    return Execution(before, outcome)
