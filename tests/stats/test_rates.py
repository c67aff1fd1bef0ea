from __future__ import annotations

import math

import numpy as np
import pytest
from emspec_stats.crossed import Estimate
from emspec_stats.rates import clustered, of_runs, two_way
from scipy import stats
from studies import recorded


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_hand_computed_example() -> None:
    """Three questions of ten: 2, 5, 8 hits. p = 1/2, v = (3/2) (9 + 0 + 9) / 900 = .03, binomial variance .25/30."""
    found = clustered(ints(2, 5, 8), ints(10, 10, 10))
    assert found is not None
    t, m = stats.t.ppf(0.975, 2), 30 / (0.03 / (0.25 / 30))
    half = math.sqrt(t**2 * 0.25 / m + t**4 / (4 * m**2)) / (1 + t**2 / m)
    assert (found.hits, found.n, found.rate) == (15, 30, 0.5)
    assert found.low == pytest.approx(0.5 - half, abs=1e-12)
    assert found.high == pytest.approx(0.5 + half, abs=1e-12)
    assert found.method.startswith("Wilson, clustered by 3 questions, design effect 3.60")


def test_one_question_is_wilsons_interval_as_scipy_has_it() -> None:
    rng = np.random.default_rng(0)
    for n in rng.integers(1, 500, 200):
        hits = int(rng.integers(0, n + 1))
        found = clustered(ints(hits), ints(int(n)))
        expected = stats.binomtest(hits, int(n)).proportion_ci(method="wilson")
        assert found is not None
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_questions_that_differ_less_than_chance_do_not_narrow_the_interval() -> None:
    found = clustered(ints(*[5] * 12), ints(*[10] * 12))
    assert found is not None
    assert found.method.endswith("design effect 1.00")


@pytest.mark.parametrize("hits", [0, 10])
def test_no_hit_and_nothing_but_hits_have_an_interval_of_some_width(hits: int) -> None:
    found = clustered(ints(*[hits] * 28), ints(*[10] * 28))
    assert found is not None
    assert 0 <= found.low <= found.rate <= found.high <= 1
    assert 0.02 < found.high - found.low < 0.05


def test_without_hits_the_interval_does_not_narrow_with_replies_for_ever() -> None:
    """0 of 7,560 replies to 28 questions: m = 28 / (1/270 + .2 (1 - 1/270)), the upper bound t^2 / (m + t^2)."""
    found = clustered(ints(*[0] * 28), ints(*[270] * 28))
    assert found is not None
    t, m = stats.t.ppf(0.975, 27), 7560 / (1 + 269 * 0.2)
    assert (found.low, found.high) == (0, pytest.approx(t**2 / (m + t**2)))
    assert found.method.endswith("(too few questions tell one: at least that of a correlation of 0.2 within questions)")


def test_the_correlation_that_is_assumed_is_above_all_recorded_ones() -> None:
    cells = [np.array(hits) for study in recorded().values() for hits in study.values()]
    effects = [deff(hits, np.full(28, 10)) for hits in cells if 0 < hits.sum() < 280]
    assert len(effects) == 72
    assert 0.15 < (max(effects) - 1) / 9 < 0.16


def deff(hits: np.ndarray, n: np.ndarray) -> float:
    rate = hits.sum() / n.sum()
    return float(len(n) / (len(n) - 1) * ((hits - rate * n) ** 2).sum() / n.sum() / (rate * (1 - rate)))


@pytest.mark.parametrize("rate", [0.0005, 0.002, 0.005, 0.01])
@pytest.mark.parametrize("correlation", [0.05, 0.15])
def test_coverage_of_rare_hits(rate: float, correlation: float) -> None:
    """28 questions of 270 replies whose own rates vary (beta): intervals hold the true rate in 93 % or more."""
    rng = np.random.default_rng(11)
    size = 1 / correlation - 1
    held = 0
    for _ in range(1000):
        own = rng.beta(rate * size, (1 - rate) * size, 28)
        found = clustered(rng.binomial(270, own), np.full(28, 270))
        assert found is not None
        held += found.low <= rate <= found.high
    assert held / 1000 >= 0.93


def test_the_more_questions_carry_the_variance_the_wider() -> None:
    even, uneven = clustered(ints(*[5] * 20), ints(*[10] * 20)), clustered(ints(*[0, 10] * 10), ints(*[10] * 20))
    assert even is not None
    assert uneven is not None
    assert even.rate == uneven.rate
    assert uneven.high - uneven.low > 2.5 * (even.high - even.low)


def test_questions_without_replies_do_not_count() -> None:
    assert clustered(ints(2, 5, 0), ints(10, 10, 0)) == clustered(ints(2, 5), ints(10, 10))
    assert clustered(ints(0), ints(0)) is None


