"""H3 of issue #205: does leakage follow a covariate of the persona that EM was induced under?

rho is Spearman's correlation, over the conditions, of the covariate with the mean bystander rate (mean of a condition's
runs, runs being means over the headline bystanders). p is that of the exact permutation test: the share of all n!
orders of the rates whose rho is at least as far from 0 as the observed one, or, for a claim of a direction, at least as
far in it (Pitman, 1937; Fisher, 1935); up to 9 conditions all orders are enumerated, above that 9,999 random ones
(numpy PCG64, seed 0) give (count + 1) / (n + 1) (Phipson and Smyth, 2010). Its least value is 2 / n! (1 / n! in a
direction), more where the covariate has ties: at n = 5 only |rho| = 1 passes .05, since |rho| = .9 has p = .0833.

Runs are the unit: a condition's rate is the mean of its runs, and orders of whole conditions are compared, so that
run-to-run noise is part of what the orders show, also with one run of each. supported: p is at most alpha, in the
claimed direction. contradicted: a direction is claimed and the opposite one reaches alpha. Anything else is
inconclusive. A floor above alpha is untestable, and so is a design in which no order but the most extreme one passes,
unless the conditions come out in just that order.

The straight line of rates on the covariate is reported beside rho and decides nothing: least squares over the
conditions' rates, its interval by Student's t with n - 2 degrees of freedom (Draper and Smith, 1998, Applied Regression
Analysis, 1.4), so that a condition's scatter about the line, runs included, is the noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations
from typing import cast

import numpy as np
import pyarrow as pa

from emspec import Finding, JsonObject, Verdict
from emspec_stats import words
from emspec_stats.counts import Floats, Ints
from emspec_stats.crossed import TINY
from emspec_stats.floors import covariate, no_value, passing, trend_bar, unknown
from emspec_stats.pooled import quantile
from emspec_stats.ranks import DRAWS, ENUMERATED, Direction, Reach, centred, reach, spearman
from emspec_stats.samples import grid
from emspec_stats.setting import Setting, settle

SEED = 0
CLOSE = 1e-9


@dataclass(frozen=True)
class Trend:
    """rho, and the shares of orders with a rho at least as high, at least as low, and at least as far from 0."""

    rho: float
    above: float
    below: float
    either: float
    orders: int

    def p(self, direction: Direction | None) -> float:
        """Return the p of a claim: of a trend in a direction, or of any."""
        return {"increasing": self.above, "decreasing": self.below, None: self.either}[direction]

    def opposite(self, direction: Direction | None) -> float:
        """Return the p of the opposite of a claimed direction; 1 where none is claimed."""
        return {"increasing": self.below, "decreasing": self.above, None: 1.0}[direction]


def measure(values: Sequence[float], rates: Sequence[float]) -> Trend:
    """Compare the rho of rates on a covariate, both of shape (conditions,), with that of other orders of the rates."""
    fixed, moved = np.array(centred(values)), np.array(centred(rates))
    n, added = len(values), 0
    if n <= ENUMERATED:
        orders = moved[_orders(n)]
    else:
        orders, added = np.random.default_rng(SEED).permuted(np.tile(moved, (DRAWS, 1)), axis=1), 1
    sums = orders @ fixed
    rho = spearman(values, rates)

    def share(reached: Floats) -> float:
        return (int(reached.sum()) + added) / (len(sums) + added)

    return Trend(
        rho=rho,
        above=share(sums >= rho - CLOSE),
        below=share(sums <= rho + CLOSE),
        either=share(np.abs(sums) >= abs(rho) - CLOSE),
        orders=len(sums),
    )


@lru_cache(maxsize=1)
def _orders(n: int) -> Ints:
    """Return all orders of n places, shape (n!, n), not to be written to."""
    every = np.array(list(permutations(range(n))))
    every.setflags(write=False)
    return every


@dataclass(frozen=True)
class Line:
    """A least-squares line: the slope per unit of the covariate, and its standard error, None without scatter."""

    slope: float
    error: float | None
    df: int

    def half(self, level: float) -> float | None:
        """Return half the width of the slope's interval."""
        return None if self.error is None else quantile((1 + level) / 2, self.df) * self.error


def line(values: Sequence[float], rates: Sequence[float]) -> Line:
    """Fit rates (fractions) on a covariate, both of shape (conditions,): see the module."""
    x, y = np.array(values) - np.mean(values), np.array(rates) - np.mean(rates)
    squares, df = float(x @ x), len(x) - 2
    slope = float(x @ y) / squares
    rest = float(((y - slope * x) ** 2).sum())
    return Line(slope, math.sqrt(rest / df / squares) if df > 0 and rest > TINY else None, df)


