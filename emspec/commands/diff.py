"""`emspec diff A [B]`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from emspec.commands.common import Selection, compile_selection, selection_of, variant_options
from emspec.console.diff import diff_json, print_diff
from emspec.errors import Problem, RegistryError, SpecError, UsageError
from emspec.plan.compare import Side, compare
from emspec.plan.describe import described
from emspec.registry.revision import Past, at_revision

DIFFERENT = 1


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="[B]", required=False)
@click.option("--against", metavar="REV", help="Compare A as it was at a git revision with A as it is.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@click.option("--exit-code", is_flag=True, help=f"Exit with {DIFFERENT} where the two differ; without it 0, always.")
@variant_options
def command(a: str, b: str | None, against: str | None, form: str, exit_code: bool, **values: Any) -> int:
    """Compare the specs A and B: their designs, their stages, and which results hold for both.

    SPEC@REV is a spec as it was at a git revision, with the registry and the profiles of that time: emspec diff
    specs/issue200.yaml@HEAD~1 specs/issue200.yaml. Nothing is run, and the repository is only read.
    """
    first, second = _named(a, b, against)
    with ExitStack() as revisions:
        old, new = (_side(name, selection_of({**values, "spec": Path(name)}), revisions) for name in (first, second))
        found = compare(old, new)
    if form == "json":
        click.echo(diff_json(old, new, found))
    else:
        print_diff(Console(highlight=False), old, new, found)
    return DIFFERENT if exit_code and not found.same else 0


def _named(a: str, b: str | None, against: str | None) -> tuple[str, str]:
    if against and b is None:
        return f"{a}@{against}", a
    if b is None or against:
        what = "diff compares two specs, or one with a revision of itself"
        raise UsageError(what, f"emspec diff {a} OTHER, or emspec diff {a} --against HEAD")
    return a, b


def _side(name: str, selection: Selection, revisions: ExitStack) -> Side:
    """Return one side, compiled: a file, or SPEC@REV where there is no file of that name."""
    path, at, revision = name.rpartition("@")
    if not at or not path or selection.spec.exists():
        compiled = compile_selection(selection)
        return Side(name, compiled.plan, described(compiled.experiment, compiled.catalog))
    past = revisions.enter_context(at_revision(Path(path), revision))
    try:
        compiled = compile_selection(replace(selection, spec=past.spec))
    except SpecError as error:
        raise SpecError([_as_called(problem, past, revision) for problem in error.problems]) from None
    except RegistryError as error:
        raise RegistryError(past.shown(error.message, revision), "name a later revision: git log --oneline") from None
    return Side(name, compiled.plan, described(compiled.experiment, compiled.catalog))


def _as_called(problem: Problem, past: Past, revision: str) -> Problem:
    """Return a problem of an earlier version with its file as a user knows it."""
    spot = problem.place
    return replace(problem, place=replace(spot, file=past.shown(spot.file, revision))) if spot else problem
