"""Run-to-run variance and Student's t, with runs as the unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from emspec_stats.counts import Floats

SHARED_SEEDS = (
    "runs count as independent, but conditions share seeds (equal random numbers for the order of training rows and "
    "for sampling), which is not modelled"
)
POOLED = (
    "run-to-run noise is normal on the scale of rates and alike in all conditions: it is pooled over them (df = runs - "
    "conditions), since the few runs of one alone leave next to no degrees of freedom"
)


@dataclass(frozen=True)
class Noise:
    """The standard deviation between runs of one condition, pooled over conditions, and its degrees of freedom."""

    sd: float
    df: int

    @property
    def known(self) -> bool:
        """Whether the runs tell any noise at all; t is undefined where they do not."""
        return self.df > 0 and self.sd > 0


def pool(groups: Sequence[Floats]) -> Noise:
    """Pool the variance within groups of runs: sum of squares about each group's mean over (runs - groups).

    Source: the within-group mean square of one-way analysis of variance (Scheffe, 1959, The Analysis of Variance, 3.2).
    Differences below 1e-12, which rounding makes of equal rates, count as none. df 0 where no group has two runs.
    """
    filled = [group for group in groups if len(group)]
    df = sum(len(group) for group in filled) - len(filled)
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in filled)
    sd = float(np.sqrt(squares / df)) if df else 0.0
    return Noise(sd if sd > 1e-12 else 0.0, df)


def upper_tail(t: float, df: float) -> float:
    """Return P(T >= t) for Student's t."""
    return float(stdtr(df, -t))


def quantile(level: float, df: float) -> float:
    """Return the quantile of Student's t at a level."""
    return float(stdtrit(df, level))


def no_noise(noise: Noise) -> str:
    """Say why run-to-run noise cannot be told."""
    if noise.df == 0:
        return "there is one run per condition, so a difference cannot be told from run-to-run noise"
    return "the runs of each condition do not differ at all, so there is no run-to-run noise to compare with"
