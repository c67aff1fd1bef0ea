from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from emspec_stats.ranks import average_ranks, reach, spearman
from scipy import stats

SPREAD = (1.0, 0.9457, 0.9060, 0.8696, 0.7828)


def test_ranks_and_rho_are_scipys() -> None:
    rng = np.random.default_rng(5)
    for _ in range(100):
        x, y = rng.integers(0, 6, 7).tolist(), rng.random(7).tolist()
        assert average_ranks(x) == pytest.approx(stats.rankdata(x))
        if len(set(x)) > 1:
            assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)
    assert spearman([1, 1, 1], [1, 2, 3]) == 0


def test_five_conditions_pass_only_at_a_perfect_order() -> None:
    found = reach(SPREAD, None, 0.05)
    assert found.floor == pytest.approx(2 / 120)
    assert (found.only, found.passes) == (True, pytest.approx(1))
    assert not reach(SPREAD, "decreasing", 0.05).only
    assert reach(SPREAD, "decreasing", 0.05).floor == pytest.approx(1 / 120)
    assert reach(SPREAD, "decreasing", 0.05).passes == pytest.approx(0.9)
    assert reach(SPREAD[:4], None, 0.05).passes is None


@pytest.mark.parametrize(("n", "passes"), [(6, 0.886), (7, 0.786)])
def test_what_passes_is_what_the_published_tables_say(n: int, passes: float) -> None:
    """Critical values at two-sided .05: .886 at n = 6 and .786 at n = 7 (Zar, 1972)."""
    assert reach(range(n), None, 0.05).passes == pytest.approx(passes, abs=5e-4)


@pytest.mark.parametrize("values", [(1, 2, 3, 4), (1, 1, 2, 3), (1, 1, 2, 2, 3), (3, 3, 3, 1)])
@pytest.mark.parametrize("direction", [None, "increasing"])
def test_the_floor_is_that_of_all_orders(values: tuple[int, ...], direction: str | None) -> None:
    rhos = [spearman(values, order) for order in permutations(range(len(values)))]
    sizes = [rho if direction else abs(rho) for rho in rhos]
    least = sum(size >= max(sizes) - 1e-9 for size in sizes) / len(sizes)
    assert reach(values, direction, 0.05).floor == pytest.approx(least)  # type: ignore[arg-type]


def test_many_conditions_are_drawn_and_no_p_is_below_the_draws() -> None:
    assert reach(range(9), None, 0.05).floor == pytest.approx(2 / math.factorial(9))
    assert reach(range(12), None, 0.05).floor == pytest.approx(1e-4)
