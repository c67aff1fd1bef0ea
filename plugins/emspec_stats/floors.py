"""What each test can reach by its design alone. Pure Python: the plan calls it before anything runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from emspec import Attainable, Experiment, Hypothesis, Json, design_of
from emspec_stats.arms import Arm, Field, comparable, field_of, trained_role

ALPHA = 0.05
EXACT = 20_000
DRAWS = 9_999
ALONE = "there is one bystander only, and none to compare it with"


def alpha_of(value: Json) -> float:
    """Return a hypothesis' alpha, .05 where it names none."""
    return float(value) if isinstance(value, int | float) else ALPHA


def labels(field: Field) -> tuple[str | None, ...]:
    """Return one label per condition: its persona where that is testable, else None."""
    usable = dict(comparable(field).usable)
    return tuple(usable.get(arm.name) for arm in field.conditions)


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
    field = field_of(design_of(experiment), hypothesis.parameters)
    tested = comparable(field)
    if not tested.usable:
        what = "untestable: no condition's persona is an untrained member of the panel"
        return Attainable(None, (what, *tested.reasons, *field.left_out))
    if len(field.bystanders) < 2:
        return Attainable(None, (f"untestable: {ALONE}",))
    floor = permutation_floor(labels(field))
    share = f"{len(tested.usable)} of {len(field.conditions)} conditions testable"
    alpha = alpha_of(hypothesis.parameters.get("alpha"))
    short = (f"untestable: the least p, {floor:.3g}, is above alpha {alpha:g}",) if floor > alpha else ()
    return Attainable(floor, (share, *short, *tested.reasons, *field.left_out))


def invariance(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Invariance has no least p; it needs two conditions, and runs to tell noise from difference."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    if len(field.conditions) < 2:
        what = "untestable: it compares conditions, and fewer than two can be compared"
        return Attainable(None, (what, *field.left_out))
    return Attainable(None, (*_replication(field.conditions), *field.left_out))


def immunity(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Immunity has no least p; the persona must be an untrained member of the panel of its condition."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    barred = immunity_bar(field, str(hypothesis.parameters["persona"]), str(hypothesis.parameters["condition"]))
    first = (f"untestable: {barred}",) if barred else _replication(field.conditions)
    return Attainable(None, (*first, *field.left_out))


def immunity_bar(field: Field, persona: str, condition: str) -> str | None:
    """Return why immunity cannot be tested, None where it can.

    The panel is the one that all conditions share: run-to-run noise is that of the persona's rate in all of them.
    """
    arm = next((arm for arm in field.arms if arm.name == condition), None)
    if condition in field.untaught:
        return f"no couple step taught {field.marker} in {condition}"
    if arm is None:
        return f"there is no condition {condition} in this run"
    if persona not in field.panel:
        return f"{persona} is not in the panel that all conditions share"
    role = trained_role(persona, arm)
    if role:
        return f"{persona} is {role}"
    return None if set(field.bystanders) - {persona} else "there is no other bystander"


def _replication(arms: Sequence[Arm]) -> tuple[str, ...]:
    if all(len(arm.seeds) < 2 for arm in arms):
        return ("inconclusive by design: one run per condition cannot tell a difference from run-to-run noise",)
    return ()
