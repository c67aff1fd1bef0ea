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

The interval is of the effect as a linear combination of independent runs, variance sum s_c^2 / n_c over conditions with
Welch and Satterthwaite's degrees of freedom (Satterthwaite, 1946); there is none where a condition has one run.

`variant: rank` is the published test instead (see emspec_stats.rank).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from emspec import Finding, Json, JsonObject, Verdict
from emspec_stats import words
from emspec_stats.arms import Comparable, comparable
from emspec_stats.counts import Floats, Ints
from emspec_stats.floors import ALONE, labels, permutation_floor
from emspec_stats.labelling import codes, labellings
from emspec_stats.pooled import SHARED_SEEDS, quantile
from emspec_stats.rank import decide_rank
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


def standing(rates: Floats, personas: Ints) -> Floats:
    """Return each persona's rate minus the mean of the other bystanders.

    `rates` has shape (conditions or runs, bystanders), `personas` are positions among the bystanders; the result has
    shape (conditions or runs, personas).
    """
    own = rates[:, personas]
    others: Floats = (rates.sum(axis=1, keepdims=True) - own) / (rates.shape[1] - 1)
    return own - others


@dataclass(frozen=True)
class Outcome:
    """The effect, the double difference of each testable condition, its p, and (standard error, df) where known."""

    effect: float
    each: list[float]
    permuted: Permuted
    error: tuple[float, float] | None

    def half(self, alpha: float) -> float | None:
        """Return half the width of the 1 - 2 alpha interval, None where the error is not known."""
        return quantile(1 - alpha, self.error[1]) * self.error[0] if self.error else None


def gains(stands: Floats, given: Ints) -> Floats:
    """Return what each condition adds to the effect under each label, shape (conditions, labels).

    A label that m of C conditions carry is compared with the C - m others. Under any labelling the effect is a constant
    plus the mean, over labelled conditions, of stands[c, label] * C / (C - m).
    """
    conditions = len(given)
    times = np.array([(given == label).sum() for label in range(stands.shape[1])])
    scaled: Floats = stands * conditions / (conditions - times)
    return scaled


def effect(stands: Floats, given: Ints) -> tuple[float, list[float]]:
    """Return the effect and the double difference of every labelled condition, in their order."""
    each = [
        float(stands[at, label] - stands[given != label, label].mean()) for at, label in enumerate(given) if label >= 0
    ]
    return float(np.mean(each)), each


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


def spread(setting: Setting, stands: Floats, given: Ints) -> tuple[float, float] | None:
    """Return the effect's standard error and degrees of freedom from its runs; None without two runs everywhere.

    `stands` has shape (runs, labels). A run's part in the effect is linear in its row: weight 1/k for the label of its
    own condition, -m / (k (C - m)) for every other label, k being the number of labelled conditions.
    """
    labelled = int((given >= 0).sum())
    variance, parts = 0.0, 0.0
    for at, arm in enumerate(setting.conditions):
        weights = np.array(
            [
                1.0 if given[at] == label else -(given == label).sum() / (given != label).sum()
                for label in range(stands.shape[1])
            ]
        )
        values = stands[setting.counts.of(arm.name)] @ weights / labelled
        if len(values) < 2:
            return None
        part = float(values.var(ddof=1)) / len(values)
        variance, parts = variance + part, parts + part**2 / (len(values) - 1)
    return (float(np.sqrt(variance)), variance**2 / parts) if parts > 0 else None


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
    given, personas = codes(named)
    at = np.array([setting.bystanders.index(name) for name in personas])
    by_run = standing(setting.counts.rates(setting.bystanders), at)
    means = np.array([by_run[setting.counts.of(arm.name)].mean(axis=0) for arm in setting.conditions])
    estimate, each = effect(means, given)
    permuted = permute(means, given, named)
    return _finding(setting, tested, Outcome(estimate, each, permuted, spread(setting, by_run, given)))


def _bar(setting: Setting, tested: Comparable, named: tuple[str | None, ...]) -> str | None:
    if not tested.usable:
        return f"No condition's own persona can be compared as a bystander: {'; '.join(tested.reasons)}."
    if len(setting.bystanders) < 2:
        return f"It cannot be tested: {ALONE}."
    floor = permutation_floor(named)
    if floor > setting.alpha:
        return (
            f"The least p that {len(tested.usable)} testable of {len(setting.conditions)} conditions can give is "
            f"{words.chance(floor)}, above alpha {words.level(setting.alpha)}."
        )
    return None


def _finding(setting: Setting, tested: Comparable, outcome: Outcome) -> Finding:
    half = outcome.half(setting.alpha)
    conditions: dict[str, Json] = {
        name: {"persona": persona, "effect_pp": 100 * value}
        for (name, persona), value in zip(tested.usable, outcome.each, strict=True)
    }
    return replace(
        setting.finding(ESTIMAND),
        verdict=verdict(setting.alpha, outcome),
        reason=setting.reason(_reason(setting, tested, outcome)),
        effect=100 * outcome.effect,
        low=None if half is None else 100 * (outcome.effect - half),
        high=None if half is None else 100 * (outcome.effect + half),
        level=1 - 2 * setting.alpha,
        p=outcome.permuted.above,
        floor=permutation_floor(labels(setting.field)),
        assumptions=setting.assumptions(
            "under the null, which condition stands for which persona is arbitrary: labels are exchangeable",
            f"interval: {SHARED_SEEDS}; each condition has a variance of its own (Welch), as the sum weighs them apart",
        ),
        details={
            "conditions": conditions,
            "not_testable": list(tested.reasons),
            "bystanders": list(setting.bystanders),
            "labellings": outcome.permuted.labellings,
            "exact": outcome.permuted.exact,
            "p_opposite": outcome.permuted.below,
            "standard_error_pp": 100 * outcome.error[0] if outcome.error else None,
            "df": outcome.error[1] if outcome.error else None,
        },
    )


def verdict(alpha: float, outcome: Outcome) -> Verdict:
    """Return the verdict: a one-sided test either way, each at alpha, and never against the sign of the effect."""
    if outcome.permuted.above <= alpha and outcome.effect > 0:
        return "supported"
    return "contradicted" if outcome.permuted.below <= alpha and outcome.effect < 0 else "inconclusive"


def _reason(setting: Setting, tested: Comparable, outcome: Outcome) -> str:
    half, middle = outcome.half(setting.alpha), outcome.effect
    interval = "no interval: some condition has one run only, or its runs do not differ"
    if half is not None:
        interval = f"{100 * (1 - 2 * setting.alpha):g} % interval {words.span(middle - half, middle + half)}"
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
