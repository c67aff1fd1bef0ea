"""Why stages have to run, as text and as JSON. Stages with one and the same reason are told of together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from emspec.console.paths import short
from emspec.model.plan import Plan
from emspec.plan.changes import Change
from emspec.plan.why import Blamed, Cause, Reason
from emspec.report.values import change_text

SCHEMA = 1
MOST_LABELS = 4
MOST_FIELDS = 12
_WORDS: Mapping[Cause, str] = {
    "changed": "changed since the last run",
    "new": "new",
    "never": "never run",
    "gone": "ran before; its result is gone or damaged",
}


def print_why(console: Console, plan: Plan, reasons: Sequence[Reason], version: str) -> None:
    """Print, for each group of stages that have to run, what changed; `version` is this emspec's."""
    if not reasons:
        console.print("nothing has to run")
        return
    for (_, _, lines), group in _grouped(plan, reasons, version).items():
        head = Text.assemble((_labels(group), "bold"), f": {_headline(plan, group[0])}")
        console.print(head, soft_wrap=True)
        for line in lines:
            console.print(Text(f"   {line}"), soft_wrap=True)


def why_json(plan: Plan, reasons: Sequence[Reason], version: str) -> str:
    """Return the reasons as JSON: {"schema", "plan", "emspec", "stages": [...]}, one for each stage that has to run."""
    return json.dumps(
        {"schema": SCHEMA, "plan": plan.digest, "emspec": version, "stages": [_reason_json(plan, r) for r in reasons]},
        indent=2,
        default=list,
    )


def _reason_json(plan: Plan, reason: Reason) -> dict[str, Any]:
    stage, against = reason.stage, reason.against
    return {
        "key": stage.key,
        "label": stage.label,
        "step": stage.step,
        "kind": stage.kind,
        "cause": reason.cause,
        "changes": [
            {**one.change.to_json(), "place": asdict(one.place) if one.place else None} for one in reason.blamed
        ],
        "follows": [{"key": key, "label": plan.stages[key].label} for key in reason.follows],
        "against": {"key": against.key, "label": against.label, "emspec": against.emspec} if against else None,
    }


def _grouped(
    plan: Plan, reasons: Sequence[Reason], version: str
) -> dict[tuple[str, str, tuple[str, ...]], list[Reason]]:
    """Group the stages of one step whose reasons read the same; whom they follow is told by step."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[Reason]] = {}
    for reason in reasons:
        against = reason.against.label if reason.against and reason.cause == "new" else ""
        lines = (*_changed(reason, version), *(_follows(plan, reason) if reason.cause != "follows" else ()))
        cause = " ".join((reason.cause, against, *_follows(plan, reason)))
        groups.setdefault((reason.stage.step, cause, lines), []).append(reason)
    return groups


def _changed(reason: Reason, version: str) -> tuple[str, ...]:
    lines = [_line(blamed, reason, version) for blamed in reason.blamed[:MOST_FIELDS]]
    rest = len(reason.blamed) - MOST_FIELDS
    return (*lines, f"and {rest} more: --format json") if rest > 0 else tuple(lines)


def _line(blamed: Blamed, reason: Reason, version: str) -> str:
    place = blamed.place
    where = f"   {short(Path(place.file))}:{place.line}:{place.column}" if place else ""
    return f"{_said(blamed.change, reason, version)}{where}"


def _said(change: Change, reason: Reason, version: str) -> str:
    """Return a change in words; versions are called by what they are of."""
    if change.path == ("version",):
        return f"version of the backend {reason.stage.backend}: {change.old} -> {change.new}"
    if change.path == ("schema",):
        made = reason.against.emspec if reason.against else ""
        return f"emspec {made or 'of another version'} to {version}: its keys' schema is {change.old} -> {change.new}"
    return change_text(change).removeprefix("parameters.")


def _follows(plan: Plan, reason: Reason) -> tuple[str, ...]:
    """Return whom a stage follows: the steps, and the stages where they are few."""
    if not reason.follows:
        return ()
    steps = dict.fromkeys(plan.stages[key].step for key in reason.follows)
    return (f"follows from: {', '.join(steps)}",)


def _headline(plan: Plan, reason: Reason) -> str:
    if reason.cause == "follows":
        return "".join(_follows(plan, reason))
    if reason.cause == "new" and reason.against:
        return f"new; the nearest result is {reason.against.label or reason.against.key[:8]}"
    return _WORDS[reason.cause]


def _labels(group: Sequence[Reason]) -> str:
    """Return a group's step with the stages' names: all where they are few, else how many they are."""
    labels = [reason.stage.label for reason in group]
    if len(labels) == 1:
        return labels[0]
    listed = ", ".join(labels[:MOST_LABELS]) + (" ..." if len(labels) > MOST_LABELS else "")
    return f"{group[0].stage.step} ({len(labels)} stages: {listed})"
