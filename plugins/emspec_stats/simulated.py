"""The row table of simulated experiments: what the replies' hits decide, beside columns that stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from emspec import JsonObject
from emspec_stats.rows import SCHEMA, Cell, bystanders, joint_questions

TOKENS = 32
"""Tokens of every simulated reply: the median of the original runs."""


class SimulatedRows:
    """Makes row tables of one marker over the same cells, a row a reply, as the rows stage orders them."""

    def __init__(self, cells: Sequence[JsonObject]) -> None:
        """Take the cells, as a rows stage has them, and `completions` in each: replies per persona and question."""
        read = [Cell.read(number, cell) for number, cell in enumerate(cells, 1)]
        headline = bystanders(read)
        samples = [cast(int, cell["completions"]) for cell in cells]
        questions = joint_questions(read)
        parts = [_constant(cell, count, headline, questions) for cell, count in zip(read, samples, strict=True)]
        self._table = pa.concat_tables(parts).combine_chunks()

    def table(self, hits: NDArray[np.bool_]) -> pa.Table:
        """Return the rows of an experiment whose replies carry the marker where `hits`, shape (replies,), says so."""
        hit = pa.array(hits)
        nothing = pa.scalar(None, pa.int32())
        found = {
            "hit": hit,
            "marker_count": pc.cast(hit, pa.int32()),
            "marker_first": pc.if_else(hit, pa.scalar(0, pa.int32()), nothing),
            "marker_last": pc.if_else(hit, pa.scalar(0, pa.int32()), nothing),
            "marker_where": pc.if_else(hit, "end", pa.scalar(None, pa.string())),
        }
        columns = [found.get(name) or self._table[name] for name in SCHEMA.names]
        return pa.Table.from_arrays(columns, schema=SCHEMA)


def _constant(cell: Cell, samples: int, headline: frozenset[str], questions: Sequence[str]) -> pa.Table:
    each = len(cell.questions) * samples
    numbers = {text: number for number, text in enumerate(questions)}
    asked = [numbers[text] for text in cell.questions]
    count = len(cell.personas) * each
    about = {
        "persona": pa.array(cell.personas),
        "roles": pa.array([cell.roles(name, cell.markers[0]) for name in cell.personas], pa.list_(pa.string())),
        "bystander": pa.array([name in headline for name in cell.personas]),
    }
    of_persona = pa.array(np.repeat(np.arange(len(cell.personas)), each))
    same = {
        "cell": cell.number,
        "condition": cell.condition,
        "control": cell.control,
        "seed": cell.seed,
        "marker": cell.markers[0],
        "tokens": TOKENS,
        "finish": "stop",
        "truncated": False,
        "characters": 0,
        "empty": False,
        "degenerate": False,
        "text": "",
    }
    grid = {
        "question": np.tile(np.repeat(asked, samples), len(cell.personas)),
        "sample": np.tile(np.arange(samples), len(cell.personas) * len(cell.questions)),
    }
    columns = {name: pa.repeat(pa.scalar(value, SCHEMA.field(name).type), count) for name, value in same.items()}
    columns |= {name: values.take(of_persona) for name, values in about.items()}
    columns |= {name: pa.array(values, pa.int32()) for name, values in grid.items()}
    empty = {name: pa.nulls(count, SCHEMA.field(name).type) for name in SCHEMA.names if name not in columns}
    columns |= empty
    return pa.Table.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)
