"""Run-to-run variance and Student's t, with runs as the unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from emspec_stats.counts import Floats

SHARED_SEEDS = (
    "runs count as independent, but conditions share seeds (equal random numbers for the order of training rows and "
    "for sampling), which is not modelled"
)
POOLED = (
    "run-to-run noise is normal, and alike in all conditions on the arcsine-square-root scale: it is pooled over them "
    "(df = runs - conditions), since the few runs of one alone leave next to no degrees of freedom"
)
QUESTIONS = (
    "questions are a sample of those that the claim is about: how what is compared differs between them is in the error"
)
PERSONAS = "personas are a sample of those that the claim is about, as questions are"
UNKNOWN = "each condition was run once: the interval is given these runs, and run-to-run noise is not in it"


def declared_noise(sd: float) -> str:
    """Say what a declared run-to-run SD (radians, arcsine-square-root scale) comes to at two rates."""
    at = ", ".join(f"{200 * sd * math.sqrt(rate * (1 - rate)):.1f} pp at {100 * rate:g} %" for rate in (0.11, 0.47))
    what = f"the SD between runs of one condition is {sd:g} on the arcsine-square-root scale"
    return f"declared, not measured: {what} ({at})"


@dataclass(frozen=True)
class Noise:
    """The standard deviation between runs of one condition, pooled over conditions, and its degrees of freedom."""

    sd: float
    df: int

    @property
    def known(self) -> bool:
        """Whether the runs tell any noise at all; t is undefined where they do not."""
        return self.df > 0 and self.sd > 0


def pool(groups: Sequence[Floats], scales: Floats | None = None) -> Noise:
    """Pool the noise between runs, each group divided by its scale (1 where none are given).

    Groups have shape (runs, columns). With one column it is the mean square within groups of one-way analysis of
    variance, df = runs - groups; with more, that of run x column within groups (Scheffe, 1959, The Analysis of
    Variance, 3.2 and 4.1). A SD below 1e-12, which rounding makes of equal rates, is 0; df 0 where no group has two
    runs.
    """
    columns = groups[0].shape[1]
    df = sum(len(group) - 1 for group in groups) * max(1, columns - 1)
    squares = 0.0
    for group, scale in zip(groups, np.ones(len(groups)) if scales is None else scales, strict=True):
        rest = group - group.mean(axis=0, keepdims=True)
        if columns > 1:
            rest = rest - rest.mean(axis=1, keepdims=True)
        squares += float((rest**2).sum()) / float(scale) ** 2
    sd = float(np.sqrt(squares / df)) if df else 0.0
    return Noise(sd if sd > 1e-12 else 0.0, df)


def upper_tail(t: float, df: float) -> float:
    """Return P(T >= t) for Student's t; with infinite df, for the normal distribution."""
    return float(stdtr(df, -t) if np.isfinite(df) else ndtr(-t))


def quantile(level: float, df: float) -> float:
    """Return the quantile of Student's t at a level; with infinite df, of the normal distribution."""
    return float(stdtrit(df, level) if np.isfinite(df) else ndtri(level))


def no_noise(noise: Noise) -> str:
    """Say why run-to-run noise cannot be told."""
    if noise.df == 0:
        return "there is one run per condition, so a difference cannot be told from run-to-run noise"
    return "the runs of each condition do not differ at all, so there is no run-to-run noise to compare with"
