"""`emspec check SPEC`."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console

from emspec.commands.common import compile_selection, selection_of, spec_options
from emspec.console.problems import print_problems, problems_json
from emspec.errors import SpecError


@click.command()
@spec_options
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(form: str, **values: Any) -> int:
    """Find what is wrong with SPEC, and its design flaws."""
    console = Console(highlight=False)
    try:
        problems = compile_selection(selection_of(values)).experiment.problems
    except SpecError as error:
        problems = error.problems
    errors = sum(problem.severity == "error" for problem in problems)
    if form == "json":
        click.echo(problems_json(problems))
    else:
        print_problems(console, problems)
        console.print(f"{errors} error(s), {len(problems) - errors} warning(s)")
    return SpecError.exit_code if errors else 0
