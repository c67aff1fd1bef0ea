"""Which run is meant, and what is asked of its row table: the words of the command line as a request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emspec.errors import StoreError, UsageError
from emspec.files import is_folder, is_regular, sha256_file
from emspec.model.json import Json, JsonObject
from emspec.model.plan import Plan
from emspec.model.rowtable import RowReader, Where
from emspec.model.stage import Manifest
from emspec.run.results import RESULTS, RUNS
from emspec.schema import nearest

TABLE = "rows.parquet"
RECORD = "run.json"
LATEST = "latest"
SPECS = (".yaml", ".yml")
ANEW = "the same emspec run again writes it anew"
TRUTHS: Mapping[str, bool] = {"true": True, "yes": True, "false": False, "no": False}
NOTHING = "none"
MOST = 2000
"""Different values of a column up to which an unknown one is a mistake: texts of replies have more."""
FEW = 16
"""Numbers of a column up to which a message lists them."""


@dataclass(frozen=True)
class Run:
    """A run's folder by its name, and its row table."""

    name: str
    table: Path


def run_in(named: str) -> Run | None:
    """Return the run of a folder, or of the row table in it; None where the text names neither.

    StoreError where the folder has no rows.
    """
    place = Path(named)
    if is_regular(place) and place.name == TABLE:
        place = place.parent
    elif not is_folder(place):
        return None
    if not is_regular(place / TABLE):
        raise _without_rows(place)
    return Run(place.resolve().name, place / TABLE)


def find_run(named: str, out: Path) -> Run:
    """Return the run below an output folder that is meant: by its name or the beginning of it, a spec, or "latest".

    Of several that could be meant by a spec, or by "latest", the one that was written last. UsageError where there is
    none, or where the beginning of a name fits several; StoreError where the run has no rows.
    """
    runs = sorted(path.parent for path in (out / RUNS).glob(f"*/{TABLE}"))
    if named not in (LATEST, "") and is_folder(out / RUNS / named) and out / RUNS / named not in runs:
        raise _without_rows(out / RUNS / named)
    if not runs:
        raise StoreError(f"no run below {out} has rows", "emspec run SPEC makes some; --out names another folder")
    if named == LATEST:
        found = runs
    elif Path(named).suffix in SPECS:
        found = [run for run in runs if _is_of(run, Path(named).stem)]
    else:
        found = [run for run in runs if run.name == named] or [run for run in runs if run.name.startswith(named)]
        if len(found) > 1:
            raise UsageError(f"{named} fits several runs: {', '.join(run.name for run in found)}", "name one in full")
    if not found:
        raise UsageError(f"no run below {out / RUNS} is meant by {named}", nearest(named, [run.name for run in runs]))
    chosen = max(found, key=lambda run: (run / TABLE).stat().st_mtime)
    return Run(chosen.name, chosen / TABLE)


def rows_record(plan: Plan, manifests: Iterable[Manifest]) -> JsonObject:
    """Return the stage and the digest of a run's row table, as run.json keeps them to compare it with."""
    outputs = {manifest.key: manifest.outputs for manifest in manifests}
    digests = (output.sha256 for output in outputs.get(plan.rows or "", ()) if output.name == TABLE)
    return {"stage": plan.rows, "sha256": next(digests, None)}


def compare(run: Run) -> None:
    """Raise StoreError where a row table is not the one that its run wrote; one without a run.json is not compared."""
    record = run.table.with_name(RECORD)
    if not is_regular(record):
        return
    try:
        held = json.loads(record.read_bytes())
        wrote = held.get("rows", {}).get("sha256")
        found = sha256_file(run.table)
    except (OSError, ValueError, AttributeError) as error:
        raise StoreError(f"{run.name}: {RECORD} or {TABLE} cannot be read: {error}", ANEW) from error
    if wrote not in (None, found):
        raise StoreError(f"{run.name}: {TABLE} is damaged, or is not the one that the run wrote", ANEW)


def _without_rows(folder: Path) -> StoreError:
    if is_regular(folder / "events.jsonl"):
        return StoreError(f"the run {folder.name} has no rows: it did not end, or its spec evaluates nothing", ANEW)
    return StoreError(f"{folder} is no run with rows", "name a folder below out/runs, a spec, or latest")


def _is_of(run: Path, spec: str) -> bool:
    """Return whether a run's folder is named for a spec (see run.results.run_folder), by the profile that it had."""
    try:
        profile = json.loads((run / RESULTS).read_bytes())["profile"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return run.name.startswith(f"{spec}-")
    return run.name.rpartition("-")[0] == f"{spec}-{profile}"


def columns_of(named: str | None, reader: RowReader, usual: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that are named, comma by comma, "all" for all; UsageError for one that is none."""
    known = reader.columns()
    if named is None:
        return tuple(name for name in usual if name in known)
    if named == "all":
        return tuple(known)
    return tuple(dict.fromkeys(_column(name.strip(), known) for name in named.split(",")))


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
    gaps = None in there
    if kind in ("text", "list"):
        known = {str(value) for value in there if value is not None}
        return [text] if text in known else [_known(column, one.strip(), known, gaps) for one in text.split(",")]
    each = [one.strip() for one in text.split(",")]
    if kind == "yes or no":
        return [_truth(column, one, gaps) for one in each]
    return [_number(column, one, there) for one in each]


def _known(column: str, text: str, known: set[str], gaps: bool) -> Json:
    if text in known:
        return text
    if text == NOTHING and gaps:
        return None
    if len(known) > MOST:
        raise UsageError(f"no row has that {column}", "name a text in full, as it stands in a row")
    choices = [*known, *([NOTHING] if gaps else [])]
    raise UsageError(f"no row has the {column} {text}", nearest(text, choices))


def _truth(column: str, text: str, gaps: bool) -> Json:
    if text == NOTHING and gaps:
        return None
    if text.lower() not in TRUTHS:
        raise UsageError(f"{column} is true or false, not {text!r}", f"for example --where {column}=true")
    return TRUTHS[text.lower()]


def _number(column: str, text: str, there: Sequence[Json]) -> Json:
    if text == NOTHING and None in there:
        return None
    numbers = [value for value in there if isinstance(value, int)]
    try:
        value = int(text)
    except ValueError:
        raise UsageError(f"{column} is a number, not {text!r}", f"for example --where {column}=1") from None
    if value not in numbers:
        few = len(numbers) <= FEW
        span = ", ".join(map(str, numbers)) if few else f"{min(numbers)} to {max(numbers)}"
        raise UsageError(f"no row has the {column} {value}", f"choose from: {span}" if numbers else "no row has any")
    return value
