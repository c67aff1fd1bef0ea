"""The analysis against scipy and statsmodels, on 200 random data sets each, wherever they implement the same."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import numpy as np
import pytest
import statsmodels.api as sm
from emspec_stats.crossed import Sample
from emspec_stats.invariance import equivalence, omnibus, simultaneous
from emspec_stats.labelling import codes
from emspec_stats.ranks import spearman
from emspec_stats.rates import clustered, two_way
from emspec_stats.self_leakage import permute
from emspec_stats.trend import line, measure
from scipy import stats
from scipy.linalg import orth
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_ind

from emspec import adjusted, reached

SETS = 200
TOLERANCE = {"abs": 1e-6, "rel": 1e-6}


def generators() -> Iterator[np.random.Generator]:
    return (np.random.default_rng(seed) for seed in range(SETS))


def runs(rng: np.random.Generator) -> list[np.ndarray]:
    """Two to six conditions with two to five runs each, one value a run."""
    return [rng.normal(rng.uniform(0.3, 0.6), 0.05, rng.integers(2, 6)) for _ in range(rng.integers(2, 7))]


def sample(groups: list[np.ndarray]) -> Sample:
    return Sample(tuple(group[:, None, None] for group in groups), np.ones(len(groups)))


def asked(rng: np.random.Generator, personas: int) -> tuple[np.ndarray, np.ndarray]:
    """Hits and replies of personas x 28 questions, 10 to 20 replies each."""
    logits = rng.normal(0, 0.5, (personas, 1)) + rng.normal(0, 0.5, (1, 28)) + rng.uniform(-1, 1)
    n = rng.integers(10, 21, (personas, 28))
    return rng.binomial(n, 1 / (1 + np.exp(-logits))), n


def wilson(rate: float, size: float, quantile: float) -> tuple[float, float]:
    middle = rate + quantile**2 / 2 / size
    half = quantile * np.sqrt(rate * (1 - rate) / size + (quantile / 2 / size) ** 2)
    return (middle - half) / (1 + quantile**2 / size), (middle + half) / (1 + quantile**2 / size)


def by_reply(hits: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each reply's hit, persona and question."""
    cells = [(h, m, p, q) for (p, q), m in np.ndenumerate(n) for h in [hits[p, q]]]
    y = np.concatenate([np.repeat([1.0, 0.0], [h, m - h]) for h, m, _, _ in cells])
    return y, *(np.repeat([cell[at] for cell in cells], [m for _, m, _, _ in cells]) for at in (2, 3))


def test_wilson_of_one_question() -> None:
    for rng in generators():
        n = int(rng.integers(1, 500))
        hits = int(rng.integers(0, n + 1))
        found = clustered(np.array([hits]), np.array([n]))
        assert found is not None
        assert (found.low, found.high) == pytest.approx(proportion_confint(hits, n, method="wilson"), **TOLERANCE)


def test_question_clustered_rate() -> None:
    """The variance is the cluster-robust one of a mean, with its factor G / (G - 1)."""
    for rng in generators():
        hits, n = asked(rng, 1)
        y, _, question = by_reply(hits, n)
        fit = sm.OLS(y, np.ones(len(y))).fit(cov_type="cluster", cov_kwds={"groups": question})
        variance, rate = float(fit.cov_params()[0, 0]), y.mean()
        size = rate * (1 - rate) / max(variance, rate * (1 - rate) / len(y))
        found = clustered(hits[0], n[0])
        assert found is not None
        assert (found.low, found.high) == pytest.approx(wilson(rate, size, stats.t.ppf(0.975, 27)), **TOLERANCE)


