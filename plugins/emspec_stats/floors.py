"""What each test can reach by its design alone. Pure Python: the plan calls it before anything runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from emspec import Attainable, Experiment, Hypothesis, Json, design_of
from emspec_stats.arms import Arm, Field, comparable, field_of, from_design, not_comparable, trained_role

ALPHA = 0.05
EXACT = 20_000
DRAWS = 9_999
ALONE = "there is one bystander only, and none to compare it with"
SEEDS = "a second seed"


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


def testability(experiment: Experiment, field: Field, judge: Callable[[Arm], str]) -> Mapping[str, str]:
    """Return for each condition of the experiment "", or why a test on the field's marker tells nothing there.

    `judge` says it of the conditions that the field compares.
    """
    compared = {arm.name: arm for arm in field.conditions}
    every = [arm for arm in from_design(design_of(experiment)) if not arm.control]
    return {arm.name: judge(arm) if arm.name in compared else _outside(arm, field) for arm in every}


def _outside(arm: Arm, field: Field) -> str:
    if arm.name in field.untaught:
        return f"no couple step taught {field.marker} in {arm.name}"
    return f"{arm.name} is not evaluated" + (f" for {field.marker}" if field.marker else "")


def self_leakage(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Least p of self-leakage, and the conditions that it cannot use."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    tested = comparable(field)
    alpha = alpha_of(hypothesis.parameters.get("alpha"))
    testable = testability(experiment, field, lambda arm: not_comparable(arm, field))
    if not tested.usable:
        what = "untestable: no condition's persona is an untrained member of the panel"
        lifts = ("the induction personas in the panel of all conditions",)
        return Attainable(None, (what, *tested.reasons, *field.left_out), testable, "untestable", lifts, alpha)
    if len(field.bystanders) < 2:
        lifts = ("a panel with more untrained personas",)
        return Attainable(None, (f"untestable: {ALONE}",), testable, "untestable", lifts, alpha)
    floor = permutation_floor(labels(field))
    share = f"{len(tested.usable)} of {len(field.conditions)} conditions testable"
    rest = (*tested.reasons, *field.left_out)
    if floor <= alpha:
        return Attainable(floor, (share, *rest), testable, alpha=alpha)
    short = f"untestable: the least p, {floor:.3g}, is above alpha {alpha:g}"
    return Attainable(floor, (short, share, *rest), testable, "untestable", _more(labels(field), alpha), alpha)


def _more(given: Sequence[str | None], alpha: float) -> tuple[str, ...]:
    """Return how many more conditions, each under an untrained persona of its own, let p reach alpha."""
    for more in range(1, 100):
        reach = permutation_floor((*given, *map(str, range(more))))
        if reach <= alpha:
            return (f"{more} more condition(s) under untrained personas of the panel (least p {reach:.3g})",)
    return (f"an alpha of {1 / (DRAWS + 1):g} or more",)


def invariance(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Invariance has no least p; it needs two conditions, and runs to tell noise from difference."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    alpha = alpha_of(hypothesis.parameters.get("alpha"))
    testable = testability(experiment, field, lambda arm: "")
    if len(field.conditions) < 2:
        what = "untestable: it compares conditions, and fewer than two can be compared"
        lifts = ("a second condition that is evaluated",)
        return Attainable(None, (what, *field.left_out), testable, "untestable", lifts, alpha)
    return _replicated(field, field.left_out, testable, alpha)


def immunity(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Immunity has no least p; the persona must be an untrained member of the panel of its condition."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    alpha = alpha_of(hypothesis.parameters.get("alpha"))
    persona, condition = str(hypothesis.parameters["persona"]), str(hypothesis.parameters["condition"])
    barred = immunity_bar(field, persona, condition)
    testable = {condition: barred or ""}
    if barred:
        lifts = (f"{condition} with {persona} as an untrained persona of the panel",)
        return Attainable(None, (f"untestable: {barred}", *field.left_out), testable, "untestable", lifts, alpha)
    return _replicated(field, field.left_out, testable, alpha)


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


def _replicated(field: Field, rest: tuple[str, ...], testable: Mapping[str, str], alpha: float) -> Attainable:
    """Return what a test reaches that judges by run-to-run noise: nothing where no condition has two runs."""
    if all(len(arm.seeds) < 2 for arm in field.conditions):
        what = "inconclusive by design: one run per condition cannot tell a difference from run-to-run noise"
        return Attainable(None, (what, *rest), testable, "inconclusive", (SEEDS,), alpha)
    return Attainable(None, rest, testable, alpha=alpha)
