"""A run's rows.parquet, asked from the command line (see emspec.RowReader)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from emspec import ColumnKind, Json, RowRequest, StageError, Where

BATCH = 4096
NEEDED = ("condition", "seed", "persona", "question", "marker", "hit")
"""Columns without which a table is no row table; later ones may be missing from those of earlier versions."""
ANEW = "the same emspec run again writes it anew"


class RowFile:
    """One row table, read column by column as it is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._schema: pa.Schema = pq.read_schema(path)

    def columns(self) -> Mapping[str, ColumnKind]:
        """Return the columns, in order."""
        return {field.name: _kind(field.type) for field in self._schema}

    def values(self, column: str) -> Sequence[Json]:
        """Return the different values of a column, in order; of a list, those of its items."""
        held = self._read([column])[column].combine_chunks()
        flat = held.flatten() if pa.types.is_list(held.type) else held
        found = cast("list[Json]", pc.unique(flat).to_pylist())
        return sorted(found, key=lambda value: (value is None, str(value) if isinstance(value, str) else value or 0))

    def matching(self, where: Where) -> int:
        """Return how many rows there are."""
        return len(self._places(where))

    def rows(self, request: RowRequest) -> Iterator[Mapping[str, Json]]:
        """Yield rows, in the table's order."""
        for batch in self._table(request).to_batches(BATCH):
            yield from cast("list[Mapping[str, Json]]", batch.to_pylist())

    def counts(self, where: Where, by: Sequence[str]) -> Sequence[Mapping[str, Json]]:
        """Return hits and replies for each combination of values, ordered by the first row that has it."""
        table = self._read([*by, "hit"]).take(pa.array(self._places(where)))
        if not by:
            return [{"hits": pc.sum(table["hit"]).as_py() or 0, "n": table.num_rows}]
        grouped = table.group_by(list(by), use_threads=False).aggregate([("hit", "sum"), ("hit", "count")])
        return [
            {**{name: row[name] for name in by}, "hits": row["hit_sum"], "n": row["hit_count"]}
            for row in grouped.to_pylist()
        ]

    def export(self, request: RowRequest, path: Path) -> None:
        """Write rows as Parquet."""
        pq.write_table(self._table(request), path, compression="zstd")

    def _table(self, request: RowRequest) -> pa.Table:
        places = self._places(request.where)
        if request.sample is not None and request.sample < len(places):
            drawn = np.random.default_rng(request.seed).choice(len(places), request.sample, replace=False)
            places = places[np.sort(drawn)]
        if request.limit is not None:
            places = places[: request.limit]
        return self._read(list(request.columns)).take(pa.array(places))

    def _places(self, where: Where) -> np.ndarray:
        """Return the places of the rows that have one of the values in every column asked for."""
        names = list(where) or self._schema.names[:1]
        table = self._read(names)
        keep = np.ones(table.num_rows, dtype=bool)
        for name, values in where.items():
            keep &= _holds(table[name].combine_chunks(), values)
        return np.flatnonzero(keep)

    def _read(self, names: list[str]) -> pa.Table:
        try:
            return pq.read_table(self._path, columns=list(dict.fromkeys(names)))
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(self._path, error) from error


def _holds(column: pa.Array, values: Sequence[Json]) -> np.ndarray:
    """Return for every row whether its value, or for a list one of its items, is among some values."""
    if pa.types.is_list(column.type):
        wanted = {str(value) for value in values}
        return np.array([bool(wanted.intersection(row or ())) for row in column.to_pylist()], dtype=bool)
    found = pc.is_in(column, value_set=pa.array(list(values), column.type), skip_nulls=False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def _kind(held: pa.DataType) -> ColumnKind:
    if pa.types.is_list(held):
        return "list"
    if pa.types.is_boolean(held):
        return "yes or no"
    return "text" if pa.types.is_string(held) else "number"


def open_rows(path: Path) -> RowFile:
    """Return the reader of a row table; StageError where the file is none."""
    try:
        table = RowFile(path)
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    lacking = [name for name in NEEDED if name not in table.columns()]
    if lacking:
        raise StageError(f"{path.name} is no row table of emspec: it has no column {', '.join(lacking)}", ANEW)
    return table


def _unreadable(path: Path, error: Exception) -> StageError:
    return StageError(f"{path.name} cannot be read as a row table: {' '.join(str(error).split())}", ANEW)