def test_persona_and_question_clustered_rate() -> None:
    """The variance is that of two-way clusters; the degrees of freedom are Satterthwaite's, by hand."""
    compared = 0
    for rng in generators():
        hits, n = asked(rng, 9)
        y, persona, question = by_reply(hits, n)
        fit = sm.OLS(y, np.ones(len(y))).fit()
        both, of_personas, of_questions = (float(v[0, 0]) for v in cov_cluster_2groups(fit, persona, question))
        cells = of_personas + of_questions - both
        rate = y.mean()
        if both < max(of_personas, of_questions):
            continue
        compared += 1
        df = both**2 / (of_personas**2 / 8 + of_questions**2 / 27 + cells**2 / (9 * 28 - 1))
        size = rate * (1 - rate) / max(both, rate * (1 - rate) / len(y))
        found = two_way(hits, n)
        assert found is not None
        assert (found.low, found.high) == pytest.approx(wilson(rate, size, stats.t.ppf(0.975, df)), **TOLERANCE)
    assert compared > 0.9 * SETS


def test_pooled_t_test_and_interval() -> None:
    for rng in generators():
        first, second = rng.normal(0.4, 0.05, 4), rng.normal(0.45, 0.05, 3)
        found = sample([first, second]).compare([1, -1])
        half = found.half(0.95)
        assert half is not None
        expected = CompareMeans(DescrStatsW(first), DescrStatsW(second))
        assert found.above(0) == pytest.approx(expected.ttest_ind(alternative="larger")[1], **TOLERANCE)
        assert (found.value - half, found.value + half) == pytest.approx(expected.tconfint_diff(0.05), **TOLERANCE)


def test_any_contrast_of_conditions_is_that_of_least_squares() -> None:
    for rng in generators():
        groups = runs(rng)
        weights = rng.normal(0, 1, len(groups))
        y = np.concatenate(groups)
        dummies = np.repeat(np.eye(len(groups)), [len(group) for group in groups], axis=0)
        expected = sm.OLS(y, dummies).fit().t_test(weights)
        found = sample(groups).compare(weights)
        assert found.error == pytest.approx(float(expected.sd[0, 0]), **TOLERANCE)
        assert 2 * min(found.above(0), found.below(0)) == pytest.approx(float(expected.pvalue), **TOLERANCE)
        half = found.half(0.9)
        assert half is not None
        assert (found.value - half, found.value + half) == pytest.approx(tuple(expected.conf_int(0.1)[0]), **TOLERANCE)


def test_two_one_sided_tests() -> None:
    for rng in generators():
        first, second = rng.normal(0.4, 0.03, 4), rng.normal(0.43, 0.03, 3)
        margin = float(rng.uniform(0.05, 0.15))
        found = equivalence(sample([first, second]).compare([1, -1]), margin)
        assert found == pytest.approx(ttost_ind(first, second, -margin, margin, usevar="pooled")[0], **TOLERANCE)


def test_omnibus_analysis_of_variance() -> None:
    for rng in generators():
        groups = runs(rng)
        assert omnibus(groups) == pytest.approx(stats.f_oneway(*groups).pvalue, **TOLERANCE)


def test_simultaneous_intervals_are_sidaks() -> None:
    for rng in generators():
        count, df, alpha = int(rng.integers(1, 30)), int(rng.integers(2, 60)), float(rng.uniform(0.001, 0.2))
        held = stats.t.cdf(simultaneous(count, alpha, df), df) - stats.t.cdf(-simultaneous(count, alpha, df), df)
        assert held**count == pytest.approx(1 - alpha, **TOLERANCE)


def test_spearman_and_its_exact_p() -> None:
    for seed, rng in enumerate(generators()):
        n = int(rng.integers(4, 6)) if seed % 10 else 6
        x, y = rng.random(n), np.round(rng.random(n), 1)
        if len(set(y)) < 2:
            continue
        expected = stats.permutation_test(
            (y,),
            lambda moved, fixed=x: stats.spearmanr(fixed, moved).statistic,
            permutation_type="pairings",
            n_resamples=np.inf,
            alternative="greater",
        )
        found = measure(x.tolist(), y.tolist())
        assert spearman(x, y) == pytest.approx(expected.statistic, **TOLERANCE)
        assert found.above == pytest.approx(expected.pvalue, **TOLERANCE)


