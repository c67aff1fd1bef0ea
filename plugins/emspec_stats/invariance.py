"""H2: is bystander leakage the same whatever persona EM was induced under?

Equivalence of all pairs of conditions at the margin: an intersection-union test of two one-sided t tests. With d the
difference of two conditions' mean bystander rates and se its standard error (emspec_stats.crossed: runs the unit, noise
pooled over conditions, questions sampled), the p of a pair is P(T_df >= (margin - |d|) / se), and the p of the
hypothesis is the largest of all pairs, unadjusted (Schuirmann, 1987; Berger and Hsu, 1996, Bioequivalence trials,
intersection-union tests and equivalence confidence sets).

contradicted: the simultaneous interval of some pair lies beyond the margin; intervals d +- t se with t at level
1 - (1 - (1 - alpha)^(1/pairs)) / 2 (Sidak, 1967, Rectangular confidence regions). Anything else is inconclusive: no
evidence of a difference is no evidence of equality. One run per condition is always inconclusive, unless the spec
declares a run-to-run SD (`run_sd`), which is shown as an assumption. The omnibus F test (one-way analysis of variance
of the runs' rates) is reported and decides nothing.

Effect and interval are those of the pair that decides: of the largest p, with the 1 - 2 alpha interval that lies within
the margin exactly when p <= alpha; where contradicted, of the pair farthest beyond, with its simultaneous interval.
Where run-to-run noise is not known, they are of the widest pair, and its simultaneous 95 % interval is of these runs
alone.

`variant: published` is issue #205's registered test instead, which decides nothing (see emspec_stats.shuffled).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pyarrow as pa
from scipy.special import fdtrc

from emspec import Finding, Json, JsonObject, Part, Verdict
from emspec_stats import words
from emspec_stats.counts import Floats
from emspec_stats.crossed import Estimate, Sample
from emspec_stats.pooled import no_noise, pool, quantile
from emspec_stats.samples import means
from emspec_stats.setting import Setting, settle
from emspec_stats.shuffled import decide_shuffled

ESTIMAND = (
    "difference of mean bystander rate between the two conditions that decide (controls left out); {personas}, "
    "questions like these, runs like these"
)


@dataclass(frozen=True)
class Pair:
    """Two conditions, the difference of their means (first minus second), and its equivalence p, None if unknown."""

    names: tuple[str, str]
    estimate: Estimate
    p: float | None

    @property
    def label(self) -> str:
        """Name the difference."""
        return f"{self.names[0]} minus {self.names[1]}"

    @property
    def turned(self) -> Pair:
        """Return the pair with the higher condition first."""
        if self.difference >= 0:
            return self
        return Pair((self.names[1], self.names[0]), replace(self.estimate, value=-self.difference), self.p)

    @property
    def difference(self) -> float:
        """Return the difference of the means, as a fraction."""
        return self.estimate.value


@dataclass(frozen=True)
class Judged:
    """The verdict, the pair that decides it, half the width of its interval, and that interval's level."""

    verdict: Verdict
    pair: Pair
    half: float | None
    level: float


def pairs(names: Sequence[str], sample: Sample, margin: float) -> list[Pair]:
    """Compare all pairs of conditions."""
    every = np.eye(len(names))
    return [
        _pair((names[a], names[b]), sample.compare(every[a] - every[b]), margin)
        for a, b in combinations(range(len(names)), 2)
    ]


def _pair(names: tuple[str, str], found: Estimate, margin: float) -> Pair:
    return Pair(names, found, equivalence(found, margin) if found.decides else None)


def equivalence(found: Estimate, margin: float) -> float:
    """Return the p of two one-sided tests: the larger one, of a difference below margin and above -margin."""
    return max(found.below(margin), found.above(-margin))


def simultaneous(count: int, alpha: float, df: float) -> float:
    """Return Sidak's two-sided t quantile for `count` intervals that hold together at level 1 - alpha."""
    return quantile(1 - (1 - (1 - alpha) ** (1 / count)) / 2, df)


def omnibus(groups: Sequence[Floats]) -> float | None:
    """Return the p of the one-way analysis of variance of the runs, groups of shape (runs,); None without noise."""
    noise = pool([group[:, None] for group in groups])
    if not noise.known:
        return None
    grand = np.concatenate(groups).mean()
    between = sum(len(group) * float(group.mean() - grand) ** 2 for group in groups) / (len(groups) - 1)
    return float(fdtrc(len(groups) - 1, noise.df, between / noise.sd**2))


def decide(rows: pa.Table, design: JsonObject, hypothesis: JsonObject) -> Finding:
    """Decide whether all conditions leak alike; parameters: margin, personas, run_sd, variant, alpha, marker."""
    setting = settle(rows, design, hypothesis)
    arms, estimand = setting.conditions, ESTIMAND.format(personas=words.personas(sampled=setting.sampled))
    if len(arms) < 2:
        return setting.untestable("It compares conditions, and fewer than two of them have rows to compare.", estimand)
    if not setting.bystanders:
        return setting.untestable("The panel has no bystander: every persona was trained in some condition.", estimand)
    if setting.barred():
        return setting.untestable(f"It cannot be tested: {setting.barred()}.", estimand)
    if setting.parameter("variant") == "published":
        return decide_shuffled(setting)
    sample = means(setting, arms, setting.bystanders)
    compared = pairs([arm.name for arm in arms], sample, setting.margin())
    return _finding(setting, estimand, sample, compared)


