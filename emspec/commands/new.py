"""`emspec new spec | condition | persona | plugin`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from emspec.authoring.condition import Wanted, refused, with_condition
from emspec.authoring.names import write_text
from emspec.authoring.plugin import KINDS, new_plugin
from emspec.authoring.spec import new_spec
from emspec.commands.additions import persona_command
from emspec.commands.common import profile_of
from emspec.console.authoring import print_condition, print_written
from emspec.console.paths import short
from emspec.errors import SpecError
from emspec.language import load
from emspec.language.extends import read_extended
from emspec.model.experiment import Experiment
from emspec.plugins import discover
from emspec.registry import find_project
from emspec.source import read, text_of


@click.group()
def command() -> None:
    """Begin a spec, a condition, a persona or a plugin. What is there already is never overwritten."""


command.add_command(persona_command)


@command.command()
@click.argument("name")
@click.option("--from", "example", metavar="EXAMPLE", help="Begin with one of specs/examples.")
@click.option("--issue", type=click.IntRange(min=1), help="The number of the issue that the spec belongs to.")
@click.option("--title", default="", help="The question that the experiment asks.")
@click.option("--profile", help="The profile to check it under; by default the one that fits this machine.")
def spec(name: str, example: str | None, issue: int | None, title: str, profile: str | None) -> int:
    """Write specs/NAME.yaml, a whole spec with comments that say what to change. It passes emspec check."""

    def check(path: Path, text: str) -> None:
        _loaded(path, profile, text)

    path = new_spec(find_project(Path.cwd()), name, check, example=example, issue=issue, title=title)
    print_written(Console(highlight=False), [path], [f"emspec {word} {short(path)}" for word in ("check", "plan")])
    return 0


@command.command()
@click.argument("spec", type=click.Path(path_type=Path))
@click.argument("name")
@click.option("--system", metavar="PERSONA", help="The persona that EM is induced under, or none.")
@click.option("--set", "changes", multiple=True, metavar="STEP.FIELD=VALUE", help="Any field of a step; STEP=skip.")
@click.option("--as", "counts_as", metavar="PERSONA", help="The persona that the condition counts as.")
@click.option("--control", is_flag=True, help="A control: compared with, but no part of what is said of conditions.")
@click.option("--stretch", is_flag=True, help="It may be left out where time is short.")
@click.option("--profile", help="The profile to check it under; by default the one that fits this machine.")
def condition(spec: Path, profile: str | None, **values: Any) -> int:
    """Put the condition NAME into SPEC, in the style of its neighbours; all else in the text stays as it is."""
    wanted = Wanted(**values)
    before = _loaded(spec, profile)
    text = with_condition(text_of(spec), read(spec), read_extended(spec).data, wanted)
    try:
        after = _loaded(spec, profile, text)
    except SpecError as error:
        raise refused(error) from None
    write_text(spec.resolve(), text)
    known = {(one.code, one.message) for one in before.problems}
    new = [one for one in after.problems if (one.code, one.message) not in known]
    print_condition(Console(highlight=False), spec, wanted.name, new)
    return 0


@command.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default="backend", show_default=True, help="What it is to bring.")
@click.option("--into", type=click.Path(path_type=Path), default=Path(), help="The folder to put it in.")
def plugin(name: str, kind: str, into: Path) -> int:
    """Write a small package, emspec-NAME, that brings a backend or a hypothesis test, with a test of its own."""
    taken = [one.name for one in discover()[0].plugins]
    folder = new_plugin(into, name, kind, taken)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    steps = [f"pip install --editable {folder}", "emspec plugins", f"python -m pytest {folder}"]
    print_written(Console(highlight=False), files, steps)
    return 0


def _loaded(path: Path, profile: str | None, text: str | None = None) -> Experiment:
    """Load a spec, or a text in its place."""
    return load(path, text=text, profile=profile_of(profile)[0], catalog=discover()[0])
