from __future__ import annotations

import math

import numpy as np
import pytest
from emspec_stats.crossed import Estimate, Sample
from scipy import stats


def draw(rng: np.random.Generator, runs: int, sds: dict[str, float], conditions: int = 3) -> Sample:
    """Runs of crossed effects with the given SDs; question effects differ between conditions."""
    groups = []
    for _ in range(conditions):
        question = sds["question"] * rng.standard_normal((1, 1, 12))
        persona = sds["persona"] * rng.standard_normal((1, 5, 1))
        run = sds["run"] * rng.standard_normal((runs, 1, 1))
        rest = sds["rest"] * rng.standard_normal((runs, 5, 12))
        groups.append(question + persona + run + rest)
    return Sample(tuple(groups), np.ones(conditions), sampled=sds["persona"] > 0)


def test_one_question_and_persona_is_the_pooled_t_test_of_scipy() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        first, second = rng.normal(0.4, 0.05, 4), rng.normal(0.45, 0.05, 3)
        sample = Sample((first[:, None, None], second[:, None, None]), np.ones(2))
        found = sample.compare([1, -1])
        expected = stats.ttest_ind(first, second, alternative="greater")
        interval = stats.ttest_ind(first, second).confidence_interval(0.95)
        half = found.half(0.95)
        assert half is not None
        assert found.above(0) == pytest.approx(expected.pvalue, abs=1e-9)
        assert found.value - half == pytest.approx(interval.low, abs=1e-9)


@pytest.mark.parametrize("more", [{"question": 0.05, "persona": 0.0}, {"question": 0.05, "persona": 0.05}])
def test_the_variance_is_that_of_repeated_samples(more: dict[str, float]) -> None:
    """The mean of the estimated variances is the variance of the estimates, within 10 % over 3,000 samples."""
    rng = np.random.default_rng(1)
    sds = {"run": 0.02, "rest": 0.05, **more}
    found = [draw(rng, 4, sds, 2).compare([1, -1]) for _ in range(3000)]
    assert np.mean([one.variance for one in found]) == pytest.approx(np.var([one.value for one in found]), rel=0.1)
    inside = [abs(one.value) <= (one.half(0.95) or 0) for one in found]
    assert 0.93 < np.mean(inside) < 0.98


def test_it_is_never_surer_than_runs_alone_are() -> None:
    rng = np.random.default_rng(2)
    for _ in range(200):
        sample = draw(rng, 3, {"run": 0.02, "rest": 0.05, "question": 0.0, "persona": 0.0})
        alone = Sample(tuple(group.mean(axis=(1, 2))[:, None, None] for group in sample.values), sample.scales)
        found, least = sample.compare([1, -0.5, -0.5]), alone.compare([1, -0.5, -0.5])
        assert found.value == pytest.approx(least.value)
        assert found.variance is not None
        assert least.variance is not None
        assert found.variance >= least.variance - 1e-15


def test_noise_is_as_large_as_its_scale_says() -> None:
    """Groups whose noise is 1 and 10 times a common SD: the comparison's variance by hand."""
    small, large = np.array([0.1, 0.3]), np.array([1.0, 5.0])
    sample = Sample((small[:, None, None], large[:, None, None]), np.array([1.0, 10.0]))
    pooled = (2 * 0.1**2 + 2 * 2**2 / 100) / 2
    found = sample.compare([1, -1])
    assert sample.noise.sd == pytest.approx(math.sqrt(pooled))
    assert found.variance == pytest.approx(pooled * (1 + 100) / 2)
    assert found.df == pytest.approx(2)


def test_one_run_has_an_interval_of_its_questions_alone() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(0.4, 0.1, (1, 1, 20)), rng.normal(0.5, 0.1, (1, 1, 20))
    found = Sample((first, second), np.ones(2)).compare([1, -1])
    expected = stats.ttest_rel(first.ravel(), second.ravel()).confidence_interval(0.95)
    half = found.half(0.95)
    assert half is not None
    assert (found.conditional, found.decides) == (True, False)
    assert (found.value - half, found.value + half) == pytest.approx((expected.low, expected.high))


def test_a_declared_sd_stands_in_for_runs_that_were_not_made() -> None:
    rng = np.random.default_rng(4)
    values = tuple(rng.normal(0.4, 0.1, (1, 1, 20)) for _ in range(2))
    plain = Sample(values, np.array([0.5, 0.9])).compare([1, -1])
    found = Sample(values, np.array([0.5, 0.9]), declared=0.05).compare([1, -1])
    assert plain.variance is not None
    assert found.decides
    assert found.variance == pytest.approx(plain.variance + 0.05**2 * (0.5**2 + 0.9**2))
    assert found.df > plain.df


def test_sampled_personas_widen_an_interval_of_one_run_as_two_way_clusters_do() -> None:
    rng = np.random.default_rng(5)
    grid = 0.1 * rng.standard_normal((6, 1)) + 0.1 * rng.standard_normal((1, 20)) + 0.1 * rng.standard_normal((6, 20))
    found = Sample((grid[None],), np.ones(1), sampled=True).compare([1])
    fixed = Sample((grid[None],), np.ones(1)).compare([1])
    rest = grid - grid.mean(axis=0) - grid.mean(axis=1, keepdims=True) + grid.mean()
    personas, questions = grid.mean(axis=1).var(ddof=1) / 6, grid.mean(axis=0).var(ddof=1) / 20
    assert fixed.variance == pytest.approx(questions)
    assert found.variance == pytest.approx(personas + questions - (rest**2).sum() / (5 * 19) / 120)


def test_equal_runs_tell_no_noise() -> None:
    sample = Sample((np.full((3, 2, 4), 0.1 + 0.2), np.full((3, 2, 4), 0.3)), np.ones(2))
    assert sample.compare([1, -1]) == Estimate(pytest.approx(0, abs=1e-12), None)


def test_few_runs_and_questions_never_give_an_interval_without_end() -> None:
    """Two runs at two questions: Satterthwaite's degrees of freedom can be as good as 0 there."""
    rng = np.random.default_rng(11)
    halves = []
    for _ in range(3000):
        values = tuple(0.4 + 0.005 * rng.standard_normal((2, 1, 2)) for _ in range(2))
        half = Sample(values, np.ones(2)).compare([1, -1]).half(0.95)
        halves.append(half or 0.0)
    assert max(halves) < 1


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_declared_sd_decides_nothing_where_no_reply_differs(rate: float) -> None:
    values = tuple(np.full((1, 3, 5), rate) for _ in range(2))
    assert not Sample(values, np.full(2, 0.02), declared=0.049).compare([1, -1]).decides
    mixed = (values[0], np.full((1, 3, 5), 0.5))
    assert Sample(mixed, np.array([0.02, 1.0]), declared=0.049).compare([1, -1]).decides
