"""`emspec check SPEC`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console

from emspec.commands.common import Selection, compile_selection, selection_of, spec_options
from emspec.commands.known import known, with_problems
from emspec.console.formats import problems_github, problems_json
from emspec.console.problems import print_problems
from emspec.console.testability import print_testability
from emspec.errors import Problem, SpecError
from emspec.model.experiment import Experiment
from emspec.model.testability import read_testability


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
    experiment, problems = _found(selection_of(values))
    accepted = experiment.accepted if experiment else {}
    seen = read_testability(experiment) if experiment else None
    errors = sum(problem.severity == "error" for problem in problems)
    if form == "json":
        click.echo(problems_json(problems, accepted, seen.to_json() if seen else {}))
    elif form == "github":
        click.echo(problems_github(problems, accepted), nl=False)
    else:
        console = Console(highlight=False)
        print_problems(console, problems)
        if seen:
            print_testability(console, seen)
            console.print()
        console.print(f"{errors} error(s), {len(problems) - errors} warning(s)")
    return SpecError.exit_code if errors else 0


def _found(selection: Selection) -> tuple[Experiment | None, Sequence[Problem]]:
    """Return the experiment, None where the spec is wrong, and all problems, those that earlier probes found last."""
    try:
        compiled = compile_selection(selection)
    except SpecError as error:
        return None, error.problems
    experiment = with_problems(compiled, known(compiled, selection)).experiment
    return experiment, experiment.problems
