"""Which run is meant, and what is asked of its row table: the words of the command line as a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emspec.errors import StoreError, UsageError
from emspec.model.json import Json
from emspec.model.rowtable import RowReader, Where
from emspec.run.results import RUNS
from emspec.schema import nearest

TABLE = "rows.parquet"
LATEST = "latest"
TRUTHS: Mapping[str, bool] = {"true": True, "yes": True, "false": False, "no": False}
NOTHING = "none"
MOST = 2000
"""Different values of a column up to which an unknown one is a mistake: texts of replies have more."""


@dataclass(frozen=True)
class Run:
    """A run's folder by its name, and its row table."""

    name: str
    table: Path


def find_run(named: str, out: Path) -> Run:
    """Return the run that is meant: a folder, a run's name or the beginning of it, a spec, or "latest".

    Of several that could be meant by a spec, or by "latest", the one that was written last. UsageError where there is
    none, or where the beginning of a name fits several.
    """
    folder = Path(named)
    if (folder / TABLE).is_file():
        return Run(folder.name, folder / TABLE)
    runs = sorted(path.parent for path in (out / RUNS).glob(f"*/{TABLE}"))
    if not runs:
        raise StoreError(f"no run below {out} has rows", "emspec run SPEC makes some; --out names another folder")
    if named == LATEST:
        found = runs
    elif folder.suffix in (".yaml", ".yml"):
        found = [run for run in runs if run.name.startswith(f"{folder.stem}-")]
    else:
        found = [run for run in runs if run.name == named] or [run for run in runs if run.name.startswith(named)]
        if len(found) > 1:
            raise UsageError(f"{named} fits several runs: {', '.join(run.name for run in found)}", "name one in full")
    if not found:
        raise UsageError(f"no run below {out / RUNS} is meant by {named}", nearest(named, [run.name for run in runs]))
    chosen = max(found, key=lambda run: (run / TABLE).stat().st_mtime)
    return Run(chosen.name, chosen / TABLE)


def columns_of(named: str | None, reader: RowReader, usual: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that are named, comma by comma, "all" for all; UsageError for one that is none."""
    known = reader.columns()
    if named is None:
        return tuple(name for name in usual if name in known)
    if named == "all":
        return tuple(known)
    return tuple(_column(name.strip(), known) for name in named.split(","))


def where_of(given: Sequence[str], reader: RowReader) -> Where:
    """Return what COLUMN=VALUE[,VALUE...] ask; UsageError for a column that is none, or a value that no row has."""
    found: dict[str, list[Json]] = {}
    for text in given:
        name, equals, values = text.partition("=")
        if not equals:
            what = f"--where takes COLUMN=VALUE, not {text!r}"
            raise UsageError(what, "for example --where condition=B0 --where hit=true")
        column = _column(name.strip(), reader.columns())
        found.setdefault(column, []).extend(_values(column, values, reader))
    return found


def _column(name: str, known: Mapping[str, object]) -> str:
    if name not in known:
        raise UsageError(f"the rows have no column {name}", nearest(name, known))
    return name


def _values(column: str, text: str, reader: RowReader) -> list[Json]:
    """Return the values that a text names; the whole text counts as one where some row has it as it is."""
    kind = reader.columns()[column]
    there = reader.values(column)
    if kind in ("text", "list"):
        known = {str(value) for value in there if value is not None}
        if text in known:
            return [text]
        return [_known(column, one.strip(), known, None in there) for one in text.split(",")]
    return [_parsed(column, one.strip(), truth=kind == "yes or no") for one in text.split(",")]


def _known(column: str, text: str, known: set[str], gaps: bool) -> Json:
    if text in known:
        return text
    if text == NOTHING and gaps:
        return None
    if len(known) > MOST:
        raise UsageError(f"no row has that {column}", "name a text in full, as it stands in a row")
    choices = [*known, *([NOTHING] if gaps else [])]
    raise UsageError(f"no row has the {column} {text}", nearest(text, choices))


def _parsed(column: str, text: str, *, truth: bool) -> Json:
    if truth:
        if text.lower() not in TRUTHS:
            raise UsageError(f"{column} is true or false, not {text!r}", f"for example --where {column}=true")
        return TRUTHS[text.lower()]
    if text == NOTHING:
        return None
    try:
        return int(text)
    except ValueError:
        raise UsageError(f"{column} is a number, not {text!r}", f"for example --where {column}=1") from None
