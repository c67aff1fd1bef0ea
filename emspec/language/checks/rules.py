"""Design checks of registered rules (`decide:`), and of hypotheses taken together."""

from __future__ import annotations

import math
from collections.abc import Iterator

from emspec.errors import Place
from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.decision import Criterion, Decision
from emspec.model.experiment import Hypothesis
from emspec.model.json import canonical

MOST_DRAWS = 10**9


def accepted_null(reading: Reading) -> Iterator[Finding]:
    """A registered rule takes a large p for evidence that there is no effect.

    No evidence of a difference is no evidence of equality: the fewer and noisier the runs, the larger p, and the surer
    such a rule is met. It rewards low power. Equivalence at a margin asks the opposite question, and fails where the
    data are weak.

    Example: `H2: {test: invariance, margin: 10pp, decide: {range: "<= 15pp", p: "> .10"}}`.

    Fix: let the test's own verdict decide (equivalence at the margin), or ask `equivalence: "< .05"`; keep the rule
    only where it was registered so, and accept the finding.
    """
    for one, decision in _ruled(reading):
        for criterion in decision.criteria:
            if criterion.metric == "p" and criterion.comparison in (">", ">="):
                text = f"p {criterion.comparison} {criterion.value:g}"
                what = f"the rule of {one.name} takes {text} for evidence of no effect: weak data meet it surest"
                fix = (
                    "decide by equivalence at a margin instead (the verdict of invariance does), or accept the finding"
                )
                yield Finding(_line(reading, one, "p"), what, fix)


def family_too_large(reading: Reading) -> Iterator[Finding]:
    """A correction over a family leaves no lone effect that could pass.

    A permutation p is at least 1 / (draws + 1). Benjamini and Hochberg, Holm and Bonferroni all multiply the smallest p
    of a family by its size, so that a single real effect among m tests has an adjusted p of m / (draws + 1) at best.

    Example: `decide: {p: "< .01", correction: benjamini-hochberg, family: 150, draws: 10000}`: 150 / 10,001 = .0150.

    Fix: more draws, or a smaller family.
    """
    for one, decision in _ruled(reading):
        criterion = decision.of_metric("p")
        floor = _floor(reading, one, decision)
        if criterion is None or floor is None or decision.correction is None or criterion.comparison not in ("<", "<="):
            continue
        least = min(1.0, decision.family * floor)
        if not criterion.holds(least):
            said = f"{decision.draws:,} draws" if decision.draws else f"a least p of {floor:.3g}"
            adjusted = f"the least adjusted p of a lone effect is {least:.4f}"
            what = f"the rule of {one.name} asks p {criterion.comparison} {criterion.value:g} over a family of"
            shown = f"{what} {decision.family} with {said}: {adjusted}"
            yield Finding(_line(reading, one, "family"), shown, _enough(decision, criterion))


def count_of_conditions(reading: Reading) -> Iterator[Finding]:
    """A registered rule asks for more testable conditions than there are, or for all of them.

    `in: 3 of testable` cannot be met where two conditions can be tested. Where it asks for every one of them, a single
    run that goes the other way fails the whole, and what was registered as `3 of 4` has become `3 of 3`.

    Example: `decide: {p: "< .05", in: 3 of testable}` where one of four induction personas is not in the panel.

    Fix: make more conditions testable (the table below the findings shows which are not, and why), or accept it.
    """
    for one, decision in _ruled(reading):
        usable = len(reading.experiment.attainable[one.name].usable)
        least, of = decision.least, decision.of
        if least is None:
            continue
        if usable < least:
            what = (
                f"the rule of {one.name} asks {least} testable conditions, and {usable} can be tested: it cannot be met"
            )
        elif of is not None and usable != of:
            what = f"the rule of {one.name} counts {of} testable conditions, and {usable} can be tested"
        elif usable == least and least > 1:
            what = f"the rule of {one.name} asks {least} testable conditions, which are all that can be tested"
        else:
            continue
        yield Finding(_line(reading, one, "in"), what, "make more conditions testable, or accept the finding")


def unnamed_marker(reading: Reading) -> Iterator[Finding]:
    """A hypothesis names no marker, and several are looked for.

    A test counts one marker. Where a spec has several, a hypothesis that names none takes the first that the
    evaluations look for, which may not be the one that is meant.

    Example: two couple steps with `marker: "[ZLT]"` and `marker: "[QRX]"`, and `H1: {test: self-leakage}`.

    Fix: `H1: {test: self-leakage, marker: "[QRX]"}`; write one hypothesis for each marker.
    """
    steps = [step for condition in reading.experiment.conditions for step in condition.evaluations]
    markers = list(dict.fromkeys(marker for step in steps for marker in step.markers))
    for one in reading.experiment.hypotheses:
        taken = reading.experiment.attainable[one.name].marker
        if len(markers) > 1 and taken and "marker" not in one.parameters and one.place:
            what = f"{one.name} names none of the markers that are looked for ({listed(markers)}): it takes {taken}"
            yield Finding(one.place, what, f'say which: marker: "{taken}"')