def judge(compared: Sequence[Pair], margin: float, alpha: float) -> Judged:
    """Apply the rules of the module's docstring to all pairs."""
    known = [(pair, pair.p) for pair in compared if pair.p is not None]
    if len(known) < len(compared):
        widest = max(compared, key=lambda pair: abs(pair.difference)).turned
        t = simultaneous(len(compared), 0.05, widest.estimate.df)
        half = None if widest.estimate.variance is None else t * widest.estimate.error
        return Judged("inconclusive", widest, half, 0.95)
    beyond = max(compared, key=lambda pair: _bound(pair, alpha, len(compared)))
    if _bound(beyond, alpha, len(compared)) > margin:
        t = simultaneous(len(compared), alpha, beyond.estimate.df)
        return Judged("contradicted", beyond, t * beyond.estimate.error, 1 - alpha)
    hardest, p = max(known, key=lambda held: held[1])
    verdict: Verdict = "supported" if p <= alpha else "inconclusive"
    return Judged(verdict, hardest, hardest.estimate.half(1 - 2 * alpha), 1 - 2 * alpha)


def _bound(pair: Pair, alpha: float, count: int) -> float:
    return abs(pair.difference) - simultaneous(count, alpha, pair.estimate.df) * pair.estimate.error


def _finding(setting: Setting, estimand: str, sample: Sample, compared: Sequence[Pair]) -> Finding:
    judged = judge(compared, setting.margin(), setting.alpha)
    gap, half = judged.pair.difference, judged.half
    low, high = (None, None) if half is None else tuple(end / 100 for end in words.ends(gap, half))
    p = None if judged.pair.p is None else max(pair.p for pair in compared if pair.p is not None)
    overall = omnibus([group.mean(axis=(1, 2)) for group in sample.values])
    metrics = {
        "range": float(np.ptp(sample.means)),
        "effect": gap,
        "p": overall,
        "equivalence": p,
        "low": low,
        "high": high,
    }
    return replace(
        setting.finding(estimand),
        verdict=judged.verdict,
        reason=setting.reason(_reason(setting, judged, sample, p)),
        effect=100 * gap,
        low=None if low is None else 100 * low,
        high=None if high is None else 100 * high,
        level=judged.level,
        given=words.GIVEN if judged.pair.estimate.conditional else "",
        p=p,
        margin=100 * setting.margin(),
        parts=tuple(_part(pair, setting.alpha) for pair in compared),
        metrics=metrics,
        assumptions=setting.assumptions(
            *setting.noise_terms(sample),
            f"differences within {words.size(setting.margin())} do not matter (margin of the spec)",
        ),
        details=_details(setting, judged, sample, overall),
    )


def _part(pair: Pair, alpha: float) -> Part:
    level = 0.95 if pair.p is None else 1 - 2 * alpha
    return words.part(pair.label, pair.estimate, level, pair.p)


def _reason(setting: Setting, judged: Judged, sample: Sample, p: float | None) -> str:
    gap = f"{judged.pair.label} is {words.points(judged.pair.difference)}"
    of_all = p is None or judged.verdict == "contradicted"
    kind = f"{'simultaneous ' if of_all else ''}{100 * judged.level:.4g} % interval"
    middle, half = judged.pair.difference, judged.half
    shown = "" if half is None else f"{kind} {words.span(middle - half, middle + half)}"
    if p is None:
        alone = f" ({shown} {words.GIVEN})" if shown else ""
        return f"The widest difference, {gap}{alone}, decides nothing: {no_noise(sample.noise)}."
    shown = f"{gap} ({shown}; largest equivalence p {words.chance(p)})"
    margin = words.size(setting.margin())
    if judged.verdict == "contradicted":
        return f"{shown}: that pair differs by more than the margin of {margin}."
    if judged.verdict == "supported":
        return f"All pairs of conditions are within {margin} of each other; of the one hardest to say it of, {shown}."
    return (
        f"Of the pair hardest to call equivalent, {shown}: neither are all within {margin} nor is any pair beyond it."
    )


def _details(setting: Setting, judged: Judged, sample: Sample, overall: float | None) -> JsonObject:
    named = list(zip((arm.name for arm in setting.conditions), sample.values, strict=True))
    means_: dict[str, Json] = {name: float(group.mean()) for name, group in named}
    noise = sample.noise
    return {
        "margin_pp": 100 * setting.margin(),
        "means": means_,
        "runs": {name: len(group) for name, group in named},
        "run_sd": noise.sd if noise.df else None,
        "df": noise.df,
        "interval_holds_for_all_pairs_at_once": judged.pair.p is None or judged.verdict == "contradicted",
        "omnibus_p": overall,
        "bystanders": list(setting.bystanders),
    }
