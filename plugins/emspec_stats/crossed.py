"""How sure a comparison of conditions is, with runs, questions and (if they are sampled) personas as random factors.

A run's value y[r, p, q] is a rate, or a fixed combination of rates, at persona p and question q; a condition's is the
mean over its runs, personas and questions, and a comparison L = sum_c w_c ybar_c. All conditions are asked the same
questions, so L is paired by question and persona. Its variance is that of crossed random factors (Searle, Casella and
McCulloch, 1992, Variance Components, 4.3 to 4.6):

    V = V_run + max(0, V_q - V_rq) [+ max(0, V_p - V_rp) where personas are sampled]

V_run   sum_c w_c^2 s_c^2 / R_c, s_c the SD between the R_c runs of a condition
V_q     the variance over the Q questions of L at each, over Q: what L differs by between questions, and V_rq besides
V_rq    sum_c w_c^2 m_c / (R_c Q), m_c the mean square of run x question within a condition: already in V_run
V_p, V_rp   the same over personas

V is that of the quasi F ratio (Clark, 1973, The language-as-fixed-effect fallacy; Judd, Westfall and Kenny, 2017,
Experiments with more than one random factor), and its degrees of freedom are Satterthwaite's (1946): V^2 over the sum
of squared parts, each over its own, and not below 1. A part that comes out negative is 0, so that V is never below
V_run. Where personas are sampled V is an upper bound: the variance of persona x question is in V_q and in V_p.

s_c and m_c are pooled over conditions, with df = runs - conditions for s_c, since the few runs of one condition leave
next to no degrees of freedom. `scales` say how large noise is in each: s_c = g_c s. Run-to-run noise is taken to be
alike on the arcsine-square-root scale, where that of a rate does not depend on the rate (Anscombe, 1948): by the delta
method a rate has g = sin(2 asin sqrt(rate)) = 2 sqrt(rate (1 - rate)).

With one run of each condition V_run cannot be told. Where the spec declares a run-to-run SD it stands in for s, with
infinite df, and V_q, which then holds V_rq too, is added whole. Without, only a conditional interval is left, for these
runs: V = V_q, for sampled personas V_q + V_p less the variance of persona x question, which both hold (Cameron, Gelbach
and Miller, 2011, Robust inference with multiway clustering).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emspec_stats.counts import Floats
from emspec_stats.pooled import Noise, pool, quantile, upper_tail

TINY = 1e-24
"""Variances below this are rounding of equal rates (SD 1e-12)."""


@dataclass(frozen=True)
class Component:
    """A part of a variance, which may be subtracted, and its degrees of freedom."""

    value: float
    df: float


@dataclass(frozen=True)
class Estimate:
    """A comparison's value and, where it can be told, its variance; both on the scale of rates (fractions).

    conditional  whether run-to-run noise is left out: the interval is of these runs alone and decides nothing
    """

    value: float
    variance: float | None
    df: float = math.inf
    conditional: bool = False

    @property
    def decides(self) -> bool:
        """Whether run-to-run noise is part of the variance, so that the comparison can be judged by it."""
        return self.variance is not None and not self.conditional

    @property
    def error(self) -> float:
        """Return the standard error; the variance must be known."""
        assert self.variance is not None
        return math.sqrt(self.variance)

    def half(self, level: float) -> float | None:
        """Return half the width of the two-sided interval of a level, by Student's t; None where nothing is known."""
        return None if self.variance is None else quantile((1 + level) / 2, self.df) * self.error

    def above(self, bound: float) -> float:
        """Return the one-sided p of a value above a bound: P(T >= (value - bound) / error)."""
        return upper_tail((self.value - bound) / self.error, self.df)

    def below(self, bound: float) -> float:
        """Return the one-sided p of a value below a bound."""
        return upper_tail((bound - self.value) / self.error, self.df)


