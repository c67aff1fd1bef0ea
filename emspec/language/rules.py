"""Registered rules, `decide:` -> frozen values. What a rule looks like is in the schema; what it means is here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

from emspec.errors import Place
from emspec.language.joined import RULE_WORDS
from emspec.language.scope import Notes
from emspec.model.decision import Comparison, Criterion, Decision, Metric

_CRITERION = re.compile(r"\s*([<>]=?)\s*([-+0-9.eE]+)\s*(pp)?\s*")
_COUNT = re.compile(r"(\d+) of (?:(\d+) )?testable")


@dataclass(frozen=True)
class Rule:
    """A rule as written: the test that it is for, the figures of that test, and where each key's value stands."""

    written: Mapping[str, Any]
    test: str
    metrics: Iterable[Metric]
    place: Callable[..., Place]


def resolve_rule(rule: Rule, notes: Notes) -> Decision | None:
    """Return a rule as values; what does not fit its test is noted, and None returned then."""
    before = len(notes.problems)
    known = {metric.name: metric for metric in rule.metrics}
    named = [(known[name], text) for name, text in rule.written.items() if name not in RULE_WORDS]
    criteria = [_criterion(metric, text, rule.place(metric.name), notes) for metric, text in named]
    least, of = _count(rule, [metric for metric, _ in named], notes)
    _correction(rule, notes)
    if not named:
        words = ", ".join(known) or "none"
        fix = f"add a figure of {rule.test} with what it must be ({words})"
        notes.error("S106", rule.place(), "the rule compares nothing", fix)
    if len(notes.problems) > before:
        return None
    return Decision(
        criteria=tuple(one for one in criteria if one),
        least=least,
        of=of,
        correction=rule.written.get("correction"),
        family=rule.written.get("family", 1),
        draws=rule.written.get("draws"),
    )


def _criterion(metric: Metric, text: str, place: Place, notes: Notes) -> Criterion | None:
    found = _CRITERION.fullmatch(text)
    if found is None or found[1] not in get_args(Comparison):
        return None
    points = found[3] is not None
    number = float(found[2])
    if points and metric.unit != "pp":
        what = {"p": "a probability", "number": "a coefficient"}[metric.unit]
        fix = f'write {metric.name}: "{found[1]} {number / 100:g}"'
        notes.error("S101", place, f"`{metric.name}` is {what}, which is not in percentage points", fix)
        return None
    value = number / 100 if points else number
    bound = _beyond(metric, value)
    if bound is not None:
        most = f"{100 * bound:g}pp" if metric.unit == "pp" else f"{bound:g}"
        what = (
            f"`{metric.name}` is {metric.about}, at {'most' if value > bound else 'least'} {most}, not {text.strip()}"
        )
        within = f"write a number that {metric.name} can have"
        fix = f'write {metric.name}: "{found[1]} {number:g}pp"' if metric.unit == "pp" and not points else within
        notes.error("S101", place, what, fix)
        return None
    return Criterion(metric.name, cast("Comparison", found[1]), value or 0.0, metric.unit)


def _beyond(metric: Metric, value: float) -> float | None:
    """Return the bound of a figure that a value lies beyond."""
    if metric.high is not None and value > metric.high:
        return metric.high
    return metric.low if metric.low is not None and value < metric.low else None


def _count(rule: Rule, named: Iterable[Metric], notes: Notes) -> tuple[int | None, int | None]:
    """Return in how many of how many testable conditions the rule asks its figures."""
    found = _COUNT.fullmatch(rule.written.get("in", ""))
    if found is None:
        return None, None
    least, of = int(found[1]), int(found[2]) if found[2] else None
    if of is not None and least > of:
        fix = f"write {of} of {least} testable, or {of} of {of} testable"
        notes.error("S106", rule.place("in"), f"{least} of {of} conditions cannot be", fix)
    whole = [metric.name for metric in named if not metric.by_condition]
    if whole:
        what = f"`{whole[0]}` of {rule.test} is one figure for all conditions, not one for each"
        notes.error("S106", rule.place("in"), what, "leave `in` out, or ask a figure that each condition has")
    return least, of


def _correction(rule: Rule, notes: Notes) -> None:
    """Note a correction of no p, or over no family."""
    written = rule.written
    first = next((word for word in ("correction", "family", "draws") if word in written), "")
    if first and not any(metric.unit == "p" and metric.name in written for metric in rule.metrics):
        what = f"`{first}` is about a p value, and the rule asks for none"
        notes.error("S106", rule.place(first), what, f'add p: "< .05", or leave {first} out')
    elif "correction" in written and written.get("family", 1) < 2:
        what = f"{written['correction']} corrects over a family, and the rule does not say how many tests are in it"
        notes.error("S106", rule.place("correction"), what, "add family: NUMBER (2 or more)")
    elif "family" in written and "correction" not in written:
        what = f"a family of {written['family']} with no correction over it"
        notes.error("S106", rule.place("family"), what, "add correction: holm, or leave family out")
