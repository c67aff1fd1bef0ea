"""H1: does the persona that EM was induced under leak more than other bystanders?

The diagonal contrast. With y[c, p] the hit rate of bystander p in condition c (mean of its runs) and z[c, p] = y[c, p]
minus the mean of the other bystanders in c, a condition c whose persona p can be tested has the double difference

    d_c = z[c, p] - mean of z[c', p] over the conditions c' that do not stand for p

(how far p stands out where EM was induced under it, less how far it stands out elsewhere), and the effect is the mean
of d_c over the testable conditions. Main effects of conditions and of personas cancel. Where every condition raises its
own persona by x and nothing else, the effect is a little more than x, since the others' mean in c' holds the persona
that c' stands for: x (1 + k / ((C - 1) (B - 1))), with k other testable conditions, C conditions and B bystanders.

p is a one-sided permutation of the labels over all conditions, untestable ones being blank labels: the share of
labellings whose effect is at least the observed one (Fisher, 1935, The Design of Experiments; exact where all are
enumerated); for a random sample of n of them, (count + 1) / (n + 1) (Phipson and Smyth, 2010). Its least value is one
over the number of distinct labellings; a floor above alpha makes the hypothesis untestable.

Intervals, of the effect and of each d_c, are those of a comparison of conditions whose runs have the value
sum_p W[c, p] y[c, p] (emspec_stats.crossed: runs the unit, noise pooled over conditions, questions sampled); with one
run of each condition they are of these runs alone. A condition's own p is the t test of d_c above 0.

`variant: rank` is the published test instead (see emspec_stats.rank).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from emspec import Finding, JsonObject, Verdict
from emspec_stats import words
from emspec_stats.arms import Comparable, comparable
from emspec_stats.counts import Floats, Ints
from emspec_stats.crossed import Estimate, Sample
from emspec_stats.floors import ALONE, labels, permutation_floor
from emspec_stats.labelling import codes, labellings
from emspec_stats.pooled import no_noise
from emspec_stats.rank import decide_rank
from emspec_stats.samples import combined, grid, means, standing
from emspec_stats.setting import Setting, settle

ESTIMAND = (
    "mean over testable conditions of how much more the condition's own persona stands out among the bystanders there "
    "than in the other conditions; these personas, these conditions, questions like these"
)


@dataclass(frozen=True)
class Permuted:
    """Share of labellings with an effect at least (`above`) or at most (`below`) the observed one."""

    above: float
    below: float
    exact: bool
    labellings: int


@dataclass(frozen=True)
class Outcome:
    """The effect, the double difference of each testable condition in their order, and the permutation's shares."""

    whole: Estimate
    each: tuple[Estimate, ...]
    permuted: Permuted

    @property
    def effect(self) -> float:
        """Return the effect, as a fraction."""
        return self.whole.value


def gains(stands: Floats, given: Ints) -> Floats:
    """Return what each condition adds to the effect under each label, shape (conditions, labels).

    A label that m of C conditions carry is compared with the C - m others. Under any labelling the effect is a constant
    plus the mean, over labelled conditions, of stands[c, label] * C / (C - m).
    """
    conditions = len(given)
    times = np.array([(given == label).sum() for label in range(stands.shape[1])])
    scaled: Floats = stands * conditions / (conditions - times)
    return scaled


def label_weights(given: Ints, labels: int) -> Floats:
    """Return each condition's part in the double difference of every label, shape (labels, conditions).

    1 / m for the m conditions that carry the label (the mean of their double differences), -1 / (C - m) for the others.
    """
    own = given[None, :] == np.arange(labels)[:, None]
    times = own.sum(axis=1, keepdims=True)
    weights: Floats = np.where(own, 1 / times, -1 / (own.shape[1] - times))
    return weights


def condition_weights(given: Ints, at: int) -> Floats:
    """Return each condition's part in the double difference of one condition; 0 for others of its label."""
    other = given != given[at]
    weights: Floats = np.where(other, -1 / other.sum(), 0.0)
    weights[at] = 1.0
    return weights


def permute(stands: Floats, given: Ints, names: tuple[str | None, ...]) -> Permuted:
    """Compare the effect under the labels as they are with all labellings of the conditions."""
    table, exact = labellings(names)
    padded = np.column_stack([gains(stands, given), np.zeros(len(given))])
    at = np.arange(len(given))
    observed = padded[at, given].sum()
    sums = padded[at, table].sum(axis=1)
    above, below = int((sums >= observed - 1e-12).sum()), int((sums <= observed + 1e-12).sum())
    added = 0 if exact else 1
    return Permuted((above + added) / (len(table) + added), (below + added) / (len(table) + added), exact, len(table))


def decide(rows: pa.Table, design: JsonObject, hypothesis: JsonObject) -> Finding:
    """Decide whether the induction personas leak more than bystanders do; parameters: variant, alpha, marker."""
    setting = settle(rows, design, hypothesis)
    if setting.parameter("variant") == "rank":
        return decide_rank(setting)
    tested = comparable(setting.field)
    named = labels(setting.field)
    bar = _bar(setting, tested, named)
    if bar:
        return replace(setting.untestable(bar, ESTIMAND), floor=permutation_floor(named) if tested.usable else None)
    return _finding(setting, tested, measure(setting, named))