@dataclass(frozen=True)
class Sample:
    """The runs of several conditions: values of shape (runs, personas, questions), an array a condition.

    scales    the size of noise in each condition (g_c of the module), above 0
    sampled   whether personas are a sample of those that the claim is about
    declared  the run-to-run SD that the spec declares, on the scale that `scales` refer to; None for none
    """

    values: tuple[Floats, ...]
    scales: Floats
    sampled: bool = False
    declared: float | None = None

    @property
    def means(self) -> Floats:
        """Return each condition's value, shape (conditions,)."""
        return np.array([group.mean() for group in self.values])

    @property
    def replicated(self) -> bool:
        """Whether run-to-run noise can be told: some condition has two runs."""
        return max(len(group) for group in self.values) > 1

    @property
    def noise(self) -> Noise:
        """Return the SD between runs, pooled, at scale 1."""
        return pool(_means(self.values), self.scales)

    def compare(self, weights: Sequence[float] | Floats) -> Estimate:
        """Return the comparison sum_c weights_c mean_c, a weight for each condition."""
        used = np.asarray(weights, dtype=np.float64)
        value = float(used @ self.means)
        assumed = not self.replicated and self.declared is not None
        if not self.replicated and not assumed:
            variance = self._of_these_runs(used)
            known = variance.value > TINY
            return Estimate(value, variance.value if known else None, variance.df, conditional=True)
        run = self._declared(used) if assumed else self._between(used, _means(self.values))
        if run.value <= TINY or not self._differs:
            return Estimate(value, None)
        parts = [run, *(part for axis in self._axes for part in self._over(used, axis, paired=not assumed))]
        return Estimate(value, *_total(parts))

    @property
    def _axes(self) -> tuple[int, ...]:
        """Return the axes of a condition's array whose levels are sampled, and that have two or more."""
        personas, questions = self.values[0].shape[1:]
        asked = ((1, self.sampled and personas > 1), (2, questions > 1))
        return tuple(axis for axis, held in asked if held)

    @property
    def _differs(self) -> bool:
        """Whether anything differs at all: where no reply has a hit, or all have, a declared SD would be of nothing."""
        return any(float(np.ptp(group)) > 0 or group.flat[0] != self.values[0].flat[0] for group in self.values)

    def _declared(self, weights: Floats) -> Component:
        assert self.declared is not None
        return Component(self.declared**2 * self._shares(weights), math.inf)

    def _between(self, weights: Floats, groups: Sequence[Floats]) -> Component:
        """Return the variance of the comparison by noise between runs; `groups` have shape (runs, columns).

        With one column it is that of runs; with more, that of run x column, over the columns.
        """
        noise = pool(groups, self.scales)
        return Component(noise.sd**2 * self._shares(weights) / groups[0].shape[1], noise.df)

    def _shares(self, weights: Floats) -> float:
        runs = np.array([len(group) for group in self.values])
        return float(((weights * self.scales) ** 2 / runs).sum())

    def _over(self, weights: Floats, axis: int, *, paired: bool) -> list[Component]:
        """Return what sampling an axis adds: nothing where its variance is no more than noise between runs explains."""
        other = 3 - axis
        lines = [group.mean(axis=other) for group in self.values]
        whole = _clustered(sum(w * line.mean(axis=0) for w, line in zip(weights, lines, strict=True)))
        if not paired:
            return [whole]
        within = self._between(weights, lines)
        return [whole, Component(-within.value, within.df)] if whole.value > within.value else []

    def _of_these_runs(self, weights: Floats) -> Component:
        """Return the variance of the comparison with these runs: sampling of questions, and of personas."""
        grid = sum(w * group.mean(axis=0) for w, group in zip(weights, self.values, strict=True))
        assert isinstance(grid, np.ndarray)
        parts = [_clustered(grid.mean(axis=2 - axis)) for axis in self._axes]
        if len(parts) < 2:
            return parts[0] if parts else Component(0.0, math.inf)
        shared = grid - grid.mean(axis=0, keepdims=True) - grid.mean(axis=1, keepdims=True) + grid.mean()
        df = (grid.shape[0] - 1) * (grid.shape[1] - 1)
        both = Component(-float((shared**2).sum()) / df / grid.size, df)
        if sum(part.value for part in (*parts, both)) < max(part.value for part in parts):
            return max(parts, key=lambda part: part.value)
        return Component(*_total([*parts, both]))


def _means(groups: Sequence[Floats]) -> list[Floats]:
    return [group.mean(axis=(1, 2))[:, None] for group in groups]


def _clustered(line: Floats | float) -> Component:
    """Return the variance of the mean of independent levels: their variance over their number."""
    assert isinstance(line, np.ndarray)
    return Component(float(line.var(ddof=1)) / len(line), len(line) - 1)


def _total(parts: Sequence[Component]) -> tuple[float, float]:
    """Return the sum of components, and Satterthwaite's degrees of freedom."""
    variance = sum(part.value for part in parts)
    spread = sum(part.value**2 / part.df for part in parts if part.df > 0)
    return variance, max(1.0, variance**2 / spread) if spread > 0 else math.inf
