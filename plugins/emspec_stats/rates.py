"""Rates of a clustered sample, with their intervals."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri, stdtrit

from emspec import Rate
from emspec_stats.counts import Ints

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
    binomial = rate * (1 - rate) / total
    if questions < 2:
        return Rate(found, total, rate, *_wilson(rate, total, float(ndtri((1 + LEVEL) / 2))), "Wilson, one question")
    variance = questions / (questions - 1) * float(((h - rate * m) ** 2).sum()) / total**2
    few = min((h > 0).sum(), (h < m).sum()) < FEWEST
    least = 1 + (total / questions - 1) * CORRELATION if few else 1.0
    deff = max(least, variance / binomial if binomial > 0 else 1.0)
    quantile = float(stdtrit(questions - 1, (1 + LEVEL) / 2))
    method = f"Wilson, clustered by {questions} questions, design effect {deff:.2f}"
    if few:
        method += f" (too few questions tell one: at least that of a correlation of {CORRELATION:g} within questions)"
    return Rate(found, total, rate, *_wilson(rate, total / deff, quantile), method)


def _wilson(rate: float, size: float, quantile: float) -> tuple[float, float]:
    square = quantile**2 / size
    middle = rate + square / 2
    half = np.sqrt(quantile**2 * rate * (1 - rate) / size + square**2 / 4)
    low, high = float((middle - half) / (1 + square)), float((middle + half) / (1 + square))
    return max(0.0, min(low, rate)), min(1.0, max(high, rate))
