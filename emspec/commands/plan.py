"""`emspec plan SPEC`."""

from __future__ import annotations

from importlib.metadata import version
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
from emspec.console.plan import print_plan
from emspec.console.why import print_why, why_json
from emspec.plan.overview import overview
from emspec.plan.why import Reason, why
from emspec.run.history import history_of
from emspec.run.results import RUNS
from emspec.run.survey import Survey, survey


@click.command()
@spec_options
@click.option("--why", "asks_why", is_flag=True, help="Say of each stage that has to run what changed.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(asks_why: bool, form: str, **values: Any) -> int:
    """Show what a run of SPEC would do: stages, sessions, what is there already, resolved negatives."""
    selection = selection_of(values)
    compiled = compile_selection(selection)
    surveyed = survey(compiled.plan, open_store(selection, make=False), thorough=False)
    console = Console(highlight=False)
    if asks_why and form == "json":
        click.echo(why_json(compiled.plan, reasons_of(compiled, selection, surveyed), version("emspec")))
        return 0
    if compiled.announced:
        console.print(compiled.announced)
    print_plan(console, overview(compiled.plan, compiled.catalog, surveyed.states, surveyed.made))
    if asks_why:
        print_why(console, compiled.plan, reasons_of(compiled, selection, surveyed), version("emspec"))
    return 0


def reasons_of(compiled: Compiled, selection: Selection, surveyed: Survey) -> tuple[Reason, ...]:
    """Return why each stage that is to run has to, by what earlier runs left."""
    runs, profile = out_folder(selection) / RUNS, compiled.experiment.profile.name
    history = history_of(open_store(selection, make=False), runs, selection.spec, profile)
    return why(compiled.plan, surveyed.keys("run"), history)