def measure(setting: Setting, named: tuple[str | None, ...]) -> Outcome:
    """Return the effect, its parts and their errors, and compare it with the other labellings."""
    given, personas = codes(named)
    stands = np.array([standing(setting.bystanders, persona) for persona in personas])
    arms = [arm.name for arm in setting.conditions]
    rates = grid(setting.counts, arms, setting.bystanders, setting.questions).mean(axis=2)
    means = np.array([rates[setting.counts.of(arm.name)].mean(axis=0) for arm in setting.conditions]) @ stands.T
    shares = np.array([(given == label).sum() for label in range(len(personas))]) / (given >= 0).sum()
    weights = (label_weights(given, len(personas)) * shares[:, None]).T @ stands
    whole = _compare(setting, weights, np.ones(len(given)))
    each = tuple(
        _compare(setting, np.tile(stands[label], (len(given), 1)), condition_weights(given, at))
        for at, label in enumerate(given)
        if label >= 0
    )
    return Outcome(whole, each, permute(means, given, named))


def _compare(setting: Setting, rows: Floats, weights: Floats) -> Estimate:
    """Return the comparison of runs' combinations of the bystanders' rates, `rows` of shape (conditions, bystanders).

    A condition whose combination is empty tells nothing of noise, and is left out.
    """
    used = [at for at, row in enumerate(rows) if row.any()]
    arms = [setting.conditions[at] for at in used]
    return combined(setting, arms, setting.bystanders, rows[used]).compare(weights[used])


def _bar(setting: Setting, tested: Comparable, named: tuple[str | None, ...]) -> str | None:
    if not tested.usable:
        return f"No condition's own persona can be compared as a bystander: {'; '.join(tested.reasons)}."
    if len(setting.bystanders) < 2:
        return f"It cannot be tested: {ALONE}."
    if setting.barred():
        return f"It cannot be tested: {setting.barred()}."
    floor = permutation_floor(named)
    if floor > setting.alpha:
        return (
            f"The least p that {len(tested.usable)} testable of {len(setting.conditions)} conditions can give is "
            f"{words.chance(floor)}, above alpha {words.level(setting.alpha)}."
        )
    return None


def _finding(setting: Setting, tested: Comparable, outcome: Outcome) -> Finding:
    whole, permuted = outcome.whole, outcome.permuted
    level = _level(setting, whole)
    shown = words.part("effect", whole, level)
    named = list(zip(tested.usable, outcome.each, strict=True))
    return replace(
        setting.finding(ESTIMAND),
        verdict=verdict(setting.alpha, outcome),
        reason=setting.reason(_reason(setting, tested, outcome)),
        effect=shown.effect,
        low=shown.low,
        high=shown.high,
        level=level,
        given=words.GIVEN if whole.conditional else "",
        p=permuted.above,
        opposite=permuted.below,
        floor=permutation_floor(labels(setting.field)),
        parts=tuple(words.part(f"{persona} in {name}", each, level, _above(each)) for (name, persona), each in named),
        metrics={"effect": whole.value, "p": permuted.above, **words.bounds(shown)},
        by_condition={name: _figures(each) for (name, _), each in named},
        assumptions=setting.assumptions(
            "under the null, which condition stands for which persona is arbitrary: labels are exchangeable",
            *(f"intervals: {term}" for term in setting.noise_terms(_sample(setting))),
        ),
        details={
            "conditions": {
                name: {"persona": persona, "effect_pp": 100 * each.value} for (name, persona), each in named
            },
            "not_testable": list(tested.reasons),
            "bystanders": list(setting.bystanders),
            "labellings": permuted.labellings,
            "exact": permuted.exact,
            "p_opposite": permuted.below,
            "standard_error_pp": 100 * whole.error if whole.variance is not None else None,
            "df": whole.df if whole.decides else None,
        },
    )


def _level(setting: Setting, found: Estimate) -> float:
    return 1 - 2 * setting.alpha if found.decides else 0.95


def _sample(setting: Setting) -> Sample:
    """Return the runs that noise is told from, for what it assumes."""
    return replace(means(setting, setting.conditions, setting.bystanders), sampled=False, declared=None)


def _above(found: Estimate) -> float | None:
    return found.above(0) if found.decides else None


def _figures(found: Estimate) -> dict[str, float]:
    p = _above(found)
    return {"effect": found.value, **({} if p is None else {"p": p})}


def verdict(alpha: float, outcome: Outcome) -> Verdict:
    """Return the verdict: a one-sided test either way, each at alpha, and never against the sign of the effect."""
    if outcome.permuted.above <= alpha and outcome.effect > 0:
        return "supported"
    return "contradicted" if outcome.permuted.below <= alpha and outcome.effect < 0 else "inconclusive"


def _reason(setting: Setting, tested: Comparable, outcome: Outcome) -> str:
    whole, middle = outcome.whole, outcome.effect
    level = _level(setting, whole)
    half = whole.half(level)
    interval = f"no interval: {no_noise(_sample(setting).noise)}"
    if half is not None:
        given = f" {words.GIVEN}" if whole.conditional else ""
        interval = f"{100 * level:.4g} % interval {words.span(middle - half, middle + half)}{given}"
    ends = {
        "supported": "the persona that EM was induced under leaks more.",
        "contradicted": f"it leaks less (opposite p {words.chance(outcome.permuted.below)}).",
        "inconclusive": f"neither direction reaches alpha {words.level(setting.alpha)}.",
    }
    return (
        f"In {len(tested.usable)} of {len(setting.conditions)} conditions a persona's own condition moves it against "
        f"the other bystanders by {words.points(middle)} ({interval}; p {words.chance(outcome.permuted.above)}, "
        f"{outcome.permuted.labellings:,} labellings): {ends[verdict(setting.alpha, outcome)]}"
    )
