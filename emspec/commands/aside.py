"""Run a small plan of a command's own, beside the spec's: progress and failures go to the error stream."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from emspec.console.progress import view
from emspec.console.verdicts import failure_text
from emspec.errors import RunFailed
from emspec.model.plan import Plan
from emspec.run.events import Observer
from emspec.run.execute import execute
from emspec.run.progress import Progress
from emspec.run.survey import survey
from emspec.run.work import Failure, Outcome, Slot
from emspec.store import Store


def run_aside(plan: Plan, store: Store, folder: Path, slots: list[Slot], observers: Sequence[Observer]) -> Outcome:
    """Run the stages that are not there yet; events and logs go below `folder`."""
    progress = Progress(plan)
    to_run = survey(plan, store, thorough=False).keys("run")
    progress.expect(to_run)
    if not to_run:
        return execute(plan, store, folder, slots, observers).outcome
    with view(Console(stderr=True, highlight=False), progress, len(slots)) as shown:
        return execute(plan, store, folder, slots, [shown.see, *observers]).outcome


def raise_failures(outcome: Outcome, plan: Plan) -> None:
    """Print what failed, stages that failed for one reason together, and raise RunFailed; nothing where all is well."""
    console = Console(stderr=True, highlight=False)
    for first, *others in _by_reason(outcome.failures):
        more = f" and {len(others)} more" if others else ""
        console.print(failure_text(first, plan.stages[first.key].label + more), soft_wrap=True)
    if outcome.failures:
        raise RunFailed(
            f"{len(outcome.failures)} stage(s) failed, {len(outcome.finished)} finished; what is finished is kept",
            f"once mended, resume with: {shlex.join(['emspec', *sys.argv[1:]])}",
        )


def _by_reason(failures: Sequence[Failure]) -> list[list[Failure]]:
    found: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        found.setdefault((failure.kind, failure.message), []).append(failure)
    return list(found.values())
