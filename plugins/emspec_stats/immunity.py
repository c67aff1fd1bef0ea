"""H3 of issue #200: does a persona leak less than the other bystanders, even where EM was induced under it?

With d = the persona's rate minus the mean rate of the other bystanders, per run, the effect is the mean of d over the
runs of the named condition, and se its standard error (emspec_stats.crossed: runs the unit, the noise of d pooled over
the conditions in which the persona is a bystander, questions sampled). Two one-sided t tests, each at alpha: supported
where the persona leaks less than the others by more than the margin (P(T <= (d + margin) / se) at most alpha),
contradicted where it leaks more than they do (P(T >= d / se) at most alpha: the 1 - 2 alpha interval lies above 0).
Less, but by no more than the margin, is neither: the claim is "less". Student's t with Satterthwaite's degrees of
freedom.

Untestable where the persona was the source or a trained negative in that condition, or is not in the panel that all
conditions share. The other bystanders are the headline ones (see emspec_stats.arms), without the persona. With one run
of each condition it is inconclusive: the 95 % interval is then of these runs alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from emspec import Finding, JsonObject, Part, Verdict
from emspec_stats import words
from emspec_stats.arms import Arm, trained_role
from emspec_stats.crossed import Estimate, Sample
from emspec_stats.floors import immunity_bar
from emspec_stats.pooled import no_noise
from emspec_stats.samples import combined, standing
from emspec_stats.setting import Setting, settle


@dataclass(frozen=True)
class Lead:
    """The persona's rate less the others', in the named condition and in every one that did not train it."""

    persona: str
    condition: str
    sample: Sample
    arms: tuple[Arm, ...]

    def of(self, condition: str) -> Estimate:
        """Return the lead in one condition."""
        return self.sample.compare([float(arm.name == condition) for arm in self.arms])

    @property
    def own(self) -> Estimate:
        """Return the lead in the condition that the claim is about."""
        return self.of(self.condition)


def decide(rows: pa.Table, design: JsonObject, hypothesis: JsonObject) -> Finding:
    """Decide whether a persona is spared; parameters: persona, condition, margin (fraction), alpha, marker."""
    setting = settle(rows, design, hypothesis)
    persona, condition = str(setting.parameter("persona")), str(setting.parameter("condition"))
    estimand = (
        f"rate of {persona} minus the mean of the other bystanders in {condition}; these personas, questions like "
        "these, runs like these"
    )
    bar = immunity_bar(setting.field, persona, condition) or setting.barred()
    if bar:
        return setting.untestable(f"It cannot be tested: {bar}.", estimand)
    others = [name for name in setting.bystanders if name != persona]
    return _finding(setting, estimand, measure(setting, persona, condition, others))


def measure(setting: Setting, persona: str, condition: str, others: Sequence[str]) -> Lead:
    """Return the persona's lead in every condition; runs of conditions that trained it are no part of the noise."""
    spared = [arm for arm in setting.conditions if trained_role(persona, arm) is None and arm.name != condition]
    arms = (*spared, *(arm for arm in setting.field.arms if arm.name == condition))
    personas = [persona, *others]
    weights = np.tile(standing(personas, persona), (len(arms), 1))
    return Lead(persona, condition, combined(setting, arms, personas, weights), arms)


def verdict(found: Estimate, margin: float, alpha: float) -> Verdict:
    """Return the verdict: two one-sided tests, each at alpha."""
    if not found.decides:
        return "inconclusive"
    if found.below(-margin) <= alpha:
        return "supported"
    return "contradicted" if found.above(0) <= alpha else "inconclusive"


def _finding(setting: Setting, estimand: str, lead: Lead) -> Finding:
    margin, alpha, own = setting.margin(), setting.alpha, lead.own
    level = 1 - 2 * alpha if own.decides else 0.95
    shown = words.part(lead.condition, own, level)
    p = own.below(-margin) if own.decides else None
    return replace(
        setting.finding(estimand),
        verdict=verdict(own, margin, alpha),
        reason=setting.reason(_reason(setting, lead)),
        effect=shown.effect,
        low=shown.low,
        high=shown.high,
        level=level,
        given=words.GIVEN if own.conditional else "",
        p=p,
        opposite=own.above(0) if own.decides else None,
        margin=100 * margin,
        parts=tuple(_part(lead, arm, level) for arm in lead.arms),
        metrics={"effect": own.value, "p": p, **words.bounds(shown)},
        assumptions=setting.assumptions(
            *setting.noise_terms(lead.sample),
            f"spared means to leak less than the others by more than {words.size(margin)} (margin of the spec)",
        ),
        details=_details(setting, lead),
    )


def _part(lead: Lead, arm: Arm, level: float) -> Part:
    return words.part(f"{lead.persona} in {arm.name}", lead.of(arm.name), level)


def _details(setting: Setting, lead: Lead) -> JsonObject:
    noise = lead.sample.noise
    return {
        "margin_pp": 100 * setting.margin(),
        "runs": len(setting.counts.of(lead.condition)),
        "run_sd": noise.sd if noise.df else None,
        "df": lead.own.df if lead.own.decides else None,
        "others": [name for name in setting.bystanders if name != lead.persona],
    }


def _reason(setting: Setting, lead: Lead) -> str:
    own, margin = lead.own, setting.margin()
    level = 1 - 2 * setting.alpha if own.decides else 0.95
    half = own.half(level)
    gap = f"In {lead.condition} {lead.persona} leaks {words.points(own.value)} against the other bystanders"
    shown = "" if half is None else f"{100 * level:.4g} % interval {words.span(own.value - half, own.value + half)}"
    if half is None or not own.decides:
        alone = f" ({shown} {words.GIVEN})" if shown else ""
        return f"{gap}{alone}, but {no_noise(lead.sample.noise)}."
    ends = {
        "supported": f"it leaks less than they do by more than the margin of {words.size(margin)}.",
        "contradicted": "it leaks more than they do.",
        "inconclusive": _undecided(own.value, half, margin),
    }
    return f"{gap} ({shown}): {ends[verdict(own, margin, setting.alpha)]}"


def _undecided(middle: float, half: float, margin: float) -> str:
    if middle + half < 0:
        return f"it leaks less than they do, but is not shown to by the margin of {words.size(margin)}."
    if middle - half > -margin:
        return f"it is not spared by the margin of {words.size(margin)}, nor shown to leak more than they do."
    return f"the interval holds 0 and the margin, -{words.size(margin)}, so nothing can be said."
