"""The published variant of H2: do the conditions' mean bystander rates differ more than shuffled personas' do?

A condition's bystanders are the shared panel without its source and without its own persona (trained negatives are in),
so that one condition may have another number of them than the next (issue #205's registered rule: 10, 11, 10, 10 and 10
personas). The statistic is the range of the conditions' means. p is by shuffling all persona rates over the conditions,
whose sizes stay: (count + 1) / (draws + 1) of 9,999 shuffles (numpy PCG64, seed 0) whose range is at least the observed
one (Phipson and Smyth, 2010, Permutation p-values should never be zero). #205 published .0028.

It decides nothing, and its verdict is always inconclusive. Personas of one run share that run's noise, so that their
rates are not exchangeable over conditions: where conditions differ by run-to-run noise alone, p falls below alpha far
more often than it should. And a large p is no evidence of equality: a weak test has one too. The equivalence test is
the one to use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from emspec import Finding, Json
from emspec_stats import words
from emspec_stats.arms import Arm, ranked
from emspec_stats.counts import Floats
from emspec_stats.ranks import DRAWS
from emspec_stats.setting import Setting

SEED = 0
CLOSE = 1e-12
ESTIMAND = (
    "range of the conditions' mean rates, each over the panel without its source and its own persona; these personas, "
    "these questions, these runs"
)


@dataclass(frozen=True)
class Shuffled:
    """The means of the groups, their range, and the share of shuffles whose range is at least that."""

    means: tuple[float, ...]
    range: float
    p: float


def shuffle(groups: Sequence[Floats]) -> Shuffled:
    """Compare the range of the means of groups, each of shape (personas,), with that of shuffled members."""
    sizes = [len(group) for group in groups]
    members, starts = np.concatenate(groups), np.cumsum([0, *sizes[:-1]])
    means = np.array([group.mean() for group in groups])
    moved = np.random.default_rng(SEED).permuted(np.tile(members, (DRAWS, 1)), axis=1)
    ranges = np.ptp(np.add.reduceat(moved, starts, axis=1) / sizes, axis=1)
    observed = float(np.ptp(means))
    count = int((ranges >= observed - CLOSE).sum())
    return Shuffled(tuple(map(float, means)), observed, (count + 1) / (DRAWS + 1))


def members(setting: Setting, arm: Arm) -> tuple[str, ...]:
    """Return a condition's bystanders by the published rule."""
    return tuple(name for name in ranked(setting.field, arm) if name not in arm.own)


def decide_shuffled(setting: Setting) -> Finding:
    """Describe the conditions by the published variant; StageError for a persona without replies."""
    arms = setting.conditions
    lacking = [arm.name for arm in arms if not members(setting, arm)]
    if lacking:
        return setting.untestable(f"The published rule leaves no bystander in {', '.join(lacking)}.", ESTIMAND)
    groups = [setting.counts.rates(members(setting, arm))[setting.counts.of(arm.name)].mean(axis=0) for arm in arms]
    found = shuffle(groups)
    means: dict[str, Json] = {arm.name: mean for arm, mean in zip(arms, found.means, strict=True)}
    sizes: dict[str, Json] = {arm.name: len(group) for arm, group in zip(arms, groups, strict=True)}
    return replace(
        setting.finding(ESTIMAND),
        verdict="inconclusive",
        reason=setting.reason(_reason(found, [arm.name for arm in arms], sum(map(len, groups)))),
        effect=100 * found.range,
        margin=100 * setting.margin(),
        metrics={"range": found.range, "effect": found.range, "p": found.p},
        assumptions=setting.assumptions("personas of one run are independent of each other, which they are not"),
        details={
            "variant": "published",
            "means": means,
            "personas": sizes,
            "omnibus_p": found.p,
            "shuffles": DRAWS,
        },
    )


def _reason(found: Shuffled, names: Sequence[str], personas: int) -> str:
    high, low = names[int(np.argmax(found.means))], names[int(np.argmin(found.means))]
    return (
        f"Published rule: the condition means range over {words.size(round(found.range, 4))} ({high} minus {low}); "
        f"shuffling {personas} persona rates over the conditions gives p {words.chance(found.p)}. That decides "
        "nothing: personas of one run share its noise and were shuffled as if independent, and no p of a difference "
        "is evidence of equality."
    )
