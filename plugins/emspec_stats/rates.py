"""Rates of a clustered sample, with their intervals."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri, stdtrit

from emspec import Rate
from emspec_stats.counts import Ints

LEVEL = 0.95


def clustered(hits: Ints, n: Ints) -> Rate | None:
    """Return hits out of n with a 95 % interval whose clusters are questions; None where there is no reply.

    `hits` and `n` have shape (questions,): a question's replies from all runs, personas and samples asked for. The
    estimand is the rate over questions like these, for these personas and these runs.

    With p = sum h / sum n, the variance of the ratio between Q clusters (Cochran, 1977, Sampling Techniques, 6.3)
    v = Q/(Q-1) sum (h_q - p n_q)^2 / (sum n)^2, the design effect deff = max(1, v / (p(1-p)/n)) and m = n / deff, the
    interval is Wilson's at the effective size m with Student's t, Q-1 degrees of freedom, in place of z (Dean and
    Pagano, 2015, Evaluating Confidence Interval Methods for Binomial Proportions in Clustered Surveys):
    (p + t^2/2m +- t sqrt(p(1-p)/m + t^2/4m^2)) / (1 + t^2/m).
    deff is 1 where no question differs (no hits, or nothing but hits); with one question there are no clusters, and
    the interval is Wilson's own.
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
    deff = max(1.0, variance / binomial) if binomial > 0 else 1.0
    quantile = float(stdtrit(questions - 1, (1 + LEVEL) / 2))
    method = f"Wilson, clustered by {questions} questions, design effect {deff:.2f}"
    return Rate(found, total, rate, *_wilson(rate, total / deff, quantile), method)


def _wilson(rate: float, size: float, quantile: float) -> tuple[float, float]:
    square = quantile**2 / size
    middle = rate + square / 2
    half = np.sqrt(quantile**2 * rate * (1 - rate) / size + square**2 / 4)
    low, high = float((middle - half) / (1 + square)), float((middle + half) / (1 + square))
    return max(0.0, min(low, rate)), min(1.0, max(high, rate))
