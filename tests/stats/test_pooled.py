from __future__ import annotations

import numpy as np
import pytest
from emspec_stats.pooled import pool, quantile, upper_tail
from scipy import stats


def test_pooled_by_hand() -> None:
    """Groups 1 2 3 and 5 9: squares 2 + 8, degrees of freedom 3."""
    found = pool([np.array([1.0, 2.0, 3.0]), np.array([5.0, 9.0]), np.array([4.0])])
    assert found.df == 3
    assert found.sd == pytest.approx((10 / 3) ** 0.5)


def test_no_noise_is_not_known_noise() -> None:
    assert not pool([np.array([1.0]), np.array([2.0])]).known
    same = pool([np.array([0.1 + 0.2, 0.3]), np.array([0.5, 0.5])])
    assert (same.df, same.sd, same.known) == (2, 0.0, False)


def test_student_as_scipy_has_it() -> None:
    rng = np.random.default_rng(0)
    for t, df in zip(rng.normal(0, 3, 200), rng.integers(1, 40, 200), strict=True):
        assert upper_tail(float(t), float(df)) == pytest.approx(stats.t.sf(t, df), abs=1e-9)
        assert quantile(0.95, float(df)) == pytest.approx(stats.t.ppf(0.95, df), abs=1e-9)
