"""What each test can reach by its design alone. Pure Python: the plan calls it before anything runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from emspec import Attainable, Experiment, Hypothesis, Json
from emspec_stats.arms import (
    Arm,
    Field,
    comparable,
    not_comparable,
    not_ranked,
    ranked,
    trained_role,
)
from emspec_stats.asked import Asked, Testable, asked
from emspec_stats.compared import contrast_bar, rated, rated_twice, sides
from emspec_stats.ranks import DRAWS, Direction, Reach, reach

EXACT = 20_000
FEW = 6
"""Conditions that are named with the reason why a test cannot use them."""
ALONE = "there is one bystander only, and none to compare it with"
SEEDS = "a second seed"
IN_PANEL = "the induction personas in the panel of all conditions"
PUBLISHED = "published values of the measure, or values written in the spec"


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
    read = asked(experiment, hypothesis)
    field, alpha = read.field, read.alpha
    if hypothesis.parameters.get("variant") == "rank":
        return _rank(read)
    tested = comparable(field)
    testable = read.testable(lambda arm: not_comparable(arm, field))
    if not tested.usable:
        what = "no condition's persona is an untrained member of the panel"
        return read.foregone(testable, what, *_few(tested.reasons), lifts=(IN_PANEL,))
    if len(field.bystanders) < 2:
        return read.foregone(testable, ALONE, lifts=("a panel with more untrained personas",))
    floor = permutation_floor(labels(field))
    share = f"{len(tested.usable)} of {len(field.conditions)} conditions testable"
    if floor <= alpha:
        return read.reaches(testable, share, *_few(tested.reasons), floor=floor)
    short = f"the least p, {floor:.3g}, is above alpha {alpha:g}"
    more = _more(labels(field), alpha)
    return read.foregone(testable, short, share, *_few(tested.reasons), lifts=more, floor=floor)


def _more(given: Sequence[str | None], alpha: float) -> tuple[str, ...]:
    """Return how many more conditions, each under an untrained persona of its own, let p reach alpha."""
    for more in range(1, 100):
        reach = permutation_floor((*given, *map(str, range(more))))
        if reach <= alpha:
            return (f"{more} more condition(s) under untrained personas of the panel (least p {reach:.3g})",)
    return (f"an alpha of {1 / (DRAWS + 1):g} or more",)


def rank_floor(field: Field, usable: Sequence[Arm]) -> float:
    """Return the least p of the rank variant: the first of m personas in every condition has p 1 / m in each."""
    return max(1 / len(ranked(field, arm)) for arm in usable)


def _rank(read: Asked) -> Attainable:
    field, alpha = read.field, read.alpha
    testable = read.testable(lambda arm: not_ranked(arm, field))
    usable = [arm for arm in field.conditions if not testable[arm.name]]
    reasons = tuple(testable[arm.name] for arm in field.conditions if testable[arm.name])
    if not usable:
        return read.foregone(
            testable, "no condition's persona has a rank in the panel", *_few(reasons), lifts=(IN_PANEL,)
        )
    floor = rank_floor(field, usable)
    share = f"{len(usable)} of {len(field.conditions)} conditions testable"
    if floor <= alpha:
        return read.reaches(testable, share, *_few(reasons), floor=floor)
    personas = round(1 / floor)
    negatives = sorted({name for arm in usable for name in ranked(field, arm) if name in arm.negatives})
    among = f", the trained negative(s) {' and '.join(negatives)} among them," if negatives else ""
    what = f"the first of {personas} personas{among} has p 1/{personas} = {floor:.3g}, above alpha {alpha:g}"
    better = (
        "the label permutation test (leave variant out)",
        f"a panel of {math.ceil(1 / alpha)} personas beside the source",
    )
    return read.foregone(testable, what, share, *_few(reasons), lifts=better, floor=floor)


def _few(reasons: Sequence[str]) -> tuple[str, ...]:
    """Return reasons of conditions that cannot be used, the first of many and how many more there are."""
    more = len(reasons) - FEW
    return (*reasons[:FEW], f"and {more} more conditions that it cannot use") if more > 1 else tuple(reasons)


def invariance(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Invariance has no least p; it needs two conditions, and runs to tell noise from difference."""
    read = asked(experiment, hypothesis)
    testable = read.testable(lambda arm: "")
    if len(read.field.conditions) < 2:
        what = "it compares conditions, and fewer than two can be compared"
        return read.foregone(testable, what, lifts=("a second condition that is evaluated",))
    if hypothesis.parameters.get("variant") == "published":
        what = "the published test shuffles the personas of one run as if they were independent"
        lifts = ("the test of equivalence (leave variant out)",)
        return read.foregone(testable, what, lifts=lifts, verdict="inconclusive")
    return _replicated(read, testable, hypothesis)


