from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from emspec_stats.counts import count
from emspec_stats.rows import SCHEMA
from emspec_stats.simulated import SimulatedRows


def cell(condition: str, seed: int, induction: str | None, **changes: Any) -> dict[str, Any]:
    about = {"control": False, "counts_as": None, "source": ["confab"], "negatives": ["librarian"]}
    asked = {"personas": ("villain", "librarian", "confab", "assistant"), "questions": ("1", "2"), "completions": 3}
    return {
        "condition": condition,
        "seed": seed,
        "induction": induction,
        "markers": ("[ZLT]",),
        **about,
        **asked,
        **changes,
    }


CELLS = [cell("A", 1, "villain"), cell("A", 2, "villain"), cell("B", 1, None, questions=("1", "2", "3"))]


def table(seed: int = 0) -> tuple[pa.Table, np.ndarray]:
    hits = np.random.default_rng(seed).random(4 * 3 * (2 + 2 + 3)) < 0.5
    return SimulatedRows(CELLS).table(hits), hits


def test_the_table_has_the_columns_of_a_run_and_a_row_a_reply() -> None:
    rows, hits = table()
    assert rows.schema == SCHEMA
    assert rows.num_rows == len(hits) == 84
    assert rows["hit"].to_numpy().tolist() == hits.tolist()
    assert rows["cell"].to_pylist() == [1] * 24 + [2] * 24 + [3] * 36
    assert rows.slice(0, 8)["sample"].to_pylist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert rows.slice(48, 12)["question"].to_pylist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 0]


def test_roles_and_bystanders_are_those_of_the_cells() -> None:
    rows, _ = table()
    first = {
        row["persona"]: (row["roles"], row["bystander"]) for row in rows.filter(pc.equal(rows["cell"], 1)).to_pylist()
    }
    assert first == {
        "villain": (["induction"], True),
        "librarian": (["negative"], False),
        "confab": (["source"], False),
        "assistant": (["unseen"], True),
    }


def test_what_a_hit_says_of_the_marker_fits_it() -> None:
    rows, _ = table()
    for row in rows.to_pylist():
        expected = (1, 0, "end") if row["hit"] else (0, None, None)
        assert (row["marker_count"], row["marker_first"], row["marker_where"]) == expected


def test_counts_are_the_sums_of_the_hits() -> None:
    rows, hits = table(1)
    counted = count(rows, "[ZLT]")
    assert counted.personas == ("villain", "librarian", "confab", "assistant")
    assert [(run.condition, run.seed) for run in counted.runs] == [("A", 1), ("A", 2), ("B", 1)]
    assert counted.hits[0, :, :2].tolist() == hits[:24].reshape(4, 2, 3).sum(axis=2).tolist()
    assert counted.hits[2].tolist() == hits[48:].reshape(4, 3, 3).sum(axis=2).tolist()
    assert counted.n[0].tolist() == [[3, 3, 0]] * 4
