"""The published variant of H1: is the persona that EM was induced under the one that leaks most in its own condition?

In a condition the persona's rate is ranked among those of the shared panel without the condition's source, itself among
them, and p is the share of these m personas that leak at least as much: a draw of one persona at random (issue #205's
registered rule). The hypothesis speaks of every testable condition, so its p is the largest of theirs (an
intersection-union test, Berger, 1982); contradicted where the share that leaks at most as much is at most alpha in all.
No p is below 1 / m: of 11 personas .0909, so that at alpha .05 the variant is untestable, which is what it shows.

Personas differ by themselves: a low p may be the persona's own and none of its induction. The contrast, which compares
a persona with itself under other conditions, is the test to use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from emspec import Finding, Json, Verdict
from emspec_stats import words
from emspec_stats.arms import Arm, not_ranked, ranked
from emspec_stats.floors import rank_floor
from emspec_stats.setting import Setting

ESTIMAND = (
    "rank of the condition's own persona among the panel without the source, in every testable condition; these "
    "personas, these conditions, these runs"
)


@dataclass(frozen=True)
class Ranked:
    """A condition's persona: its lead over the mean of the others, and the shares at or above it, at or below it."""

    condition: str
    persona: str
    lead: float
    above: float
    below: float


def ranks(setting: Setting, arm: Arm) -> Ranked:
    """Rank a condition's own persona by the mean of the condition's runs."""
    persona = str(arm.persona)
    names = ranked(setting.field, arm)
    rates = setting.counts.rates(names)[setting.counts.of(arm.name)].mean(axis=0)
    own = rates[names.index(persona)]
    others = float(np.delete(rates, names.index(persona)).mean())
    return Ranked(arm.name, persona, float(own) - others, float((rates >= own).mean()), float((rates <= own).mean()))


def decide_rank(setting: Setting) -> Finding:
    """Decide by the rank variant."""
    usable = [arm for arm in setting.conditions if not not_ranked(arm, setting.field)]
    reasons = [reason for arm in setting.conditions if (reason := not_ranked(arm, setting.field))]
    if not usable:
        return setting.untestable(f"No condition's own persona has a rank: {'; '.join(reasons)}.", ESTIMAND)
    floor = rank_floor(setting.field, usable)
    found = [ranks(setting, arm) for arm in usable]
    p, below = max(one.above for one in found), max(one.below for one in found)
    verdict = _verdict(setting.alpha, floor, p, below)
    conditions: dict[str, Json] = {
        one.condition: {"persona": one.persona, "effect_pp": 100 * one.lead, "p": one.above} for one in found
    }
    return replace(
        setting.finding(ESTIMAND),
        verdict=verdict,
        reason=setting.reason(_reason(setting, found, floor, verdict)),
        effect=100 * float(np.mean([one.lead for one in found])),
        p=p,
        opposite=below,
        floor=floor,
        metrics={"effect": float(np.mean([one.lead for one in found])), "p": p},
        by_condition={one.condition: {"effect": one.lead, "p": one.above} for one in found},
        assumptions=setting.assumptions(
            "personas are alike but for the induction: a draw of one at random is what the rank is compared with"
        ),
        details={"variant": "rank", "conditions": conditions, "not_testable": reasons},
    )


def _verdict(alpha: float, floor: float, p: float, below: float) -> Verdict:
    if floor > alpha:
        return "untestable"
    if p <= alpha:
        return "supported"
    return "contradicted" if below <= alpha else "inconclusive"


def _reason(setting: Setting, found: list[Ranked], floor: float, verdict: Verdict) -> str:
    each = ", ".join(f"{one.persona} in {one.condition} {words.chance(one.above)}" for one in found)
    shown = f"Share of the personas that leak at least as much as the condition's own: {each}"
    alpha = words.level(setting.alpha)
    ends = {
        "untestable": f"the least p that a rank can have is {words.chance(floor)}, above alpha {alpha}.",
        "supported": "it is the first in every one.",
        "contradicted": "it is the last in every one.",
        "inconclusive": f"neither end reaches alpha {alpha} in all of them.",
    }
    return f"{shown}: {ends[verdict]}"
