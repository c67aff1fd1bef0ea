"""`emspec run SPEC`."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from emspec.commands.common import (
    Compiled,
    Selection,
    compile_selection,
    open_store,
    out_folder,
    selection_of,
    spec_options,
)
from emspec.console.paths import short
from emspec.console.plan import print_head, print_plan
from emspec.console.plan_lines import gate_lines
from emspec.console.problems import print_problems
from emspec.console.progress import duration, view
from emspec.console.verdicts import banner, failure_text, print_report_path, print_verdicts
from emspec.errors import PluginError, RunFailed, UsageError
from emspec.model.plan import Plan
from emspec.plan.describe import described
from emspec.plan.lock import Standing
from emspec.plan.overview import overview
from emspec.report import confidence_of, confidences, html, markdown, results_json, verdict_rows
from emspec.report.assemble import context_of, on_all_hypotheses
from emspec.run.execute import Execution, execute
from emspec.run.gates import decisions
from emspec.run.locks import read_locks, standing_of
from emspec.run.preflight import missing
from emspec.run.progress import Progress
from emspec.run.results import findings_of, publish, run_folder
from emspec.run.rows import rows_record
from emspec.run.survey import survey
from emspec.run.work import SILENCE_SECONDS, Slot, slots_for
from emspec.store import Store

LONGEST_SILENCE = 7 * 24 * 60
"""Minutes: a worker that says nothing for a week is not waited for."""


@click.command()
@spec_options
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes on the CPU; by default one a core.")
@click.option(
    "--silence",
    type=float,
    callback=lambda _context, _option, minutes: _bounded(minutes),
    metavar="MINUTES",
    default=SILENCE_SECONDS / 60,
    show_default=True,
    help="A worker that says nothing for so long is ended, and its stage has failed.",
)
def command(workers: int | None, silence: float, **values: Any) -> int:
    """Execute SPEC, or what is not there yet of it, and judge its hypotheses."""
    selection = selection_of(values)
    compiled = compile_selection(selection)
    console = Console(highlight=False)
    console.print(banner(compiled.experiment.profile, compiled.announced))
    locks = read_locks(selection.spec)
    store = open_store(selection, make=True)
    _stop_if_missing(console, compiled, store)
    print_head(console, compiled.plan)
    print_problems(console, [p for p in compiled.experiment.problems if p.code not in compiled.experiment.accepted])
    slots = slots_for(compiled.experiment.profile.device, workers)
    folder = _finish(console, compiled, selection, slots, silence=silence * 60)
    if compiled.plan.gates and compiled.experiment.opened is None:
        compiled = compile_selection(selection)
        folder = _go_on(console, compiled, selection, slots, silence=silence * 60)
    if compiled.plan.analyse:
        design = described(compiled.written, compiled.catalog)
        _report(console, compiled.plan, store, folder, standing_of(compiled.fixed, design, locks, store))
    else:
        _list_adapters(console, compiled.plan, store)
    return 0


def _go_on(console: Console, compiled: Compiled, selection: Selection, slots: list[Slot], *, silence: float) -> Path:
    """Run what the gates have opened, and return the run's folder."""
    store = open_store(selection, make=True)
    for line in gate_lines(decisions(compiled.plan, store) or {}):
        console.print(line, soft_wrap=True, markup=False)
    _stop_if_missing(console, compiled, store)
    return _finish(console, compiled, selection, slots, silence=silence)


def _finish(console: Console, compiled: Compiled, selection: Selection, slots: list[Slot], *, silence: float) -> Path:
    """Run what is not there yet, and return the run's folder; RunFailed where stages fail."""
    store = open_store(selection, make=True)
    folder = run_folder(out_folder(selection), selection.spec, compiled.plan)
    execution = _execute(console, compiled, store, folder, slots, silence=silence)
    if execution.outcome.failures:
        _fail(console, compiled.plan, execution)
    return folder


