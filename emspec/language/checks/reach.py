"""Design checks of what a hypothesis' test can come to, whatever the data: verdicts that are known before the run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.attainable import Attainable
from emspec.model.experiment import Condition, Hypothesis


def unreachable_alpha(reading: Reading) -> Iterator[Finding]:
    """A test cannot reach its alpha, whatever the data.

    A permutation or rank test has a least p, which the design sets: one over the number of ways that the data could
    have been labelled. Where that is above alpha the hypothesis is untestable before the run. The published test of a
    persona's rank among eleven has p >= 1/11 = .091; Spearman's test over four conditions has p >= 2/24 = .083.

    Example: `H1: {test: self-leakage, variant: rank}` with a panel of 12.

    Fix: what the finding names, such as more conditions, more random draws or another test.
    """
    for one, reach in _asked(reading):
        rule = one.decide.of_metric("p") if one.decide and one.decide.family == 1 else None
        strict = rule.value if rule and rule.comparison in ("<", "<=") else None
        if reach.floor is None or one.place is None:
            continue
        if reach.foregone == "untestable":
            yield Finding(
                one.place, f"{one.name} cannot be supported, whatever the data: {_why(reach)}", _lifted(reach)
            )
        elif rule and strict is not None and not rule.holds(reach.floor):
            what = f"the rule of {one.name} asks p {rule.comparison} {strict:g}, and the least p is {reach.floor:.3g}"
            place = reading.of_spec(("hypotheses", one.name, "decide", "p"))
            yield Finding(place, f"{what}: it cannot be met", _lifted(reach, "more conditions"))


def untestable(reading: Reading) -> Iterator[Finding]:
    """A hypothesis will be untestable: the design, or what is installed, does not let its test say anything.

    The run goes on all the same and its report says `untestable`, with this reason.

    Example: `M1: {test: cosine-collapse, of: vectors}` where no installed plugin brings the test; a covariate that has
    to be extracted from the model where nothing installed can do that.

    Fix: what the finding names, or accept it where the hypothesis is kept for the record.
    """
    for one, reach in _asked(reading):
        spoken = _asks_of_trained(one, reading) or _asks_elsewhere(one, reading)
        if reach.foregone == "untestable" and reach.floor is None and one.place and not spoken:
            yield Finding(one.place, f"{one.name} will be untestable: {_why(reach)}", _lifted(reach))


def extreme_only(reading: Reading) -> Iterator[Finding]:
    """A test passes only at the most extreme outcome that there is.

    With few conditions an exact test can pass only where their order is perfect: over five conditions Spearman's test
    passes .05 at |rho| = 1 alone, for |rho| = .9 has p = .083. A true trend with any noise in it will mostly fail.

    Example: `H3: {test: trend, covariate: cos_to_assistant}` with five conditions.

    Fix: add conditions, or claim a direction beforehand (`direction: decreasing`), which halves p.
    """
    for one, reach in _asked(reading):
        if reach.only and reach.foregone is None and one.place:
            fix = "add conditions with other values, or claim a direction beforehand (direction: decreasing)"
            yield Finding(one.place, f"{one.name} {reach.only}: one pair out of order and it fails", fix)


def silent_conditions(reading: Reading) -> Iterator[Finding]:
    """A hypothesis tells nothing of some condition, for a reason that no other finding names.

    A condition that stands for no persona has no place in a test of the induction persona; one whose persona a measure
    lacks has none on that measure. The other conditions decide alone, with less power. The table below the findings
    shows every hypothesis in every condition.

    Example: `slow: {induce.recipe.lr: 5e-5}`, induced with no system message and without `as:`, beside a self-leakage
    hypothesis.

    Fix: say which persona the condition counts as (`as: assistant`), add the value, or accept the finding.
    """
    arms = [one for one in reading.experiment.conditions if one.evaluations]
    trained = _trained(arms)
    spoken = {arm.name for arm in arms if _named_elsewhere(arm, reading, trained)}
    for one, reach in _asked(reading):
        elsewhere = frozenset() if "values" in one.parameters else spoken
        told = ((arm.name, reach.testable.get(arm.name, "")) for arm in arms if arm.name not in elsewhere)
        silent = {name: reason for name, reason in told if reason}
        if silent and one.place and reach.foregone != "untestable":
            reasons = listed(list(dict.fromkeys(silent.values())), 2)
            what = f"{one.name} tells nothing of {listed(list(silent))}: {reasons}"
            yield Finding(one.place, what, "give it what it lacks (as: PERSONA, or a value), or accept the finding")


def narrow_margin(reading: Reading) -> Iterator[Finding]:
    """A margin is smaller than run-to-run noise.

    Two runs of one recipe differ through the seed alone: by 5 percentage points at a rate of 47 %, 3 at 11 % (standard
    deviation; .049 on the arcsine-square-root scale, or what the spec declares as `noise:`). A margin within the
    standard error of the difference that it is compared with can hardly be shown either way. A difference between
    personas of one condition has less of it, since a run moves them together: the SD of a persona between runs.

    Example: `margin: 3pp` with three seeds: the difference of two conditions has a standard error of 4 pp.

    Fix: a wider margin, or more seeds.
    """
    noise = reading.experiment.noise
    sd = math.sin(2 * math.asin(math.sqrt(noise.rate))) * noise.run_sd
    within = math.sin(2 * math.asin(math.sqrt(noise.rate))) * noise.persona_run_sd
    for one, _ in _asked(reading):
        margin, seeds = one.parameters.get("margin"), _runs(one, reading)
        error = within / math.sqrt(seeds) if "condition" in one.parameters else sd * math.sqrt(2 / seeds)
        if isinstance(margin, float) and margin < error:
            needed = math.ceil(seeds * (error / margin) ** 2)
            what = f"the margin of {one.name}, {100 * margin:g} pp, is within run-to-run noise: with {seeds} run(s) of"
            size = f"{100 * error:.1f} pp at a rate of {100 * noise.rate:g} %"
            shown = f"{what} each the difference has a standard error of {size}"
            place = reading.of_spec(("hypotheses", one.name, "margin"), ("hypotheses", one.name))
            yield Finding(place, shown, f"a wider margin, or {needed} seeds or more")


def tied_covariate(reading: Reading) -> Iterator[Finding]:
    """Conditions share a value of the covariate.

    Of conditions with the same value nothing says which should leak more. They count for less than others do, and the
    least p of the exact test rises.

    Example: `E0: {as: assistant}` and `E9: {induce.system: assistant}` beside a trend over the cosine to the assistant.

    Fix: conditions whose personas differ in the measure, or accept the finding.
    """
    for one, reach in _asked(reading):
        values = one.parameters.get("values")
        shared: dict[object, list[str]] = {}
        for name, value in values.items() if isinstance(values, Mapping) else ():
            shared.setdefault(value, []).append(name)
        tied = [names for names in shared.values() if len(names) > 1]
        if tied and reach.foregone is None and one.place:
            same = listed([" = ".join(names) for names in tied], 3)
            many = sum(map(len, shared.values()))
            what = f"the covariate of {one.name} has ties ({same}): {len(shared)} values for {many}"
            least = f", and a least p of {reach.floor:.3g}" if reach.floor is not None else ""
            yield Finding(one.place, f"{what} conditions{least}", "personas that differ in it, or accept the finding")


def _asked(reading: Reading) -> Iterator[tuple[Hypothesis, Attainable]]:
    experiment = reading.experiment
    return ((one, experiment.attainable[one.name]) for one in experiment.hypotheses)


def _why(reach: Attainable) -> str:
    """Return why a verdict is foregone, without the name of the verdict."""
    return reach.remarks[0].removeprefix("untestable: ") if reach.remarks else "its test does not say why"


def _lifted(reach: Attainable, other: str = "") -> str:
    lifts = " or ".join(reach.lifts) or other
    return f"what would lift it: {lifts}; or accept the finding" if lifts else "accept the finding, or leave it out"


def _runs(one: Hypothesis, reading: Reading) -> int:
    """Return how many runs a hypothesis' conditions have: the fewest of any."""
    arms = [arm for arm in reading.experiment.conditions if arm.name == one.parameters.get("condition")]
    times = reading.experiment.replicates
    return max(1, min((arm.runs(times) for arm in arms or reading.experiment.conditions if arm.evaluations), default=1))


def _asks_of_trained(one: Hypothesis, reading: Reading) -> bool:
    """Return whether D121 speaks of the hypothesis: its persona is one that the condition was trained on."""
    where = one.parameters.get("condition")
    arms = (arm for arm in reading.experiment.conditions if arm.name == where)
    return any(one.parameters.get("persona") in arm.sources | arm.negatives for arm in arms)


def _asks_elsewhere(one: Hypothesis, reading: Reading) -> bool:
    """Return whether D139 speaks of the hypothesis: its condition is not evaluated."""
    where = one.parameters.get("condition")
    return any(arm.name == where and not arm.evaluations for arm in reading.experiment.conditions)


def _named_elsewhere(condition: Condition, reading: Reading, trained: frozenset[str]) -> bool:
    """Return whether D101 or D120 speaks of the condition: its persona is not in the panel, or trained on."""
    persona = condition.counts_as or reading.induced_under(condition)
    if persona is None:
        return False
    return persona in trained or any(persona not in {p.name for p in step.panel} for step in condition.evaluations)


def _trained(arms: Sequence[Condition]) -> frozenset[str]:
    return frozenset().union(*(arm.sources | arm.negatives for arm in arms))
