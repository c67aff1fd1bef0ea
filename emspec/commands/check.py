"""`emspec check SPEC`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console

from emspec.commands.common import Selection, compile_selection, selection_of, spec_options
from emspec.console.formats import problems_github, problems_json
from emspec.console.problems import print_problems
from emspec.errors import Problem, SpecError


@click.command()
@spec_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="How to print: for people, as JSON (docs/schema/check.schema.json), or as marks on GitHub.",
)
def command(form: str, **values: Any) -> int:
    """Find what is wrong with SPEC, and its design flaws."""
    problems, accepted = _found(selection_of(values))
    errors = sum(problem.severity == "error" for problem in problems)
    if form == "json":
        click.echo(problems_json(problems, accepted, {}))
    elif form == "github":
        click.echo(problems_github(problems, accepted), nl=False)
    else:
        console = Console(highlight=False)
        print_problems(console, problems)
        console.print(f"{errors} error(s), {len(problems) - errors} warning(s)")
    return SpecError.exit_code if errors else 0


def _found(selection: Selection) -> tuple[Sequence[Problem], Mapping[str, str]]:
    """Return all problems, and the codes that the spec accepts with its reasons."""
    try:
        experiment = compile_selection(selection).experiment
    except SpecError as error:
        return error.problems, {}
    return experiment.problems, experiment.accepted
