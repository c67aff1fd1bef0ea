"""What each test can reach by its design alone. Pure Python: the plan calls it before anything runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from emspec import Attainable, Experiment, Hypothesis, Json
from emspec_stats.arms import Arm, bystanders, comparable, conditions, from_experiment, trained_role

ALPHA = 0.05
EXACT = 20_000
DRAWS = 9_999
ALONE = "there is one bystander only, and none to compare it with"


def alpha_of(value: Json) -> float:
    """Return a hypothesis' alpha, .05 where it names none."""
    return float(value) if isinstance(value, int | float) else ALPHA


def labels(arms: Sequence[Arm]) -> tuple[str | None, ...]:
    """Return one label per condition: its persona where that is testable, else None."""
    usable = dict(comparable(arms).usable)
    return tuple(usable.get(arm.name) for arm in conditions(arms))


def distinct(given: Sequence[str | None]) -> int:
    """Return how many ways the labels can be laid over the C conditions: C! / product of multiplicities!."""
    return math.factorial(len(given)) // math.prod(math.factorial(times) for times in Counter(given).values())


def permutation_floor(given: Sequence[str | None]) -> float:
    """Return the least p of the label permutation test.

    1 / (number of distinct labellings) where all are enumerated, else 1 / (draws + 1): the observed labelling always
    counts (Phipson and Smyth, 2010, Permutation p-values should never be zero).
    """
    count = distinct(given)
    return 1 / count if count <= EXACT else 1 / (DRAWS + 1)


def self_leakage(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Least p of self-leakage, and the conditions that it cannot use."""
    arms = from_experiment(experiment)
    tested = comparable(arms)
    if not tested.usable:
        return Attainable(
            None, ("untestable: no condition's persona is an untrained member of the panel", *tested.reasons)
        )
    if len(bystanders(arms)) < 2:
        return Attainable(None, (f"untestable: {ALONE}",))
    floor = permutation_floor(labels(arms))
    share = f"{len(tested.usable)} of {len(conditions(arms))} conditions testable"
    alpha = alpha_of(hypothesis.parameters.get("alpha"))
    short = (f"untestable: the least p, {floor:.3g}, is above alpha {alpha:g}",) if floor > alpha else ()
    return Attainable(floor, (share, *short, *tested.reasons))


def invariance(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Invariance has no least p; it needs two conditions, and runs to tell noise from difference."""
    arms = conditions(from_experiment(experiment))
    if len(arms) < 2:
        return Attainable(None, ("untestable: it compares conditions, and there is only one",))
    return Attainable(None, _replication(arms))


def immunity(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Immunity has no least p; the persona must be an untrained member of the panel of its condition."""
    arms = from_experiment(experiment)
    barred = immunity_bar(arms, str(hypothesis.parameters["persona"]), str(hypothesis.parameters["condition"]))
    return Attainable(None, (f"untestable: {barred}",) if barred else _replication(conditions(arms)))


def immunity_bar(arms: Sequence[Arm], persona: str, condition: str) -> str | None:
    """Return why immunity cannot be tested, None where it can."""
    arm = next((arm for arm in arms if arm.name == condition), None)
    if arm is None:
        return f"there is no condition {condition} in this run"
    if persona not in arm.panel:
        return f"{persona} is not in the panel"
    role = trained_role(persona, arm)
    return f"{persona} is {role}" if role else None


def _replication(arms: Sequence[Arm]) -> tuple[str, ...]:
    if all(len(arm.seeds) < 2 for arm in arms):
        return ("inconclusive by design: one run per condition cannot tell a difference from run-to-run noise",)
    return ()
