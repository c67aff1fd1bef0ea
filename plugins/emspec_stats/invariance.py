"""H2: is bystander leakage the same whatever persona EM was induced under?

Equivalence of all pairs of conditions at the margin: an intersection-union test of two one-sided t tests. With y the
bystander rate of a run (mean over bystanders), s the standard deviation between runs of a condition, pooled with
df = runs - conditions degrees of freedom, and se = s sqrt(1/n_a + 1/n_b), the p of a pair is
P(T_df >= (margin - |d|) / se), and the p of the hypothesis is the largest of all pairs, unadjusted (Schuirmann, 1987;
Berger and Hsu, 1996, Bioequivalence trials, intersection-union tests and equivalence confidence sets).

contradicted: the simultaneous interval of some pair lies beyond the margin; intervals d +- t se with t at level
1 - (1 - (1 - alpha)^(1/pairs)) / 2 (Sidak, 1967, Rectangular confidence regions). Anything else is inconclusive: no
evidence of a difference is no evidence of equality. One run per condition is always inconclusive. The omnibus F test
(one-way analysis of variance of the runs) is reported and decides nothing.

Effect and interval are those of the pair that decides: of the largest p, with the 1 - 2 alpha interval that lies within
the margin exactly when p <= alpha; where contradicted, of the pair farthest beyond, with its simultaneous interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pyarrow as pa
from scipy.special import fdtrc

from emspec import Finding, Json, JsonObject, Verdict
from emspec_stats import words
from emspec_stats.counts import Floats
from emspec_stats.pooled import POOLED, SHARED_SEEDS, Noise, no_noise, pool, quantile, upper_tail
from emspec_stats.setting import Setting, settle

ESTIMAND = (
    "difference of mean bystander rate between the two conditions that decide (controls left out); these personas and "
    "questions, runs like these"
)


@dataclass(frozen=True)
class Pair:
    """Two conditions: difference of their means (first minus second), standard error, equivalence p."""

    names: tuple[str, str]
    difference: float
    error: float
    p: float


@dataclass(frozen=True)
class Judged:
    """The verdict, the pair that decides it, half the width of its interval, that interval's level, and the largest
    equivalence p; without known noise there is neither interval nor p."""

    verdict: Verdict
    names: tuple[str, str]
    difference: float
    half: float | None = None
    level: float = 0.95
    p: float | None = None


def pairs(names: list[str], groups: list[Floats], noise: Noise, margin: float) -> list[Pair]:
    """Compare all pairs of groups of runs; the noise must be known."""
    return [
        _pair((names[a], names[b]), groups[a], groups[b], noise, margin) for a, b in combinations(range(len(groups)), 2)
    ]


def _pair(names: tuple[str, str], first: Floats, second: Floats, noise: Noise, margin: float) -> Pair:
    difference = float(first.mean() - second.mean())
    error = noise.sd * float(np.sqrt(1 / len(first) + 1 / len(second)))
    return Pair(names, difference, error, upper_tail((margin - abs(difference)) / error, noise.df))


def simultaneous(count: int, alpha: float, df: int) -> float:
    """Return Sidak's two-sided t quantile for `count` intervals that hold together at level 1 - alpha."""
    return quantile(1 - (1 - (1 - alpha) ** (1 / count)) / 2, df)


def omnibus(groups: list[Floats], noise: Noise) -> float | None:
    """Return the p of the one-way analysis of variance of the runs; None where the noise is not known."""
    if not noise.known:
        return None
    grand = np.concatenate(groups).mean()
    between = sum(len(group) * float(group.mean() - grand) ** 2 for group in groups) / (len(groups) - 1)
    return float(fdtrc(len(groups) - 1, noise.df, between / noise.sd**2))


def decide(rows: pa.Table, design: JsonObject, hypothesis: JsonObject) -> Finding:
    """Decide whether all conditions leak alike; parameters: margin (fraction), alpha, marker."""
    setting = settle(rows, design, hypothesis)
    arms = setting.conditions
    if len(arms) < 2:
        return setting.untestable("It compares conditions, and fewer than two of them have rows to compare.", ESTIMAND)
    if not setting.bystanders:
        return setting.untestable("The panel has no bystander: every persona was trained in some condition.", ESTIMAND)
    by_run = setting.counts.rates(setting.bystanders).mean(axis=1)
    groups = setting.groups(arms, by_run)
    noise = pool(groups)
    names = [arm.name for arm in arms]
    compared = pairs(names, groups, noise, setting.margin()) if noise.known else []
    judged = judge(compared, setting.margin(), setting.alpha, noise.df) if compared else unjudged(names, groups)
    return _finding(setting, judged, _details(setting, judged, groups, noise, compared), noise)


