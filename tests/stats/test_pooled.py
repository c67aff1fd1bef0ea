from __future__ import annotations

import numpy as np
import pytest
from emspec_stats.pooled import pool, quantile, upper_tail
from scipy import stats


def test_pooled_by_hand() -> None:
    """Groups 1 2 3 and 5 9: squares 2 + 8, degrees of freedom 3."""
    found = pool([np.array([[1.0], [2.0], [3.0]]), np.array([[5.0], [9.0]]), np.array([[4.0]])])
    assert found.df == 3
    assert found.sd == pytest.approx((10 / 3) ** 0.5)


def test_groups_are_divided_by_their_scales() -> None:
    """Groups 1 3 and 10 30 of scales 1 and 10: squares 2 + 2, degrees of freedom 2."""
    found = pool([np.array([[1.0], [3.0]]), np.array([[10.0], [30.0]])], np.array([1.0, 10.0]))
    assert (found.df, found.sd) == (2, pytest.approx(2**0.5))


def test_columns_lose_what_moves_a_run_as_a_whole() -> None:
    """Rows 1 2 and 3 6: without row and column means +-.5, squares 1, degrees of freedom 1."""
    found = pool([np.array([[1.0, 2.0], [3.0, 6.0]])])
    assert (found.df, found.sd) == (1, pytest.approx(1.0))


def test_no_noise_is_not_known_noise() -> None:
    assert not pool([np.array([[1.0]]), np.array([[2.0]])]).known
    same = pool([np.array([[0.1 + 0.2], [0.3]]), np.array([[0.5], [0.5]])])
    assert (same.df, same.sd, same.known) == (2, 0.0, False)


def test_student_as_scipy_has_it() -> None:
    rng = np.random.default_rng(0)
    for t, df in zip(rng.normal(0, 3, 200), rng.integers(1, 40, 200), strict=True):
        assert upper_tail(float(t), float(df)) == pytest.approx(stats.t.sf(t, df), abs=1e-9)
        assert quantile(0.95, float(df)) == pytest.approx(stats.t.ppf(0.95, df), abs=1e-9)