def test_the_line_beside_the_trend() -> None:
    for rng in generators():
        n = int(rng.integers(3, 12))
        x = rng.uniform(0.7, 1, n)
        y = 0.4 + 0.2 * x + rng.normal(0, 0.05, n)
        found = line(x.tolist(), y.tolist())
        expected = stats.linregress(x, y)
        half = found.half(0.95)
        assert half is not None
        assert (found.slope, found.error) == pytest.approx((expected.slope, expected.stderr), **TOLERANCE)
        low, high = sm.OLS(y, sm.add_constant(x)).fit().conf_int(0.05)[1]
        assert (found.slope - half, found.slope + half) == pytest.approx((low, high), **TOLERANCE)


def test_runs_and_questions_as_crossed_factors() -> None:
    """Mean squares and the variance over questions are those of least squares; their sum and its df are by hand."""
    more = 0
    for rng in generators():
        conditions, runs_, questions = (int(rng.integers(low, high)) for low, high in ((2, 5), (2, 4), (4, 9)))
        noise = [(conditions, runs_, 1), (conditions, 1, questions), (conditions, runs_, questions)]
        y = 0.4 + sum(rng.normal(0, 0.05, shape) for shape in noise)
        weights = rng.normal(0, 1, conditions)
        found = Sample(tuple(group[:, None, :] for group in y), np.ones(conditions)).compare(weights)
        c, r, q = (at.ravel() for at in np.indices(y.shape))
        factors = np.column_stack([np.eye(y[..., 0].size)[c * runs_ + r], np.eye(y[:, 0].size)[c * questions + q]])
        rest = sm.OLS(y.ravel(), orth(factors)).fit()
        of_runs = sm.OLS(y.mean(axis=2).ravel(), np.repeat(np.eye(conditions), runs_, axis=0)).fit()
        of_questions = sm.OLS(np.tensordot(weights, y.mean(axis=1), 1), np.ones(questions)).fit()
        parts = [
            (float(of_runs.t_test(weights).sd[0, 0]) ** 2, of_runs.df_resid),
            (float(of_questions.bse[0]) ** 2, of_questions.df_resid),
            (-rest.mse_resid * float((weights**2).sum()) / runs_ / questions, rest.df_resid),
        ]
        held = parts if parts[1][0] > -parts[2][0] else parts[:1]
        more += len(held) > 1
        variance = sum(value for value, _ in held)
        df = variance**2 / sum(value**2 / df for value, df in held)
        assert (found.variance, found.df) == pytest.approx((variance, max(1.0, df)), **TOLERANCE)
    assert 0.5 * SETS < more < SETS


def test_permuted_labels_of_conditions() -> None:
    """The effect of a labelling is taken from its definition, one condition after the other."""
    names = ("a", "b", "c", None, None, "a")
    given, personas = codes(names)
    for rng in generators():
        stands = rng.normal(0, 0.05, (len(names), len(personas)))

        def effect(labels: np.ndarray, z: np.ndarray = stands) -> float:
            own = [(at, label) for at, label in enumerate(labels.astype(int)) if label >= 0]
            return float(np.mean([z[at, label] - z[labels != label, label].mean() for at, label in own]))

        expected = [
            stats.permutation_test(
                (given,), effect, permutation_type="pairings", n_resamples=np.inf, alternative=way, vectorized=False
            ).pvalue
            for way in ("greater", "less")
        ]
        found = permute(stands, given, names)
        assert (found.above, found.below) == pytest.approx(tuple(expected), **TOLERANCE)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("holm", "holm"), ("benjamini-hochberg", "fdr_bh"), ("bonferroni", "bonferroni")]
)
def test_p_values_corrected_over_a_family(ours: str, theirs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # statsmodels' Holm collects garbage at every call, which takes a minute in a process with many objects.
    monkeypatch.setattr(gc, "collect", lambda: 0)
    for rng in generators():
        ps = np.round(rng.beta(0.4, 2, rng.integers(2, 12)), 3)
        passes, expected, _, _ = multipletests(ps, 0.05, theirs)
        found = adjusted(ps.tolist(), ours)
        assert found == pytest.approx(expected, **TOLERANCE)
        assert [reached(p, 0.05) for p in found] == passes.tolist()
