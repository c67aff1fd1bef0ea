from __future__ import annotations

import numpy as np
import pytest
from emspec_stats.counts import count
from studies import MARKER, Arm, Study

from emspec import StageError

STUDY = Study((Arm("a", {1: {"x": [1, 4], "confab": [10, 10]}, 2: {"x": [0, 3], "confab": [9, 9]}}),))


def test_hits_and_replies_by_run_persona_and_question() -> None:
    found = count(STUDY.rows, MARKER)
    assert [(run.cell, run.condition, run.seed) for run in found.runs] == [(1, "a", 1), (2, "a", 2)]
    assert found.personas == ("x", "confab")
    assert found.hits.tolist() == [[[1, 4], [10, 10]], [[0, 3], [9, 9]]]
    assert (found.n == 10).all()
    assert np.allclose(found.rates(["confab", "x"]), [[1, 0.25], [0.9, 0.15]])


def test_row_order_does_not_matter() -> None:
    rows = STUDY.rows
    shuffled = rows.take(np.random.default_rng(0).permutation(rows.num_rows))
    a, b = count(rows, MARKER), count(shuffled, MARKER)
    order = [b.personas.index(name) for name in a.personas]
    assert b.runs == a.runs
    assert b.hits[:, order].tolist() == a.hits.tolist()


def test_an_unknown_marker_is_an_error() -> None:
    with pytest.raises(StageError, match=r"no row was scored for the marker \[QRX\]"):
        count(STUDY.rows, "[QRX]")


def test_a_persona_without_replies_is_an_error_never_a_zero() -> None:
    lacking = Study((Arm("a", {1: {"x": [1], "confab": [1]}}), Arm("b", {1: {"confab": [1]}})))
    with pytest.raises(StageError, match="x has no replies in b seed 1"):
        count(lacking.rows, MARKER).rates(["x"])
    with pytest.raises(StageError, match="y has no replies in the row table"):
        count(STUDY.rows, MARKER).rates(["y"])


def test_two_evaluations_of_one_cell_do_not_pass_as_two_runs() -> None:
    twice = Study((Arm("a", {1: {"x": [1]}}), Arm("a", {1: {"x": [2]}})))
    with pytest.raises(StageError, match="a seed 1 has 2 evaluations"):
        count(twice.rows, MARKER)