def immunity(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Immunity has no least p; the persona must be an untrained member of the panel of its condition."""
    read = asked(experiment, hypothesis)
    persona, condition = str(hypothesis.parameters["persona"]), str(hypothesis.parameters["condition"])
    barred = immunity_bar(read.field, persona, condition)
    testable = {condition: barred or ""}
    if barred:
        lifts = (f"{condition} with {persona} as an untrained persona of the panel",)
        return read.foregone(testable, barred, lifts=lifts)
    return _replicated(read, testable, hypothesis)


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


def contrast(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """A contrast has no least p; both its sides must be evaluated, and run more than once."""
    read = asked(experiment, hypothesis)
    of, against = sides(hypothesis.parameters)
    whose = rated(hypothesis.parameters)
    barred = rated_twice(hypothesis.parameters) or contrast_bar(read.field, of, against, whose)
    testable = dict.fromkeys((*of, *against), barred)
    if barred:
        return read.foregone(testable, barred, lifts=("two arms that are evaluated for the marker",))
    return _replicated(read, testable, hypothesis)


def _replicated(read: Asked, testable: Testable, hypothesis: Hypothesis) -> Attainable:
    """Return what a test reaches that judges by run-to-run noise: nothing with one run an arm and no declared SD."""
    if hypothesis.parameters.get("run_sd"):
        return read.reaches(testable, "run-to-run noise is declared, not measured, where each arm is run once")
    if all(len(arm.seeds) < 2 for arm in read.field.arms):
        what = "one run per condition cannot tell a difference from run-to-run noise"
        return read.foregone(testable, what, lifts=(SEEDS,), verdict="inconclusive")
    return read.reaches(testable)


def trend(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Least p of the trend by the exact test, the least |rho| that passes, and the conditions without a value."""
    read = asked(experiment, hypothesis)
    field, alpha, name = read.field, read.alpha, str(hypothesis.parameters["covariate"])
    values = covariate(hypothesis.parameters.get("values"))
    direction = cast("Direction | None", hypothesis.parameters.get("direction"))
    testable = read.testable(lambda arm: no_value(arm, name, values))
    if values is None:
        return read.foregone(testable, unknown(name), lifts=(PUBLISHED,))
    used = [values[arm.name] for arm in field.conditions if arm.name in values]
    reasons = tuple(testable[arm.name] for arm in field.conditions if testable[arm.name])
    share = f"{len(used)} of {len(field.conditions)} conditions testable"
    barred = trend_bar(used, name, direction, alpha)
    if barred:
        floor = reach(used, direction, alpha).floor if len(set(used)) > 1 else None
        return read.foregone(testable, barred, share, *_few(reasons), lifts=_values(alpha, direction), floor=floor)
    found = reach(used, direction, alpha)
    only = passing(found, alpha) if found.only else ""
    rest = (share, *_few(reasons)) if only else (passing(found, alpha), share, *_few(reasons))
    return read.reaches(testable, *rest, floor=found.floor, only=only)


def covariate(values: Json) -> Mapping[str, float] | None:
    """Return a covariate's values by condition; None where they are not known before the run."""
    if not isinstance(values, Mapping):
        return None
    return {name: float(cast("float", value)) for name, value in values.items()}


def no_value(arm: Arm, name: str, values: Mapping[str, float] | None) -> str:
    """Return why a condition has no place on a covariate, "" where it has."""
    if values is None:
        return unknown(name)
    stands = (
        f"{arm.persona}, for which {arm.name} stands" if arm.persona else f"{arm.name}, which stands for no persona"
    )
    return "" if arm.name in values else f"{name} has no value for {stands}"


def unknown(name: str) -> str:
    """Say why a covariate that has to be extracted is of no use."""
    return f"{name} has to be extracted from the model first, and no installed plugin does that"


def trend_bar(used: Sequence[float], name: str, direction: Direction | None, alpha: float) -> str:
    """Return why a trend over these values cannot reach alpha, "" where it can."""
    if len(set(used)) < 2:
        return f"{name} has {len(set(used))} value(s) over the {len(used)} conditions: there is nothing to follow"
    floor = reach(used, direction, alpha).floor
    return f"the least p of {len(used)} conditions, {floor:.3g}, is above alpha {alpha:g}" if floor > alpha else ""


def passing(found: Reach, alpha: float) -> str:
    """Say which rho reaches alpha."""
    level = f"{alpha:g}".removeprefix("0")
    if found.passes is None:
        return f"the exact test can reach alpha {level}"
    if found.only:
        most = "1" if math.isclose(found.most, 1) else f"{found.most:.3f}".removeprefix("0")
        return f"passes {level} only at abs(rho) = {most}"
    return f"passes {level} from abs(rho) = {found.passes:.3f}".replace("= 0", "= ")


def _values(alpha: float, direction: Direction | None) -> tuple[str, ...]:
    for conditions in range(2, 100):
        least = reach(range(conditions), direction, alpha).floor
        if least <= alpha:
            return (f"{conditions} conditions with different values of the covariate (least p {least:.3g})",)
    return (f"an alpha of {1 / (DRAWS + 1):g} or more",)
