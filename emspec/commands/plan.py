"""`emspec plan SPEC`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from emspec.commands.aside import raise_failures
from emspec.commands.common import (
    Compiled,
    Selection,
    compile_selection,
    open_store,
    out_folder,
    selection_of,
    spec_options,
)
from emspec.commands.known import Known, known, with_problems
from emspec.commands.output import output_option, write_out
from emspec.commands.probing import probe
from emspec.console.plan import print_plan
from emspec.console.plan_forms import FORMS, GRAPHS, plan_text
from emspec.console.probe import print_probe
from emspec.console.why import print_why, why_json
from emspec.errors import UsageError
from emspec.plan.overview import Overview, overview
from emspec.plan.why import Reason, why
from emspec.run.history import history_of
from emspec.run.results import RUNS
from emspec.run.survey import Survey, survey

TEXT = "text"
WIDTH = 120
"""Columns of a text that goes to a file."""


@dataclass(frozen=True)
class Shown:
    """A plan as it is told in text: why its stages run, and what is known of the tokenizer; None for untold."""

    seen: Overview
    reasons: Sequence[Reason] | None
    probed: Known | None


@click.command()
@spec_options
@click.option("--why", "asks_why", is_flag=True, help="Say of each stage that has to run what changed.")
@click.option("--probe", "asks_probe", is_flag=True, help="Ask the tokenizer what is not known of it yet.")
@click.option(
    "--format",
    "form",
    type=click.Choice([TEXT, *FORMS]),
    default=TEXT,
    show_default=True,
    help="For people, as JSON (docs/schema/plan.schema.json), as a document, or as a graph of the stages.",
)
@click.option("--full", is_flag=True, help="Every stage in a graph, the seeds not folded.")
@output_option
def command(asks_why: bool, asks_probe: bool, form: str, full: bool, output: Path | None, **values: Any) -> int:
    """Show what a run of SPEC would do: stages, cost, what is there already, resolved negatives."""
    _check_options(asks_why, form, full)
    selection = selection_of(values)
    compiled = compile_selection(selection)
    probed, outcome = probe(compiled, selection) if asks_probe else (known(compiled, selection), None)
    compiled = with_problems(compiled, probed)
    surveyed = survey(compiled.plan, open_store(selection, make=False), thorough=False)
    reasons = reasons_of(compiled, selection, surveyed) if asks_why else None
    if form == "json" and reasons is not None:
        text = why_json(compiled.plan, reasons, version("emspec")) + "\n"
    else:
        seen = overview(compiled.plan, compiled.catalog, surveyed.states, surveyed.made)
        seen = replace(seen, probe=tuple(one.to_json() for one in probed.answers) if probed else ())
        to_file, shown = bool(output), Shown(seen, reasons, probed)
        text = plan_text(form, seen, full) if form in FORMS else _text(compiled.announced, shown, to_file=to_file)
    write_out(text, output, selection.spec)
    if probed and outcome:
        raise_failures(outcome, probed.planned.plan)
    return 0


def _check_options(asks_why: bool, form: str, full: bool) -> None:
    """Raise UsageError for options that do not go together."""
    if asks_why and form not in {TEXT, "json"}:
        raise UsageError(f"--why has no form {form}", "leave --format away, or take --format json")
    if full and form not in GRAPHS:
        raise UsageError("--full is about the graph of the stages", f"add --format {' or --format '.join(GRAPHS)}")


def _text(announced: str, shown: Shown, *, to_file: bool) -> str:
    """Return the plan as text, in colours where it goes to a terminal that shows them."""
    to_page = Console(highlight=False, width=WIDTH, color_system=None)
    console = to_page if to_file else Console(highlight=False)
    with console.capture() as captured:
        if announced:
            console.print(announced)
        print_plan(console, shown.seen)
        if shown.probed:
            print_probe(console, shown.seen.plan.experiment, shown.probed.answers, shown.probed.problems)
        if shown.reasons is not None:
            print_why(console, shown.seen.plan, shown.reasons, version("emspec"))
    return captured.get()


def reasons_of(compiled: Compiled, selection: Selection, surveyed: Survey) -> tuple[Reason, ...]:
    """Return why each stage that is to run has to, by what earlier runs left."""
    runs, profile = out_folder(selection) / RUNS, compiled.experiment.profile.name
    history = history_of(open_store(selection, make=False), runs, selection.spec, profile)
    return why(compiled.plan, surveyed.keys("run"), history)
