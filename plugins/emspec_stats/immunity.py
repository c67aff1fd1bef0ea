"""H3 of issue #200: does a persona leak less than the other bystanders, even where EM was induced under it?

With d = the persona's rate minus the mean rate of the other bystanders, per run, the effect is the mean of d over the
runs of the named condition. Two one-sided t tests, each at alpha: supported where the persona leaks less than the
others by more than the margin (P(T <= (d + margin) / se) at most alpha), contradicted where it leaks more than they do
(P(T >= d / se) at most alpha: the 1 - 2 alpha interval lies above 0). Less, but by no more than the margin, is neither:
the claim is "less". se = s / sqrt(runs), s being the standard deviation of d between runs of a condition, pooled over
the conditions in which the persona is a bystander: df = runs - conditions (Student, 1908; Scheffe, 1959, for the pooled
variance).

Untestable where the persona was the source or a trained negative in that condition, or is not in the panel that all
conditions share. The other bystanders are the headline ones (see emspec_stats.arms), without the persona.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from emspec import Finding, JsonObject, Verdict
from emspec_stats import words
from emspec_stats.arms import trained_role
from emspec_stats.floors import immunity_bar
from emspec_stats.pooled import POOLED, SHARED_SEEDS, Noise, no_noise, pool, quantile, upper_tail
from emspec_stats.setting import Setting, settle


@dataclass(frozen=True)
class Lead:
    """The persona's rate less the others': mean over the condition's runs, and its standard error."""

    mean: float
    error: float
    noise: Noise
    runs: int


def decide(rows: pa.Table, design: JsonObject, hypothesis: JsonObject) -> Finding:
    """Decide whether a persona is spared; parameters: persona, condition, margin (fraction), alpha, marker."""
    setting = settle(rows, design, hypothesis)
    persona, condition = str(setting.parameter("persona")), str(setting.parameter("condition"))
    estimand = (
        f"rate of {persona} minus the mean of the other bystanders in {condition}; these personas and questions, "
        "runs like these"
    )
    bar = immunity_bar(setting.field, persona, condition)
    if bar:
        return setting.untestable(f"It cannot be tested: {bar}.", estimand)
    others = [name for name in setting.bystanders if name != persona]
    return _finding(setting, estimand, measure(setting, persona, condition, others), (persona, condition))


def measure(setting: Setting, persona: str, condition: str, others: list[str]) -> Lead:
    """Return the persona's lead in a condition; runs of conditions that trained it are no part of the noise."""
    rates = setting.counts.rates([persona, *others])
    lead = rates[:, 0] - rates[:, 1:].mean(axis=1)
    spared = [arm for arm in setting.conditions if trained_role(persona, arm) is None and arm.name != condition]
    usable = [*spared, *(arm for arm in setting.field.arms if arm.name == condition)]
    noise = pool(setting.groups(usable, lead))
    own = lead[setting.counts.of(condition)]
    return Lead(float(own.mean()), noise.sd / float(np.sqrt(len(own))), noise, len(own))


def _finding(setting: Setting, estimand: str, lead: Lead, names: tuple[str, str]) -> Finding:
    margin, alpha = setting.margin(), setting.alpha
    verdict: Verdict = "inconclusive"
    p: float | None = None
    half: float | None = None
    if lead.noise.known:
        t = (lead.mean + margin) / lead.error
        p = upper_tail(-t, lead.noise.df)
        half = quantile(1 - alpha, lead.noise.df) * lead.error
        verdict = _verdict(alpha, p, upper_tail(lead.mean / lead.error, lead.noise.df))
    return replace(
        setting.finding(estimand),
        verdict=verdict,
        reason=setting.reason(_reason(setting, lead, names, verdict, half)),
        effect=100 * lead.mean,
        low=None if half is None else 100 * (lead.mean - half),
        high=None if half is None else 100 * (lead.mean + half),
        level=1 - 2 * alpha,
        p=p,
        assumptions=setting.assumptions(
            f"{SHARED_SEEDS}: where they move conditions together, the pooled noise has fewer degrees of freedom",
            POOLED,
            f"spared means to leak less than the others by more than {words.size(margin)} (margin of the spec)",
        ),
        details={
            "margin_pp": 100 * margin,
            "runs": lead.runs,
            "run_sd_pp": 100 * lead.noise.sd if lead.noise.df else None,
            "df": lead.noise.df,
            "others": [name for name in setting.bystanders if name != names[0]],
        },
    )


def _verdict(alpha: float, p: float, more: float) -> Verdict:
    if p <= alpha:
        return "supported"
    return "contradicted" if more <= alpha else "inconclusive"


def _reason(setting: Setting, lead: Lead, names: tuple[str, str], verdict: Verdict, half: float | None) -> str:
    persona, condition = names
    margin = words.size(setting.margin())
    gap = f"In {condition} {persona} leaks {words.points(lead.mean)} against the other bystanders"
    if half is None:
        return f"{gap}, but {no_noise(lead.noise)}."
    level = f"{100 * (1 - 2 * setting.alpha):g} %"
    shown = f"{gap} ({level} interval {words.span(lead.mean - half, lead.mean + half)})"
    ends = {
        "supported": f"it leaks less than they do by more than the margin of {margin}.",
        "contradicted": "it leaks more than they do.",
        "inconclusive": _undecided(lead, half, setting.margin()),
    }
    return f"{shown}: {ends[verdict]}"


def _undecided(lead: Lead, half: float, margin: float) -> str:
    if lead.mean + half < 0:
        return f"it leaks less than they do, but is not shown to by the margin of {words.size(margin)}."
    if lead.mean - half > -margin:
        return f"it is not spared by the margin of {words.size(margin)}, nor shown to leak more than they do."
    return f"the interval holds 0 and the margin, -{words.size(margin)}, so nothing can be said."
