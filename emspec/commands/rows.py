"""`emspec rows`."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Console

from emspec.commands.common import out_option
from emspec.commands.output import output_option, write_lines
from emspec.console.rows import csv_lines, json_lines, print_counts, print_replies
from emspec.errors import EmspecError, PluginError, StoreError, UsageError
from emspec.model.plugin import Catalog
from emspec.model.rowtable import RowReader, RowRequest
from emspec.plugins import discover
from emspec.registry import find_project
from emspec.run.preflight import missing_libraries
from emspec.run.rows import Run, columns_of, find_run, where_of

SHOWN = ("condition", "seed", "replicate", "persona", "question", "sample", "roles", "marker", "hit", "text")
FEW = 10
"""Replies that are shown as text where nothing else is said."""
KIND = "query"


@dataclass(frozen=True)
class _Wanted:
    form: str
    by: tuple[str, ...]
    counted: bool
    output: Path | None


@click.command()
@click.argument("run", default="latest")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE,...", help="Only rows with one of these values.")
@click.option("--columns", metavar="NAME,...", help="The columns, or all; without it, those that a reader needs.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many rows; text shows 10 if nothing is said.")
@click.option("--sample", type=click.IntRange(min=0), help="So many rows drawn at random.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the drawing.")
@click.option("--by", metavar="NAME,...", help="Count hits and replies for each combination of these columns.")
@click.option("--count", is_flag=True, help="Count hits and replies of all rows that are asked for.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "jsonl", "parquet"]),
    default="text",
    show_default=True,
    help="What to print; parquet needs --output.",
)
@output_option
@out_option
def command(run: str, out: Path | None, **options: Any) -> int:
    """Show or export the replies of a run, row by row.

    RUN is the folder of a run, its name or the beginning of it, a spec (its latest run), or latest.
    """
    found = find_run(run, out or find_project(Path.cwd()).root / "out")
    reader = _reader(found)
    wanted = _Wanted(options["form"], _by(options["by"], reader), options["count"], options["output"])
    where = where_of(options["where"], reader)
    if wanted.by or wanted.counted:
        _count(reader, wanted, where)
        return 0
    columns = columns_of(options["columns"], reader, SHOWN)
    limit = options["limit"]
    few = wanted.form == "text" and limit is None and options["sample"] is None
    request = RowRequest(where, columns, FEW if few else limit, options["sample"], options["seed"])
    _show(reader, wanted, request, found)
    return 0


def _reader(found: Run) -> RowReader:
    """Return the reader that a plugin brings; PluginError where none does, StoreError where the table is damaged."""
    catalog, _ = discover()
    backend = _backend(catalog)
    absent = missing_libraries(backend)
    if absent:
        raise PluginError(f"rows cannot be read without {', '.join(absent)}", backend.install)
    module, _, name = backend.target.partition(":")
    try:
        return cast("RowReader", getattr(importlib.import_module(module), name)(found.table))
    except EmspecError as error:
        raise StoreError(f"{found.name}: {error.message}", error.fix) from error


def _backend(catalog: Catalog) -> Any:
    for (kind, _), backend in catalog.backends.items():
        if kind == KIND:
            return backend
    raise PluginError("no installed plugin reads row tables", 'pip install "emspec[stats]"')


def _by(named: str | None, reader: RowReader) -> tuple[str, ...]:
    return columns_of(named, reader, ()) if named else ()


def _count(reader: RowReader, wanted: _Wanted, where: Any) -> None:
    if "list" in {reader.columns()[name] for name in wanted.by}:
        raise UsageError("rows cannot be counted by a list", "use --where roles=source, and count by other columns")
    counts = reader.counts(where, wanted.by)
    if wanted.form == "text" and wanted.output is None:
        print_counts(Console(highlight=False), wanted.by, counts)
        return
    if wanted.form not in ("csv", "jsonl"):
        raise UsageError(f"counts are not written as {wanted.form} to a file", "--format csv or --format jsonl")
    named = (*wanted.by, "hits", "n")
    write_lines(csv_lines(named, counts) if wanted.form == "csv" else json_lines(counts), wanted.output)


def _show(reader: RowReader, wanted: _Wanted, request: RowRequest, found: Run) -> None:
    if wanted.form == "parquet":
        if wanted.output is None:
            raise UsageError("parquet is no text", "name a file: --output rows.parquet")
        if wanted.output == found.table.resolve():
            raise UsageError(f"--output {wanted.output} is the table itself", "name another file")
        reader.export(request, wanted.output)
        return
    rows = reader.rows(request)
    if wanted.form == "text" and wanted.output is None:
        console = Console(highlight=False)
        print_replies(console, rows)
        console.print(_said(reader, request, found), soft_wrap=True, markup=False)
        return
    lines: Iterable[str] = csv_lines(request.columns, rows) if wanted.form == "csv" else json_lines(rows)
    if wanted.form == "text":
        raise UsageError("text is for the terminal", "--format csv or --format jsonl, or redirect with >")
    write_lines(lines, wanted.output)


def _said(reader: RowReader, request: RowRequest, found: Run) -> str:
    every = reader.matching(request.where)
    shown = min(every, *(most for most in (request.limit, request.sample) if most is not None), every)
    return f"{shown:,} of {every:,} rows of {found.name}"