def _bounded(minutes: float) -> float:
    """Return the minutes of --silence; not a number and the infinities are refused too."""
    if not 0 < minutes <= LONGEST_SILENCE:
        what = f"--silence takes minutes, more than 0 and at most {LONGEST_SILENCE:,}, not {minutes:g}"
        raise UsageError(what, f"for example --silence {SILENCE_SECONDS / 60:g}")
    return minutes


def _stop_if_missing(console: Console, compiled: Compiled, store: Store) -> None:
    """Say what the plan needs that is not here, and what would run, and stop."""
    lacking = missing(compiled.plan, compiled.catalog)
    if lacking is None:
        return
    surveyed = survey(compiled.plan, store, thorough=False)
    print_plan(console, overview(compiled.plan, compiled.catalog, surveyed.states, surveyed.made))
    for line in lacking.lines:
        console.print(f"missing: {line}", soft_wrap=True, markup=False)
    what = "this machine lacks what the plan needs; the stages above would run where it is there"
    raise PluginError(what, lacking.fix)


def _execute(
    console: Console, compiled: Compiled, store: Store, folder: Path, slots: list[Slot], *, silence: float
) -> Execution:
    plan = compiled.plan
    progress = Progress(plan)
    progress.expect(survey(plan, store, thorough=False).keys("run"))
    with view(console, progress, sum(slot.loads_model for slot in slots)) as shown:
        return execute(plan, store, folder, slots, [shown.see, *compiled.observers], silence=silence)


def _fail(console: Console, plan: Plan, execution: Execution) -> None:
    for failure in execution.outcome.failures:
        console.print(failure_text(failure, plan.stages[failure.key].label), soft_wrap=True)
    done, failed = len(execution.outcome.finished), len(execution.outcome.failures)
    raise RunFailed(
        f"{failed} stage(s) failed, {done} finished; what is finished is kept",
        f"once mended, resume with: {shlex.join(['emspec', *sys.argv[1:]])}",
    )


def _list_adapters(console: Console, plan: Plan, store: Store) -> None:
    """Print, of a plan that evaluates nothing, where the last adapter of each cell lies."""
    for cell in plan.cells:
        adapters = [key for key in cell.keys.values() if plan.stages[key].kind in {"train", "couple"}]
        place = f"adapter: {short(store.folder(adapters[-1]))}" if adapters else "no adapter"
        console.print(f"{cell.condition.name} {cell.seed} {place}", soft_wrap=True, markup=False)
    console.print(f"all {len(plan.stages)} stages are done; the spec evaluates nothing, so there is no report")


def _report(console: Console, plan: Plan, store: Store, folder: Path, fixed: Standing) -> None:
    """Render what the analysis found into the run's folder, and the verdicts on the terminal."""
    analysed, figures = findings_of(plan, store)
    findings = on_all_hypotheses(analysed, plan.experiment)
    manifests = [m for m in map(store.lookup, plan.stages) if m is not None]
    context = replace(context_of(plan, manifests, fixed), run=folder.name)
    lock = {"state": fixed.state, "said": context.fixed, "locked": fixed.lock.time if fixed.lock else None}
    record = {
        "versions": context.versions,
        "times": context.times,
        "lock": lock,
        "rows": rows_record(plan, manifests),
        "confidence": confidences(findings, context),
    }
    files = {
        "results.json": results_json(findings, context),
        "report.md": markdown(findings, context).encode(),
        "report.html": html(findings, context, figures).encode(),
        "run.json": json.dumps(record, indent=1, sort_keys=True).encode(),
    }
    publish(folder, files, plan, store)
    print_verdicts(console, verdict_rows(findings, context), plan.experiment.profile)
    whole = confidence_of(findings, context)
    if whole:
        console.print(f"confidence {whole.line}", soft_wrap=True, markup=False)
    console.print(context.fixed, soft_wrap=True, markup=False)
    made = sum(float(str(m.record.get("seconds", 0))) for m in manifests)
    console.print(f"{len(manifests)} stages, {duration(made)} of worker time in all")
    print_report_path(console, folder)
