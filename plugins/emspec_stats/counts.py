"""The row table as arrays: hits and replies by run, persona and question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emspec import StageError

NEEDED = ["cell", "condition", "seed", "persona", "question", "hit"]
"""The columns that counts are made of: copying the others, texts among them, would take most of the time."""
REPLICATE = "replicate"
"""A column of tables in which a seed is run more than once."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Run:
    """One cell: a condition under one seed, the unit of replication of every claim between conditions.

    `replicate` counts the runs of one seed from 1.
    """

    cell: int
    condition: str
    seed: int
    replicate: int = 1

    @property
    def label(self) -> str:
        """Name the run among those of its condition."""
        return str(self.seed) if self.replicate == 1 else f"{self.seed}.{self.replicate}"


@dataclass(frozen=True)
class Counts:
    """Hits and replies of one marker; `hits` and `n` have shape (runs, personas, questions).

    `questions` are the numbers that the rows give the questions.
    """

    marker: str
    runs: tuple[Run, ...]
    personas: tuple[str, ...]
    hits: Ints
    n: Ints
    questions: tuple[int, ...] = ()

    def of(self, condition: str) -> Ints:
        """Return the positions of a condition's runs, in order of cell."""
        return np.array([at for at, run in enumerate(self.runs) if run.condition == condition], dtype=np.int64)

    def shared(self, conditions: Sequence[str]) -> NDArray[np.bool_]:
        """Return which questions every run of some conditions was asked: comparisons are paired by question."""
        if not conditions:
            return np.ones(self.n.shape[2], dtype=bool)
        runs = np.concatenate([self.of(name) for name in conditions])
        asked: NDArray[np.bool_] = (self.n[runs].sum(axis=1) > 0).all(axis=0)
        return asked

    def columns(self, personas: Sequence[str]) -> Ints:
        """Return the positions of personas; StageError for one without any reply."""
        missing = [name for name in personas if name not in self.personas]
        if missing:
            raise StageError(f"{missing[0]} has no replies in the row table", "evaluate it, or drop it from the panel")
        return np.array([self.personas.index(name) for name in personas], dtype=np.int64)

    def rates(self, personas: Sequence[str]) -> Floats:
        """Return hit rates, shape (runs, given personas), all questions alike.

        A persona without a reply in some run is an error: it must not pass as a rate of 0, nor drop out of a mean.
        """
        at = self.columns(personas)
        n = self.n[:, at].sum(axis=2)
        for run, persona in np.argwhere(n == 0)[:1]:
            where = f"{self.runs[run].condition} seed {self.runs[run].label}"
            raise StageError(f"{personas[persona]} has no replies in {where}", "evaluate one panel in all conditions")
        rates: Floats = self.hits[:, at].sum(axis=2) / n
        return rates


def count(rows: pa.Table, marker: str) -> Counts:
    """Count the rows of one marker; StageError where there is none."""
    needed = [*NEEDED, REPLICATE] if REPLICATE in rows.column_names else NEEDED
    wanted, table = pc.equal(rows["marker"], marker), rows.select(needed)
    if not pc.all(wanted).as_py():
        table = table.filter(wanted)
    if table.num_rows == 0:
        raise StageError(f"no row was scored for the marker {marker}", "name a marker that the evaluate step looks for")
    persona, personas = _codes(table["persona"])
    cell, cells = _ranks(table["cell"])
    question, questions = _ranks(table["question"])
    first = _firsts(cell, len(cells))
    shape = (len(cells), len(personas), len(questions))
    flat = np.ravel_multi_index((cell, persona, question), shape)
    size = int(np.prod(shape))
    n = np.bincount(flat, minlength=size).reshape(shape)
    hits = np.bincount(flat, weights=table["hit"].to_numpy(), minlength=size).astype(np.int64).reshape(shape)
    return Counts(marker, _runs(table, first), personas, hits, n, tuple(map(int, questions)))


def runs_of(rows: pa.Table) -> tuple[Run, ...]:
    """Return the runs that a row table holds, in order of cell."""
    cell, cells = _ranks(rows["cell"])
    return _runs(rows, _firsts(cell, len(cells)))


def _ranks(column: pa.ChunkedArray) -> tuple[Ints, Ints]:
    """Return each value's place among the distinct ones, and these in order: np.unique, without sorting all rows."""
    codes, dictionary = _encoded(column)
    values = dictionary.to_numpy()
    order = np.argsort(values)
    place = np.empty(len(values), dtype=np.int64)
    place[order] = np.arange(len(values))
    return place[codes], values[order]


def _firsts(ranks: Ints, count: int) -> Ints:
    """Return where each of `count` ranks is met first."""
    first = np.full(count, len(ranks), dtype=np.int64)
    np.minimum.at(first, ranks, np.arange(len(ranks)))
    return first


def _codes(column: pa.ChunkedArray) -> tuple[Ints, tuple[str, ...]]:
    codes, dictionary = _encoded(column)
    return codes, tuple(dictionary.to_pylist())


def _encoded(column: pa.ChunkedArray) -> tuple[Ints, pa.Array]:
    """Return the place of each value in a dictionary, and that. Rows lie in blocks of equal values, looked up once."""
    blocks = pc.run_end_encode(column.combine_chunks())
    encoded = blocks.values.dictionary_encode()
    lengths = np.diff(blocks.run_ends.to_numpy(), prepend=0)
    return np.repeat(encoded.indices.to_numpy().astype(np.int64), lengths), encoded.dictionary


def _runs(table: pa.Table, first: Ints) -> tuple[Run, ...]:
    naming = [name for name in ("cell", "condition", "seed", REPLICATE) if name in table.column_names]
    runs = tuple(Run(**row) for row in table.select(naming).take(pa.array(first)).to_pylist())
    for (condition, seed), cells in Counter((run.condition, run.label) for run in runs).items():
        if cells > 1:
            message = f"{condition} seed {seed} has {cells} evaluations, which would pass as {cells} runs"
            raise StageError(message, "keep one evaluate step, or analyse each in a spec of its own")
    return runs
