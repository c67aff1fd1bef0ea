"""Rates of a clustered sample, with their intervals."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from emspec import Rate
from emspec_stats.counts import Floats, Ints
from emspec_stats.crossed import Estimate
from emspec_stats.pooled import quantile

LEVEL = 0.95
FEWEST = 10
CORRELATION = 0.2


def clustered(hits: Ints, n: Ints) -> Rate | None:
    """Return hits out of n with a 95 % interval whose clusters are questions; None where there is no reply.

    `hits` and `n` have shape (questions,): a question's replies from all runs, personas and samples asked for. The
    estimand is the rate over questions like these, for these personas and these runs.

    With p = sum h / sum n, the variance of the ratio between Q clusters (Cochran, 1977, Sampling Techniques, 6.3)
    v = Q/(Q-1) sum (h_q - p n_q)^2 / (sum n)^2, the design effect deff = max(1, v / (p(1-p)/n)) and m = n / deff, the
    interval is Wilson's at the effective size m with Student's t, Q-1 degrees of freedom, in place of z (Dean and
    Pagano, 2015, Evaluating Confidence Interval Methods for Binomial Proportions in Clustered Surveys):
    (p + t^2/2m +- t sqrt(p(1-p)/m + t^2/4m^2)) / (1 + t^2/m).
    With one question there are no clusters, and the interval is Wilson's own.

    Where fewer than 10 questions have a hit, or fewer than 10 a reply without one, their variance tells too little of
    deff (with no hit at all it would be 1, as if all replies were independent; at rates of .2 to 1 % such intervals
    held the true rate in 50 to 90 % of simulated samples of 28 x 270 replies). deff is then at least
    1 + (n/Q - 1) .2 (Kish, 1965, Survey Sampling, 5.4): replies to one question correlated by .2, more than in any of
    the 72 cells recorded for #125 and #205, of which the largest is .16. So m is at most Q / .2, however many the
    replies. Using an effective size for proportions near 0 is due to Korn and Graubard (1998, Survey Methodology 24,
    193); correlations fall with the rate (Gulliford et al., 2005, Journal of Clinical Epidemiology 58, 246), so that
    this errs on the wide side.
    """
    asked = n > 0
    h, m = hits[asked], n[asked]
    total, found, questions = int(m.sum()), int(h.sum()), int(asked.sum())
    if total == 0:
        return None
    rate = found / total
    if questions < 2:
        return Rate(found, total, rate, *wilson(rate, total, float(ndtri((1 + LEVEL) / 2))), "Wilson, one question")
    variance = _between((h - rate * m) / total)
    deff, few = _design_effect(h, m, variance)
    method = f"Wilson, clustered by {questions} questions, design effect {deff:.2f}{few}"
    return Rate(found, total, rate, *wilson(rate, total / deff, _quantile(questions - 1)), method)


def two_way(hits: Ints, n: Ints) -> Rate | None:
    """Return hits out of n with a 95 % interval whose clusters are personas and questions: both are sampled.

    `hits` and `n` have shape (personas, questions), over all runs and samples; None without replies, or with one
    persona or question only. The estimand is the rate over personas and questions like these, for these runs.

    As clustered, with the variance of two-way clusters v = v_p + v_q - v_pq (Cameron, Gelbach and Miller, 2011, Robust
    inference with multiway clustering), each with its own factor G / (G - 1), and not less than the larger of v_p and
    v_q; Student's t has Satterthwaite's (1946) degrees of freedom of the sum, so that few personas count as few.
    """
    total, found = int(n.sum()), int(hits.sum())
    personas, questions = (int((n.sum(axis=axis) > 0).sum()) for axis in (1, 0))
    if total == 0 or min(personas, questions) < 2:
        return None
    rate = found / total
    rest = (hits - rate * n) / total
    parts = [(_between(rest.sum(axis=1)), personas - 1), (_between(rest.sum(axis=0)), questions - 1)]
    cells = int((n > 0).sum())
    variance = parts[0][0] + parts[1][0] - _between(rest[n > 0])
    spread = sum(value**2 / df for value, df in parts) + _between(rest[n > 0]) ** 2 / (cells - 1)
    df = variance**2 / spread if spread > 0 else questions - 1
    larger = max(parts)
    if variance < larger[0]:
        variance, df = larger[0], larger[1]
    deff, few = _design_effect(hits.sum(axis=0), n.sum(axis=0), variance)
    method = f"Wilson, clustered by {personas} personas and {questions} questions, design effect {deff:.2f}{few}"
    return Rate(found, total, rate, *wilson(rate, total / deff, _quantile(df)), method)


def of_runs(found: Rate, estimate: Estimate, runs: int) -> Rate | None:
    """Return a rate with the 95 % interval of runs, and questions, like these; None where runs do not tell it.

    `estimate` is the same rate as a comparison (emspec_stats.crossed) with run-to-run noise in its variance v. The
    interval is Wilson's at the size m = p (1 - p) / v at which independent replies would be as uncertain, with
    Student's t and the estimate's degrees of freedom.
    """
    binomial = found.rate * (1 - found.rate)
    if not estimate.decides or binomial == 0:
        return None
    size = binomial / estimate.error**2
    bounds = wilson(found.rate, size, _quantile(estimate.df))
    method = f"Wilson, {runs} runs and their questions, noise pooled over conditions, df {estimate.df:.1f}"
    return Rate(found.hits, found.n, found.rate, *bounds, method)


def _between(rest: Floats) -> float:
    """Return the variance of a sum of independent clusters' parts, which sum to 0: G / (G - 1) sum of squares."""
    return len(rest) / (len(rest) - 1) * float((rest**2).sum())


def _design_effect(hits: Ints, n: Ints, variance: float) -> tuple[float, str]:
    """Return how much larger a variance is than that of independent replies, and a remark where few questions tell."""
    hits, n = hits[n > 0], n[n > 0]
    total = int(n.sum())
    rate = int(hits.sum()) / total
    binomial = rate * (1 - rate) / total
    few = min((hits > 0).sum(), (hits < n).sum()) < FEWEST
    least = 1 + (total / len(n) - 1) * CORRELATION if few else 1.0
    remark = f" (too few questions tell one: at least that of a correlation of {CORRELATION:g} within questions)"
    return max(least, variance / binomial if binomial > 0 else 1.0), remark if few else ""


def _quantile(df: float) -> float:
    return quantile((1 + LEVEL) / 2, df)


def wilson(rate: float, size: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's interval (1927, Probable inference) of a rate of `size` replies, at a quantile of z or t."""
    square = quantile**2 / size
    middle = rate + square / 2
    half = np.sqrt(quantile**2 * rate * (1 - rate) / size + square**2 / 4)
    low, high = float((middle - half) / (1 + square)), float((middle + half) / (1 + square))
    return max(0.0, min(low, rate)), min(1.0, max(high, rate))
