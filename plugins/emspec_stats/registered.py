"""Registered rules (`decide:`), evaluated beside the verdict, which they never change.

A rule is met where all its lines hold; with `in: N of testable`, where they all hold in N testable conditions. A line
whose figure is not known is neither: then the rule is met or not only if the other lines, or the other conditions,
leave no doubt, and otherwise it cannot be told.

Where the rule corrects p over a family, its members are the p values that all rules with this correction and this size
look at. Are there as many as the rule says, and all known, p is corrected over them (emspec.adjusted). Otherwise the
corrected p lies between p itself and Bonferroni's m p, which neither Holm's nor Benjamini and Hochberg's p exceeds; a
line holds only if it does at both ends, so that what is not known never flatters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from emspec import CORRECTIONS, Comparison, Criterion, Decision, Finding, Json, JsonObject, Unit, Verdict, adjusted
from emspec_stats import words

Member = tuple[int, str, str]
"""Of the p values that rules look at: the finding's place, the condition ("" for all), the metric."""
Members = Mapping[tuple[str, int], Mapping[Member, float | None]]
"""Those of each family: by correction and size."""


def decision(rule: JsonObject) -> Decision:
    """Read a rule as the analysis gets it (Decision.to_json)."""
    lines = cast("Sequence[Mapping[str, Json]]", rule["criteria"])
    criteria = tuple(
        Criterion(
            str(one["metric"]),
            cast("Comparison", one["comparison"]),
            float(cast("float", one["value"])),
            cast("Unit", one.get("unit", "number")),
        )
        for one in lines
    )
    least, of, draws = (cast("int | None", rule.get(name)) for name in ("in", "of", "draws"))
    correction = cast("str | None", rule.get("correction"))
    return Decision(criteria, least, of, correction, int(cast("int", rule.get("family", 1))), draws)


