"""Does one arm leak more, or less, than another: EM against couple-only or benign training, one condition against one.

With d = the mean rate of `of`'s arms minus that of `against`'s (of the bystanders, of the marker's source, or of one
persona) and se its standard error (emspec_stats.crossed: runs the unit, noise pooled over all arms, controls among
them, questions sampled), t tests by Student's t with Satterthwaite's degrees of freedom:

direction more       supported where d is above the margin (P(T >= (d - margin) / se) at most alpha), contradicted where
                     it is below 0 (P(T <= d / se) at most alpha)
direction less       the same of -d
direction different  supported where |d| is beyond the margin on either side, each at alpha / 2; contradicted where it
                     is within it by two one-sided tests at alpha (Schuirmann, 1987), which a margin of 0 rules out

Anything else is inconclusive. With one run of each arm it is inconclusive, unless the spec declares a run-to-run SD
(`run_sd`); the 95 % interval is then of these runs alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from emspec import Finding, JsonObject, Part, Verdict
from emspec_stats import words
from emspec_stats.arms import Arm
from emspec_stats.compared import DIFFERENT, LESS, contrast_bar, rated, rated_twice, sides, sources
from emspec_stats.crossed import Estimate, Sample
from emspec_stats.pooled import no_noise
from emspec_stats.samples import means
from emspec_stats.setting import Setting, settle

Between = tuple[tuple[str, ...], tuple[str, ...]]
"""The arms of one side, and of the other."""


@dataclass(frozen=True)
class Question:
    """What is asked: of whose leakage, which way, by how much (fraction), and at which alpha."""

    whose: str
    direction: str
    margin: float
    alpha: float

    @property
    def level(self) -> float:
        """Return the level of the interval that the tests go by."""
        return 1 - self.alpha if self.direction == DIFFERENT else 1 - 2 * self.alpha

    def p(self, found: Estimate) -> float:
        """Return the p of the claim."""
        if self.direction == DIFFERENT:
            return min(1.0, 2 * min(found.above(self.margin), found.below(-self.margin)))
        return found.below(-self.margin) if self.direction == LESS else found.above(self.margin)

    def opposite(self, found: Estimate) -> float | None:
        """Return the p of what contradicts the claim, None where nothing can."""
        if self.direction == DIFFERENT:
            return max(found.below(self.margin), found.above(-self.margin)) if self.margin else None
        return found.above(0) if self.direction == LESS else found.below(0)

    def verdict(self, found: Estimate) -> Verdict:
        """Return the verdict."""
        if not found.decides:
            return "inconclusive"
        if self.p(found) <= self.alpha:
            return "supported"
        opposite = self.opposite(found)
        return "contradicted" if opposite is not None and opposite <= self.alpha else "inconclusive"


def decide(rows: pa.Table, design: JsonObject, hypothesis: JsonObject) -> Finding:
    """Decide between arms; parameters: of, against, rate, persona, direction, margin, personas, run_sd, alpha."""
    setting = settle(rows, design, hypothesis)
    parameters = {name: setting.parameter(name) for name in ("of", "against", "rate", "persona", "direction")}
    of, against = sides(parameters)
    whose = rated(parameters)
    people = words.personas(sampled=setting.sampled)
    estimand = (
        f"{whose} rate in {' and '.join(of)} minus {' and '.join(against)}; {people}, questions like these, "
        "runs like these"
    )
    bar = rated_twice(parameters) or contrast_bar(setting.field, of, against, whose) or setting.barred()
    if bar:
        return setting.untestable(f"It cannot be tested: {bar}.", estimand)
    asked = Question(whose, str(parameters["direction"] or "more"), setting.margin(), setting.alpha)
    arms = setting.field.arms
    sample = means(setting, arms, _personas(setting, whose, frozenset((*of, *against))))
    return _finding(setting, estimand, sample, asked, (of, against))


def _personas(setting: Setting, whose: str, compared: frozenset[str]) -> Sequence[str]:
    if whose == "bystander":
        return setting.bystanders
    return sorted(next(iter(sources(setting.field, compared)))) if whose == "source" else [whose]


def compare(sample: Sample, arms: Sequence[Arm], of: Sequence[str], against: Sequence[str]) -> Estimate:
    """Return the mean of some arms minus that of others."""
    return sample.compare([(arm.name in of) / len(of) - (arm.name in against) / len(against) for arm in arms])


def _finding(setting: Setting, estimand: str, sample: Sample, asked: Question, between: Between) -> Finding:
    arms = setting.field.arms
    found = compare(sample, arms, *between)
    level = asked.level if found.decides else 0.95
    shown = words.part("difference", found, level)
    p = asked.p(found) if found.decides else None
    return replace(
        setting.finding(estimand),
        verdict=asked.verdict(found),
        reason=setting.reason(_reason(sample, asked, found, between)),
        effect=shown.effect,
        low=shown.low,
        high=shown.high,
        level=level,
        given=words.GIVEN if found.conditional else "",
        p=p,
        opposite=asked.opposite(found) if found.decides else None,
        margin=100 * asked.margin or None,
        parts=_parts(sample, arms, between, level),
        metrics={"effect": found.value, "p": p, **words.bounds(shown)},
        assumptions=setting.assumptions(*setting.noise_terms(sample)),
        details=_details(sample, arms, asked, found),
    )


def _parts(sample: Sample, arms: Sequence[Arm], between: Between, level: float) -> tuple[Part, ...]:
    of, against = between
    return tuple(
        words.part(f"{first} minus {second}", compare(sample, arms, (first,), (second,)), level)
        for first in of
        for second in against
    )


def _details(sample: Sample, arms: Sequence[Arm], asked: Question, found: Estimate) -> JsonObject:
    noise = sample.noise
    return {
        "direction": asked.direction,
        "margin_pp": 100 * asked.margin,
        "means": {arm.name: float(mean) for arm, mean in zip(arms, sample.means, strict=True)},
        "runs": {arm.name: len(group) for arm, group in zip(arms, sample.values, strict=True)},
        "run_sd": noise.sd if noise.df else None,
        "df": found.df if found.decides else None,
    }


def _reason(sample: Sample, asked: Question, found: Estimate, between: Between) -> str:
    of, against = (" and ".join(side) for side in between)
    level = asked.level if found.decides else 0.95
    half, middle = found.half(level), found.value
    who = {"bystander": "bystanders", "source": "the source"}.get(asked.whose, asked.whose)
    gap = f"Leakage of {who}, {of} minus {against}, is {words.points(middle)}"
    shown = "" if half is None else f"{100 * level:.4g} % interval {words.span(middle - half, middle + half)}"
    if not found.decides:
        alone = f" ({shown} {words.GIVEN})" if shown else ""
        return f"{gap}{alone}, but {no_noise(sample.noise)}."
    margin = f" by more than the margin of {words.size(asked.margin)}" if asked.margin else ""
    less = "less" if asked.direction == LESS else "more"
    back = {"less": "more", "more": "less"}[less]
    ends = {
        "supported": f"they differ{margin}." if asked.direction == DIFFERENT else f"it leaks {less}{margin}.",
        "contradicted": "they are within the margin." if asked.direction == DIFFERENT else f"it leaks {back}.",
        "inconclusive": f"the claim does not reach alpha {words.level(asked.alpha)}, nor does its opposite.",
    }
    return f"{gap} ({shown}; p {words.chance(asked.p(found))}): {ends[asked.verdict(found)]}"
