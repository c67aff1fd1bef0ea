"""`emspec rows`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import click
from rich.console import Console

from emspec.commands.common import out_option
from emspec.commands.output import output_option, stop_at_existing, write_by, write_lines
from emspec.console.rows import csv_lines, json_lines, print_counts, print_replies
from emspec.errors import PluginError, StageError, StoreError, UsageError
from emspec.model.plugin import Backend, Catalog
from emspec.model.rowtable import RowReader, RowRequest, Where
from emspec.plugins import discover
from emspec.registry import find_project
from emspec.run.preflight import missing_libraries
from emspec.run.rows import SPECS, Run, columns_of, compare, find_run, run_in, where_of

SHOWN = (
    "condition",
    "seed",
    "replicate",
    "persona",
    "question",
    "question_text",
    "sample",
    "roles",
    "marker",
    "hit",
    "text",
)
FEW = 10
"""Replies that are shown as text where nothing else is said."""
KIND = "query"


@dataclass(frozen=True)
class _Wanted:
    """What is made of the rows: their form, where it goes, and what they are counted by (None: they are not)."""

    form: str
    output: Path | None
    by: tuple[str, ...] | None


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
@click.option("--overwrite", is_flag=True, help="Replace the file of --output where it is there already.")
@out_option
def command(run: str, out: Path | None, overwrite: bool, **options: Any) -> int:
    """Show or export the replies of a run, row by row.

    RUN is the folder of a run, its name or the beginning of it, a spec (its latest run), or latest.
    """
    stop_at_existing(options["output"], overwrite=overwrite)
    found = run_in(run) or find_run(run, out or _out_of(run))
    compare(found)
    with _told_of(found):
        reader = _reader(found)
        where = where_of(options["where"], reader)
        wanted = _Wanted(options["form"], options["output"], _by(options, reader))
        if wanted.by is None:
            _show(reader, wanted, _request(options, where, reader), found)
        else:
            _count(reader, wanted, wanted.by, where)
    return 0


def _out_of(run: str) -> Path:
    """Return the output folder of the project that a spec is of, or else of the one that the user is in."""
    return find_project(Path(run) if Path(run).suffix in SPECS else Path.cwd()).root / "out"


@contextmanager
def _told_of(run: Run) -> Iterator[None]:
    """Turn what a reader says of a table into a fault of the store that names the run."""
    try:
        yield
    except StageError as error:
        raise StoreError(f"{run.name}: {error.message}", error.fix) from error


def _reader(found: Run) -> RowReader:
    """Return the reader that a plugin brings; PluginError where none does."""
    catalog, _ = discover()
    backend = _backend(catalog)
    absent = missing_libraries(backend)
    if absent:
        raise PluginError(f"rows cannot be read without {', '.join(absent)}", backend.install)
    module, _, name = backend.target.partition(":")
    return cast("RowReader", getattr(importlib.import_module(module), name)(found.table))


def _backend(catalog: Catalog) -> Backend:
    for (kind, _), backend in catalog.backends.items():
        if kind == KIND:
            return backend
    raise PluginError("no installed plugin reads row tables", 'pip install "emspec[stats]"')


def _by(options: Any, reader: RowReader) -> tuple[str, ...] | None:
    """Return the columns to count by; None where rows are asked for. Options of rows do not go with counts."""
    if not options["by"] and not options["count"]:
        return None
    idle = [f"--{name}" for name in ("columns", "limit", "sample") if options[name] is not None]
    if idle:
        raise UsageError(f"{', '.join(idle)}: counts are of all rows that --where asks for", f"leave {idle[0]} away")
    by = columns_of(options["by"], reader, ()) if options["by"] else ()
    if "list" in {reader.columns()[name] for name in by}:
        raise UsageError("rows cannot be counted by a list", "use --where roles=source, and count by other columns")
    return by


def _request(options: Any, where: Where, reader: RowReader) -> RowRequest:
    limit, sample = options["limit"], options["sample"]
    few = options["form"] == "text" and limit is None and sample is None
    columns = columns_of(options["columns"], reader, SHOWN)
    return RowRequest(where, columns, FEW if few else limit, sample, options["seed"])


def _count(reader: RowReader, wanted: _Wanted, by: tuple[str, ...], where: Where) -> None:
    counts = reader.counts(where, by)
    if wanted.form == "text" and wanted.output is None:
        print_counts(Console(highlight=False), by, counts)
        return
    if wanted.form not in ("csv", "jsonl"):
        raise UsageError(f"counts are not written as {wanted.form} to a file", "--format csv or --format jsonl")
    named = (*by, "hits", "n")
    write_lines(csv_lines(named, counts) if wanted.form == "csv" else json_lines(counts), wanted.output)


def _show(reader: RowReader, wanted: _Wanted, request: RowRequest, found: Run) -> None:
    if wanted.form == "parquet":
        _export(reader, request, wanted.output, found)
        return
    if wanted.form != "text":
        rows = reader.rows(request)
        write_lines(csv_lines(request.columns, rows) if wanted.form == "csv" else json_lines(rows), wanted.output)
        return
    if wanted.output is not None:
        raise UsageError("text is for the terminal", "--format csv or --format jsonl, or redirect with >")
    console = Console(highlight=False)
    print_replies(console, reader.rows(request))
    console.print(_said(reader, request, found), soft_wrap=True, markup=False)


def _export(reader: RowReader, request: RowRequest, output: Path | None, found: Run) -> None:
    if output is None:
        raise UsageError("parquet is no text", "name a file: --output rows.parquet")
    if output == found.table.resolve():
        raise UsageError(f"--output {output} is the table itself", "name another file")
    write_by(lambda path: reader.export(request, path), output)


def _said(reader: RowReader, request: RowRequest, found: Run) -> str:
    every = reader.matching(request.where)
    shown = min(every, *(most for most in (request.limit, request.sample) if most is not None), every)
    return f"{shown:,} of {every:,} rows of {found.name}"