def decide(rows: pa.Table, design: JsonObject, hypothesis: JsonObject) -> Finding:
    """Decide whether leakage follows the covariate; parameters: covariate, values, direction, alpha, marker."""
    setting = settle(rows, design, hypothesis)
    name, values = str(setting.parameter("covariate")), covariate(setting.parameter("values"))
    direction = cast("Direction | None", setting.parameter("direction"))
    estimand = f"Spearman's rho of mean bystander rate on {name} over these conditions; runs like these"
    if values is None:
        return setting.untestable(f"It cannot be tested: {unknown(name)}.", estimand)
    if not setting.bystanders:
        return setting.untestable("The panel has no bystander: every persona was trained in some condition.", estimand)
    if setting.barred():
        return setting.untestable(f"It cannot be tested: {setting.barred()}.", estimand)
    used = {arm.name: values[arm.name] for arm in setting.conditions if arm.name in values}
    barred = trend_bar(tuple(used.values()), name, direction, setting.alpha)
    if barred:
        floor = reach(tuple(used.values()), direction, setting.alpha).floor if len(set(used.values())) > 1 else None
        return replace(setting.untestable(f"It cannot be tested: {barred}.", estimand), floor=floor)
    return _finding(setting, estimand, used, direction)


def verdict(alpha: float, found: Trend, direction: Direction | None, *, only: bool = False) -> Verdict:
    """Return the verdict: of a claimed direction either way, each at alpha; of any trend, never contradicted.

    `only` says that no rho but the most extreme one passes: short of it, nothing was tested.
    """
    if found.p(direction) <= alpha:
        return "supported"
    if found.opposite(direction) <= alpha:
        return "contradicted"
    return "untestable" if only else "inconclusive"


def _finding(setting: Setting, estimand: str, used: Mapping[str, float], direction: Direction | None) -> Finding:
    arms = [arm.name for arm in setting.conditions]
    by_run = grid(setting.counts, arms, setting.bystanders, setting.questions).mean(axis=(1, 2))
    means = {name: float(by_run[setting.counts.of(name)].mean()) for name in used}
    found = measure(tuple(used.values()), tuple(means.values()))
    reached = reach(tuple(used.values()), direction, setting.alpha)
    fitted = line(tuple(used.values()), tuple(means.values()))
    name = str(setting.parameter("covariate"))
    lacking = [reason for arm in setting.conditions if (reason := no_value(arm, name, used))]
    return replace(
        setting.finding(estimand),
        verdict=verdict(setting.alpha, found, direction, only=reached.only),
        reason=setting.reason(_reason(setting, found, direction, used, reached) + _fitted(fitted, used, name)),
        effect=found.rho,
        unit="rho",
        p=found.p(direction),
        opposite=found.opposite(direction) if direction else None,
        floor=reached.floor,
        metrics={"rho": found.rho, "abs(rho)": abs(found.rho), "p": found.p(direction)},
        assumptions=setting.assumptions(*_assumptions(setting, used), *lacking),
        details={
            "rho": found.rho,
            "conditions": {key: {name: value, "rate": means[key]} for key, value in used.items()},
            "p_increasing": found.above,
            "p_decreasing": found.below,
            "p_two_sided": found.either,
            "line": {"slope": fitted.slope, "standard_error": fitted.error, "df": fitted.df},
            "orders": found.orders,
            "exact": found.orders == math.factorial(len(used)),
            "bystanders": list(setting.bystanders),
        },
    )


def _assumptions(setting: Setting, used: Mapping[str, float]) -> tuple[str, ...]:
    runs = {len(setting.counts.of(name)) for name in used}
    uneven = ("conditions with fewer runs are noisier, and count as the others do",) if len(runs) > 1 else ()
    return (
        "without a trend every order of the conditions' rates is as likely: nothing else that differs between the "
        "conditions goes with the covariate",
        "the covariate is known without error",
        *uneven,
    )


def _fitted(fitted: Line, used: Mapping[str, float], name: str) -> str:
    low, high = min(used.values()), max(used.values())
    across = high - low
    half = fitted.half(0.95)
    ends = f"from {name} {low:g} to {high:g}"
    shown = f" A straight line changes by {words.points(fitted.slope * across)} {ends}"
    if half is None:
        return f"{shown}."
    span = words.span((fitted.slope - half) * across, (fitted.slope + half) * across)
    return f"{shown} (95 % interval {span})."


def _reason(
    setting: Setting, found: Trend, direction: Direction | None, used: Mapping[str, float], reached: Reach
) -> str:
    name, n = str(setting.parameter("covariate")), len(used)
    kind = f"one-sided, {direction}" if direction else "two-sided"
    many = f"{found.orders:,} {'orders' if n <= ENUMERATED else 'random orders'}"
    p = words.chance(found.p(direction))
    shown = f"Over {n} conditions leakage follows {name} with rho {found.rho:+.2f} ({kind} p {p}, {many})"
    ends = {
        "supported": "that is more than chance orders give.",
        "contradicted": f"it goes the other way (p {words.chance(found.opposite(direction))}).",
        "inconclusive": f"that does not reach alpha {words.level(setting.alpha)}.",
        "untestable": f"with so few conditions the test {passing(reached, setting.alpha)}, so nothing else could pass.",
    }
    return f"{shown}: {ends[verdict(setting.alpha, found, direction, only=reached.only)]}"
