"""`emspec data list | fetch`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console

from emspec.commands.common import format_option, out_option
from emspec.console.data import DataLine, data_json, print_data, print_rows
from emspec.console.paths import short
from emspec.console.progress import view
from emspec.console.verdicts import failure_text
from emspec.errors import EmspecError, PluginError, RunFailed, UsageError
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.plan.data import data_plan
from emspec.plugins import discover
from emspec.registry import Registry, find_project
from emspec.run.execute import execute
from emspec.run.handover import ROWS, can_be_handed_over, checked, hand_over
from emspec.run.preflight import missing
from emspec.run.progress import Progress
from emspec.run.results import DIGITS, STORE
from emspec.run.survey import survey
from emspec.run.work import slots_for
from emspec.schema import nearest
from emspec.store import Store

LOGS = "data"
"""The folder, below the output folder, of what happened while data sets were made."""


@click.group()
def command() -> None:
    """List the data sets of the registry, or make one before a run needs it."""


@command.command("list")
@out_option
@format_option
def list_command(out: Path | None, form: str) -> int:
    """List every data set: its rows, who makes it, its checksum, and whether it is here."""
    registry = Registry(find_project(Path.cwd()).root)
    catalog, _ = discover()
    store = Store(_out(registry, out) / STORE, make=False)
    lines = [_line(registry, name, catalog, store) for name in registry.names("datasets")]
    if form == "json":
        click.echo(data_json(lines))
    else:
        print_data(Console(highlight=False), lines)
    return 0


@command.command("fetch")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@click.option("--file", type=click.Path(path_type=Path), help="Take the rows from this file, if it is the right one.")
@out_option
def fetch_command(names: tuple[str, ...], file: Path | None, out: Path | None) -> int:
    """Make the rows of data sets, as a run would, so that the run finds them; compare them with their checksums."""
    registry = Registry(find_project(Path.cwd()).root)
    console = Console(highlight=False)
    for name in names:
        if name not in registry.names("datasets"):
            raise UsageError(f"registry/datasets holds no {name}", nearest(name, registry.names("datasets")))
    if file is not None and len(names) > 1:
        raise UsageError("--file is for one data set", f"for example: emspec data fetch {names[0]} --file {file}")
    catalog, _ = discover()
    plan, keys = data_plan([registry.dataset(name) for name in names], catalog)
    store = Store(_out(registry, out) / STORE)
    if file is not None:
        hand_over(plan.stages[keys[0]], names[0], file, store)
    else:
        _make(console, plan, catalog, store, dict(zip(keys, names, strict=True)))
    for name, key in zip(names, keys, strict=True):
        print_rows(console, name, store.folder(key) / ROWS, checked(plan.stages[key], name, store))
    return 0


def _make(console: Console, plan: Plan, catalog: Catalog, store: Store, names: Mapping[str, str]) -> None:
    """Run what is not there yet of the data stages; RunFailed names the way by hand for each that failed."""
    before = survey(plan, store, thorough=False).keys("run")
    lacking = missing(plan, catalog)
    if before and lacking:
        raise PluginError(f"this machine lacks {'; '.join(lacking.lines)}", lacking.fix)
    progress = Progress(plan)
    progress.expect(before)
    folder = store.root.parent / LOGS / plan.digest[:DIGITS]
    with view(console, progress, 0) as shown:
        failures = execute(plan, store, folder, slots_for("cpu", 1), [shown.see]).outcome.failures
    for failure in failures:
        console.print(failure_text(failure, plan.stages[failure.key].label), soft_wrap=True)
    if failures:
        by_hand = [_by_hand(names[one.key]) for one in failures if can_be_handed_over(plan.stages[one.key])]
        again = f"once mended: {shlex.join(['emspec', *sys.argv[1:]])}"
        raise RunFailed(f"{len(failures)} of {len(names)} data sets could not be made", "; or ".join([again, *by_hand]))


def _by_hand(name: str) -> str:
    file = f"data/{name}.jsonl"
    which = f"registry/datasets/{name}.yaml says which they are, and their checksum"
    return f"put its rows, as JSON Lines, into {file} ({which}), then: emspec data fetch {name} --file {file}"


def _line(registry: Registry, name: str, catalog: Catalog, store: Store) -> DataLine:
    data = registry.document("datasets", name).data
    checksum = next((f"{kind} {data[kind]}" for kind in ("md5", "sha256") if kind in data), "no checksum")
    try:
        _, (key,) = data_plan([registry.dataset(name)], catalog)
    except EmspecError as error:
        problems = getattr(error, "problems", ())
        note = problems[0].message if problems else error.message
        return DataLine(name, data["backend"], data["rows"], checksum, "unusable", note)
    here = store.lookup(key) is not None
    place = short(store.folder(key) / ROWS) if here else ""
    return DataLine(name, data["backend"], data["rows"], checksum, "here" if here else "not here", place)


def _out(registry: Registry, out: Path | None) -> Path:
    return out or registry.root / "out"