@dataclass(frozen=True)
class Line:
    """A line of a rule: the figure found, None where it is not known, and the ends that the corrected one lies
    between: the same where it is known exactly."""

    criterion: Criterion
    found: float | None
    low: float | None
    high: float | None
    corrected: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the line holds; None where that cannot be told."""
        if self.low is None or self.high is None:
            return None
        ends = {self.criterion.holds(self.low), self.criterion.holds(self.high)}
        return ends.pop() if len(ends) == 1 else None

    def to_json(self) -> JsonObject:
        """Return the line as JSON values."""
        ends: JsonObject = {"corrected": {"low": self.low, "high": self.high}} if self.corrected else {}
        return {**self.criterion.to_json(), "found": self.found, **ends, "holds": self.holds}


def all_of(held: Sequence[bool | None]) -> bool | None:
    """Return whether all hold; None where what is not known decides."""
    return False if False in held else None if None in held else True


def at_least(least: int, held: Sequence[bool | None]) -> bool | None:
    """Return whether `least` of them hold; None where what is not known decides, or where there are none."""
    if not held:
        return None
    if held.count(True) >= least:
        return True
    return None if held.count(True) + held.count(None) >= least else False


def members(found: Sequence[Finding], rules: Sequence[Decision | None]) -> Members:
    """Return the p values that rules correct, None where unknown, by correction and size of the family."""
    families: dict[tuple[str, int], dict[Member, float | None]] = {}
    for at, (one, rule) in enumerate(zip(found, rules, strict=True)):
        if rule is not None and rule.correction:
            held = families.setdefault((rule.correction, rule.family), {})
            held |= {(at, where, name): value for where, name, value in _ps(one, rule)}
    return families


def corrected(families: Members) -> Mapping[Member, float]:
    """Return the corrected p of each member of those families of which every p is known."""
    found: dict[Member, float] = {}
    for (correction, size), held in families.items():
        known = [p for p in held.values() if p is not None]
        if len(known) == len(held) == size:
            found |= dict(zip(held, adjusted(known, correction), strict=True))
    return found


def beside(
    found: Sequence[Finding], rules: Sequence[Decision | None], verdicts: Sequence[Verdict]
) -> list[JsonObject | None]:
    """Return what each finding's rule says of it, None where it has none; `verdicts` are those that the rules stand
    beside, which a correction over a family may have changed since."""
    exact = corrected(members(found, rules))
    said: list[JsonObject | None] = []
    for at, (one, rule, verdict) in enumerate(zip(found, rules, verdicts, strict=True)):
        own = {(where, name): p for (place, where, name), p in exact.items() if place == at}
        said.append(None if rule is None else evaluate(one, rule, own, verdict))
    return said


def evaluate(found: Finding, rule: Decision, exact: Mapping[tuple[str, str], float], verdict: Verdict) -> JsonObject:
    """Return what a rule says of a finding, and whether the verdict agrees.

    `exact` are the corrected p values that are known, by condition ("" for all) and metric. "met" is null where it
    cannot be told; "conditions" is there with `in`; "agrees" is null where met is.
    """
    conditions: dict[str, tuple[Line, ...]] = {}
    if rule.least is not None:
        names = found.by_condition
        conditions = {name: tuple(_lines(rule, names[name], exact, name)) for name in names}
        met = at_least(rule.least, [_met(lines) for lines in conditions.values()])
        lines: tuple[Line, ...] = ()
    else:
        lines = tuple(_lines(rule, found.metrics, exact, ""))
        met = _met(lines)
    agrees = None if met is None else met == (verdict == "supported")
    every = (*lines, *(line for held in conditions.values() for line in held))
    by_name: JsonObject = {
        name: {"met": _met(held), "lines": [one.to_json() for one in held]} for name, held in conditions.items()
    }
    return {
        "rule": in_words(rule),
        "met": met,
        "lines": [one.to_json() for one in lines],
        **({"conditions": by_name} if rule.least is not None else {}),
        "agrees": agrees,
        "reason": _reason(rule, met, lines, conditions),
        "remarks": list(_remarks(rule, found, every, met=met, agrees=agrees, verdict=verdict)),
    }


def in_words(rule: Decision) -> str:
    """Return a rule in words: effect >= 5 pp and p < .05 in at least 3 of the testable conditions."""
    lines = " and ".join(_asked(one) for one in rule.criteria)
    over = f", p corrected by {CORRECTIONS[rule.correction]} over {rule.family} tests" if rule.correction else ""
    draws = f", p from {rule.draws:,} random permutations" if rule.draws else ""
    of = "the" if rule.of is None else str(rule.of)
    where = f" in at least {rule.least} of {of} testable conditions" if rule.least is not None else ""
    return f"{lines}{where}{over}{draws}"


def _lines(
    rule: Decision, figures: Mapping[str, float | None], exact: Mapping[tuple[str, str], float], where: str
) -> Iterator[Line]:
    for one in rule.criteria:
        value = low = high = _number(figures.get(one.metric))
        counted = value is not None and rule.correction is not None and one.unit == "p"
        if value is not None and counted:
            bonferroni = min(1.0, rule.family * value)
            low, high = (bonferroni, bonferroni) if rule.correction == "bonferroni" else (value, bonferroni)
            if (where, one.metric) in exact:
                low = high = exact[where, one.metric]
        yield Line(one, value, low, high, counted)


def _ps(found: Finding, rule: Decision) -> Iterator[tuple[str, str, float | None]]:
    """Yield the p values that a rule looks at, with condition and metric."""
    names = [one.metric for one in rule.criteria if one.unit == "p"]
    figures = {"": found.metrics} if rule.least is None else found.by_condition
    return ((where, name, _number(held.get(name))) for where, held in figures.items() for name in names)


def _number(value: object) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(cast("float", value)) if usable else None


def _met(lines: Sequence[Line]) -> bool | None:
    return all_of([line.holds for line in lines])


def _asked(one: Criterion) -> str:
    return f"{one.metric} {one.comparison} {_written(one, one.value, asked=True)}"


def _written(one: Criterion, value: float, *, asked: bool = False) -> str:
    if one.unit == "pp":
        return f"{100 * value:g} pp" if asked else words.points(value)
    if one.unit == "p" and not asked:
        return words.chance(value)
    text = f"{value:g}" if asked else f"{value:.3g}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _reason(rule: Decision, met: bool | None, lines: Sequence[Line], conditions: Mapping[str, Sequence[Line]]) -> str:
    """Return one sentence: the rule, whether it is met, and by which figures."""
    says = {True: "is met", False: "is not met", None: "cannot be told to be met or not"}[met]
    if rule.least is None:
        shown = ", ".join(_shown(line) for line in lines)
    else:
        shown = _counted(conditions) if conditions else "no condition has the figures that it asks for"
    return f"The registered rule ({in_words(rule)}) {says}: {shown}."


def _counted(conditions: Mapping[str, Sequence[Line]]) -> str:
    met = [name for name, lines in conditions.items() if _met(lines)]
    each = "; ".join(f"{name} {', '.join(map(_shown, lines))}" for name, lines in conditions.items())
    return f"so in {len(met)} of {len(conditions)} testable conditions ({each})"


def _shown(line: Line) -> str:
    one, name = line.criterion, line.criterion.metric
    if line.found is None or line.low is None or line.high is None:
        return f"{name} is not known"
    found = f"{name} {_written(one, line.found)}"
    if not line.corrected:
        return found
    if line.low == line.high:
        return f"{found}, corrected {_written(one, line.low)}"
    return f"{found}, corrected at most {_written(one, line.high)}"


def _remarks(
    rule: Decision, found: Finding, lines: Sequence[Line], *, met: bool | None, agrees: bool | None, verdict: Verdict
) -> Iterator[str]:
    usable = len(found.by_condition)
    if rule.of is not None and rule.of != usable and found.by_condition:
        yield f"It was registered of {rule.of} testable conditions; {usable} could be tested."
    if any(line.corrected and line.low != line.high for line in lines):
        name = CORRECTIONS[str(rule.correction)]
        yield (
            f"Not all {rule.family} p values of its family are known: by {name} the corrected p lies between p and "
            f"Bonferroni's {rule.family} x p, and a line holds only where it does at both."
        )
    if rule.draws is not None:
        yield f"It was registered with {rule.draws:,} random permutations; p here is the test's own."
    for one in rule.criteria:
        if one.unit == "p" and one.comparison in (">", ">="):
            yield f"A weak test meets {_asked(one)}: that is no evidence that there is no effect."
    if agrees is False:
        says = "is met" if met else "is not met"
        yield f"The two disagree: the rule {says}, and the verdict is {verdict}. The rule changes nothing."
