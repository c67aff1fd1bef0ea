"""`emspec plan SPEC`."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console

from emspec.commands.common import compile_selection, open_store, selection_of, spec_options
from emspec.console.plan import print_plan
from emspec.run.survey import survey


@click.command()
@spec_options
def command(**values: Any) -> int:
    """Show what a run of SPEC would do: stages, sessions, what is there already, resolved negatives."""
    selection = selection_of(values)
    compiled = compile_selection(selection)
    console = Console(highlight=False)
    if compiled.announced:
        console.print(compiled.announced)
    print_plan(console, compiled.plan, survey(compiled.plan, open_store(selection, make=False), thorough=False))
    return 0