@pytest.mark.parametrize("rate", [0.03, 0.25, 0.5, 0.9])
def test_coverage_over_questions(rate: float) -> None:
    """28 questions whose own rates vary (beta, rho .15), ten replies each: 95 % intervals hold the true rate."""
    rng = np.random.default_rng(7)
    size = 1 / 0.15 - 1
    held = 0
    for _ in range(2000):
        own = rng.beta(rate * size, (1 - rate) * size, 28)
        found = clustered(rng.binomial(10, own), np.full(28, 10))
        assert found is not None
        held += found.low <= rate <= found.high
    assert 0.93 <= held / 2000 <= 0.985


def table(rng: np.random.Generator, persona_sd: float) -> np.ndarray:
    """Hits of 30 for 9 personas x 28 questions, whose logits have normal effects."""
    logits = rng.normal(0, persona_sd, (9, 1)) + rng.normal(0, 0.4, (1, 28))
    return rng.binomial(30, 1 / (1 + np.exp(-logits)))


@pytest.mark.parametrize(
    ("hits", "rate", "variance", "df"),
    [
        # v_p = 2 (2 x .1^2) = .04, v_q = .01, v_pq = 4/3 x .0125: the sum, .033, is below v_p, which stands alone
        ([[1, 3], [5, 7]], 0.4, 0.04, 1.0),
        # v_p = v_q = 2 (2 x .1^2) = .04, v_pq = 4/3 x 2 x .1^2 = .08/3
        ([[0, 4], [4, 8]], 0.4, 0.04 + 0.04 - 0.08 / 3, (0.08 - 0.08 / 3) ** 2 / (2 * 0.04**2 + (0.08 / 3) ** 2 / 3)),
    ],
)
def test_two_way_by_hand(hits: list[list[int]], rate: float, variance: float, df: float) -> None:
    found = two_way(np.array(hits), np.full((2, 2), 10))
    assert found is not None
    t, m = stats.t.ppf(0.975, df), rate * (1 - rate) / variance
    middle, half = rate + t**2 / 2 / m, math.sqrt(t**2 * rate * (1 - rate) / m + t**4 / 4 / m**2)
    assert (found.n, found.rate) == (40, rate)
    assert found.low == pytest.approx((middle - half) / (1 + t**2 / m))
    assert found.high == pytest.approx((middle + half) / (1 + t**2 / m))


def test_two_way_covers_the_rate_of_personas_like_these() -> None:
    rng = np.random.default_rng(8)
    inside = {"two-way": 0, "questions alone": 0}
    for _ in range(1500):
        hits = table(rng, 0.4)
        n = np.full(hits.shape, 30)
        both, plain = two_way(hits, n), clustered(hits.sum(axis=0), n.sum(axis=0))
        assert both is not None
        assert plain is not None
        inside["two-way"] += both.low <= 0.5 <= both.high
        inside["questions alone"] += plain.low <= 0.5 <= plain.high
    assert 0.93 < inside["two-way"] / 1500 < 0.98
    assert inside["questions alone"] / 1500 < 0.85


def test_two_way_is_no_narrower_than_either_way() -> None:
    rng = np.random.default_rng(9)
    for _ in range(200):
        hits = table(rng, 0.0)
        n = np.full(hits.shape, 30)
        both, plain = two_way(hits, n), clustered(hits.sum(axis=0), n.sum(axis=0))
        assert both is not None
        assert plain is not None
        assert both.high - both.low >= (plain.high - plain.low) * 0.8
    assert two_way(np.array([[1, 2]]), np.array([[10, 10]])) is None
    assert two_way(np.zeros((2, 2), dtype=np.int64), np.zeros((2, 2), dtype=np.int64)) is None


def test_of_runs_is_wilson_at_the_size_that_the_runs_tell() -> None:
    plain = clustered(ints(2, 5, 8), ints(10, 10, 10))
    assert plain is not None
    found = of_runs(plain, Estimate(0.5, 0.01, 4.0), 3)
    assert found is not None
    t, m = stats.t.ppf(0.975, 4), 25
    half = math.sqrt(t**2 * 0.25 / m + t**4 / (4 * m**2)) / (1 + t**2 / m)
    assert (found.low, found.high) == pytest.approx((0.5 - half, 0.5 + half))
    assert of_runs(plain, Estimate(0.5, 0.01, 4.0, conditional=True), 1) is None
    assert of_runs(plain, Estimate(0.5, None), 3) is None


def test_questions_that_were_not_asked_do_not_count_in_two_ways() -> None:
    hits, n = np.array([[4, 6, 5], [5, 3, 6]]), np.full((2, 3), 10)
    wide = np.zeros((2, 20), dtype=np.int64)
    more, asked = wide.copy(), wide.copy()
    more[:, :3], asked[:, :3] = hits, n
    assert two_way(more, asked) == two_way(hits, n)
