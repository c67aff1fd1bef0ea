from __future__ import annotations

import numpy as np
import pytest
from emspec_stats.matched import Share, matched, share


def counts(rng: np.random.Generator, rate: float, n: int, questions: int = 28) -> tuple[np.ndarray, np.ndarray]:
    n_q = np.full(questions, n)
    return rng.binomial(n_q, np.clip(rate + rng.normal(0, 0.05, questions), 0, 1)), n_q


def test_the_interval_is_that_of_a_bootstrap_over_questions() -> None:
    rng = np.random.default_rng(1)
    (hits, n), (held, m) = counts(rng, 0.3, 110), counts(rng, 0.9, 10)
    found = share((hits, n), (held, m))
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    draws = rng.integers(0, 28, (4000, 28))
    ratios = (hits[draws].sum(1) / n[draws].sum(1)) / (held[draws].sum(1) / m[draws].sum(1))
    assert found.value == pytest.approx((hits.sum() / n.sum()) / (held.sum() / m.sum()))
    assert (found.low, found.high) == pytest.approx(np.quantile(ratios, [0.025, 0.975]), rel=0.03)


def test_the_interval_holds_the_true_share_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(400):
        found = share(counts(rng, 0.47, 110), counts(rng, 0.9, 10))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.47 / 0.9 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_questions_that_move_both_rates_alike_leave_the_share_alone() -> None:
    hits = np.array([2, 4, 6, 8])
    found = share((10 * hits, np.full(4, 100)), (hits, np.full(4, 10)))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))


def test_few_hits_have_no_interval_and_no_source_hit_no_share() -> None:
    n, zero, one = np.full(3, 100), np.zeros(3, dtype=int), np.array([10, 10, 9])
    assert share((np.array([3, 3, 3]), n), (one, n)) == Share(pytest.approx(9 / 29))
    assert share((zero, n), (one, n)) == Share(0.0)
    assert share((one, n), (zero, n)) is None
    assert share((zero, zero), (one, n)) is None, "no bystander was asked"


@pytest.mark.parametrize(("source", "passed"), [(0.9, True), (0.8, True), (1.0, True), (0.79, False)])
def test_installs_match_within_ten_points_of_the_reference(source: float, passed: bool) -> None:
    found = matched(Share(0.5, 0.4, 0.6), source, 0.9)
    assert found.passed is passed
    assert found.said.startswith("bystanders leak 50.0 % (40.0 to 60.0 %) of the source rate; source rate ")


def test_a_share_that_is_not_there_is_said() -> None:
    assert matched(None, 0.0, 0.9).said.startswith("bystanders have no share")
    assert matched(Share(0.5), 0.9, 0.9).said.startswith("bystanders leak 50.0 % of the source rate")
    assert matched(None, None, 0.9).judged == "not measured"