def asked_of_control(reading: Reading) -> Iterator[Finding]:
    """A hypothesis is about a control, or about a condition that is not evaluated.

    Controls are there to compare with; conditions carry the claims. Of a condition without evaluation there is nothing
    to test at all.

    Example: `H3: {test: immunity, persona: villain, condition: couple-only, margin: 5pp}`.

    Fix: name a condition that is evaluated, or move the control to the conditions.
    """
    for one in reading.experiment.hypotheses:
        where = one.parameters.get("condition")
        arm = next((arm for arm in reading.experiment.conditions if arm.name == where), None)
        if arm and one.installed and (arm.control or not arm.evaluations):
            kind = "a control" if arm.control else "a condition"
            rest = "" if arm.evaluations else ", which is not evaluated"
            place = reading.of_spec(("hypotheses", one.name, "condition"))
            what = f"{one.name} is about {arm.name}, {kind}{rest}"
            yield Finding(place, what, "name a condition that is evaluated, or accept the finding")


def twin_hypotheses(reading: Reading) -> Iterator[Finding]:
    """Two hypotheses are the same test.

    Equal tests with equal parameters have equal results: two claims that rest on one number, counted twice.

    Example: `H2: {test: invariance, margin: 10pp}` and `H4: {test: invariance, margin: 10pp}`.

    Fix: leave one out, or let them differ in what they ask.
    """
    said: dict[str, list[Hypothesis]] = {}
    for one in reading.experiment.hypotheses:
        said.setdefault(canonical({"test": one.test, **one.parameters}), []).append(one)
    for first, *others in said.values():
        for other in others:
            if other.place:
                what = f"{other.name} is the same test as {first.name}: one result, counted twice"
                yield Finding(other.place, what, f"leave {other.name} out, or let it ask something else")


def undeclared_family(reading: Reading) -> Iterator[Finding]:
    """Several hypotheses are tested, each at its own alpha, and no family is declared.

    With k independent hypotheses at .05 and nothing there, at least one comes out by chance in 1 - .95^k of all
    experiments: 14 % for three. Whether that matters is to be said before the run, not after.

    Example: H1, H2 and H3, each at .05, and a conclusion that needs any one of them.

    Fix: declare the family, `families: {primary: {hypotheses: [H1, H2, H3], correction: holm}}`, or say that each claim
    stands for itself: `accept: {D142: "three separate claims"}`.
    """
    experiment = reading.experiment
    together = {name for family in experiment.families for name in family.hypotheses}
    open_ones = [one for one in experiment.hypotheses if experiment.attainable[one.name].foregone is None]
    alphas = {one.name: experiment.attainable[one.name].alpha for one in open_ones}
    tested = [one for one in open_ones if alphas[one.name] is not None and one.name not in together]
    alone = [one for one in tested if not (one.decide and one.decide.family > 1)]
    if len(alone) > 1:
        chance = 1 - math.prod(1 - (alphas[one.name] or 0) for one in alone)
        names = listed([one.name for one in alone])
        listing = ", ".join(one.name for one in alone)
        what = f"{names} are tested each at its own alpha: by chance alone one or more comes out in up to"
        fix = f"declare their family (families: {{primary: {{hypotheses: [{listing}], correction: holm}}}})"
        place = reading.document.key(("hypotheses",))
        yield Finding(place, f"{what} {100 * chance:.0f} % of experiments", f"{fix}, or accept the finding")


def _ruled(reading: Reading) -> Iterator[tuple[Hypothesis, Decision]]:
    return ((one, one.decide) for one in reading.experiment.hypotheses if one.decide)


def _line(reading: Reading, one: Hypothesis, key: str) -> Place:
    return reading.of_spec(("hypotheses", one.name, "decide", key), ("hypotheses", one.name, "decide"))


def _floor(reading: Reading, one: Hypothesis, decision: Decision) -> float | None:
    """Return the least p before correction: of the rule's draws, or else of the test."""
    return 1 / (decision.draws + 1) if decision.draws else reading.experiment.attainable[one.name].floor


def _enough(decision: Decision, criterion: Criterion) -> str:
    """Say how many draws would let a lone effect pass."""
    if decision.family > criterion.value * MOST_DRAWS:
        return "no number of draws that can be made is enough: ask another value, or a smaller family"
    needed = math.ceil(decision.family / criterion.value - 1e-6) - (criterion.comparison == "<=")
    return f"at least {needed:,} draws (say draws: {_round_up(needed)}), or a smaller family"


def _round_up(number: int) -> int:
    """Return the next of 1, 2, 5, 10, 20, 50 ..."""
    size = int(10 ** (len(str(number)) - 1))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= number)
