"""`emspec lock SPEC`."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console

from emspec.commands.common import compile_selection, out_folder, selection_of, spec_options
from emspec.console.paths import short
from emspec.errors import UsageError
from emspec.plan.describe import described
from emspec.plan.lock import Lock, Standing, State, standing
from emspec.report.locked import sentence
from emspec.run.locks import lock_of, read_locks, write_locks


@click.command()
@spec_options
@click.option("--again", is_flag=True, help="Lock what has changed since; the earlier lock is kept beside it.")
@click.option("--because", default="", metavar="TEXT", help="Why it is locked again; the report repeats it.")
def command(again: bool, because: str, **values: Any) -> int:
    """Fix the analysis of SPEC before its first result: write the digests of its plan to a file beside it.

    The file, SPEC's name with .lock.json, is meant to be committed. `emspec run` and the report then say whether the
    analysis was fixed before the first result, and what changed since.
    """
    if again != bool(because.strip()):
        raise UsageError("locking again needs a reason, and a reason is for locking again", '--again --because "WHY"')
    selection = selection_of(values)
    compiled = compile_selection(selection)
    plan, design = compiled.fixed, described(compiled.written, compiled.catalog)
    if plan.analyse is None:
        raise UsageError("the spec evaluates nothing, so there is no analysis to lock", "add an evaluation step")
    locks = read_locks(selection.spec)
    console = Console(highlight=False)
    found = standing(plan, design, locks, "")
    if _is_locked(found, again=again):
        console.print(f"plan {plan.digest[:8]} is locked already, profile {compiled.experiment.profile.name}")
        return 0
    lock = lock_of(plan, design, selection.spec, out_folder(selection), because=because.strip())
    path = write_locks(selection.spec, (*locks, lock))
    console.print(_said(lock, found), soft_wrap=True, markup=False)
    console.print(f"commit {short(path)}", soft_wrap=True, markup=False)
    return 0


def _is_locked(found: Standing, *, again: bool) -> bool:
    """Return whether the plan is the one that was locked last; UsageError where another one was, and none is to be."""
    if found.state == "changed" and not again:
        raise UsageError(sentence(found), 'to lock it as it is now: --again --because "WHY"')
    return found.state not in ("unlocked", "changed")


def _said(lock: Lock, before: Standing) -> str:
    state: State = "after" if lock.evaluated else "before"
    digests = f"locked plan {lock.plan[:8]}, analysis {lock.analysis[:8]}, profile {lock.profile}"
    earlier = (*before.earlier, *((before.lock,) if before.lock else ()))
    return f"{digests}\n{sentence(Standing(state, lock, earlier))}"