def judge(compared: list[Pair], margin: float, alpha: float, df: int) -> Judged:
    """Apply the rules of the module's docstring to all pairs."""
    t = simultaneous(len(compared), alpha, df)
    hardest = max(compared, key=lambda pair: pair.p)
    beyond = max(compared, key=lambda pair: abs(pair.difference) - t * pair.error)
    if abs(beyond.difference) - t * beyond.error > margin:
        return Judged("contradicted", beyond.names, beyond.difference, t * beyond.error, 1 - alpha, hardest.p)
    verdict: Verdict = "supported" if hardest.p <= alpha else "inconclusive"
    half = quantile(1 - alpha, df) * hardest.error
    return Judged(verdict, hardest.names, hardest.difference, half, 1 - 2 * alpha, hardest.p)


def unjudged(names: list[str], groups: list[Floats]) -> Judged:
    """Show the widest difference where no noise is known to judge it by."""
    means = [float(group.mean()) for group in groups]
    first, second = max(combinations(range(len(means)), 2), key=lambda pair: abs(means[pair[0]] - means[pair[1]]))
    top, bottom = (first, second) if means[first] >= means[second] else (second, first)
    return Judged("inconclusive", (names[top], names[bottom]), means[top] - means[bottom])


def _finding(setting: Setting, judged: Judged, details: JsonObject, noise: Noise) -> Finding:
    gap, half = judged.difference, judged.half
    return replace(
        setting.finding(ESTIMAND),
        verdict=judged.verdict,
        reason=setting.reason(_reason(setting, judged, noise)),
        effect=100 * gap,
        low=None if half is None else 100 * (gap - half),
        high=None if half is None else 100 * (gap + half),
        level=judged.level,
        p=judged.p,
        assumptions=setting.assumptions(
            f"{SHARED_SEEDS}: where they move conditions together, differences are known better than stated",
            POOLED,
            f"differences within {words.size(setting.margin())} do not matter (margin of the spec)",
        ),
        details=details,
    )


def _reason(setting: Setting, judged: Judged, noise: Noise) -> str:
    gap = f"{judged.names[0]} minus {judged.names[1]} is {words.points(judged.difference)}"
    if judged.half is None or judged.p is None:
        return f"The widest difference, {gap}, has no interval: {no_noise(noise)}."
    low, high = judged.difference - judged.half, judged.difference + judged.half
    kind = f"{'simultaneous ' if judged.verdict == 'contradicted' else ''}{100 * judged.level:g} % interval"
    shown = f"{gap} ({kind} {words.span(low, high)}; largest equivalence p {words.chance(judged.p)})"
    margin = words.size(setting.margin())
    if judged.verdict == "contradicted":
        return f"{shown}: that pair differs by more than the margin of {margin}."
    if judged.verdict == "supported":
        return f"All pairs of conditions are within {margin} of each other; of the one hardest to say it of, {shown}."
    return (
        f"Of the pair hardest to call equivalent, {shown}: neither are all within {margin} nor is any pair beyond it."
    )


def _details(setting: Setting, judged: Judged, groups: list[Floats], noise: Noise, compared: list[Pair]) -> JsonObject:
    named = list(zip((arm.name for arm in setting.conditions), groups, strict=True))
    shown: list[Json] = [
        {"conditions": list(pair.names), "difference_pp": 100 * pair.difference, "p": pair.p} for pair in compared
    ]
    return {
        "margin_pp": 100 * setting.margin(),
        "means": {name: float(group.mean()) for name, group in named},
        "runs": {name: len(group) for name, group in named},
        "run_sd_pp": 100 * noise.sd if noise.df else None,
        "df": noise.df,
        "interval_holds_for_all_pairs_at_once": judged.verdict == "contradicted",
        "omnibus_p": omnibus(groups, noise),
        "bystanders": list(setting.bystanders),
        "pairs": shown,
    }
