"""Two specs compared, as text and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.plan.compare import Comparison, Kept, Shared, Side
from emspec.report.values import change_text

SCHEMA = 1
MOST = 40
"""Lines shown of one section; the JSON has all."""


def print_diff(console: Console, a: Side, b: Side, found: Comparison) -> None:
    """Print how B differs from A: design, stages, and which results are comparable."""
    console.print(Text(f"A {a.name}   plan {a.plan.digest[:8]}\nB {b.name}   plan {b.plan.digest[:8]}"), soft_wrap=True)
    for title, lines in (
        ("design", list(_design(found))),
        ("stages", list(_stages(a.plan, b.plan, found))),
        ("comparable results", list(_comparable(found))),
    ):
        console.print(f"[bold]{title}[/]")
        for line in lines[:MOST] or ["no difference"]:
            console.print(Text(f"   {line}"), soft_wrap=True)
        if len(lines) > MOST:
            console.print(f"   and {len(lines) - MOST} more: --format json")


def diff_json(a: Side, b: Side, found: Comparison) -> str:
    """Return the comparison as JSON: {"schema", "same", "a", "b", "design", "stages", "comparable"}."""
    design: JsonObject = {
        "spec": [change.to_json() for change in found.spec],
        "conditions": {
            "added": found.added,
            "removed": found.removed,
            "renamed": [{"a": old, "b": new} for old, new in found.renamed],
            "changed": [{**one.change.to_json(), "conditions": one.conditions or "all"} for one in found.fields],
        },
        "hypotheses": [change.to_json() for change in found.hypotheses],
    }
    stages = {"shared": found.shared, "only_a": found.only_a, "only_b": found.only_b}
    comparable = {
        "cells": [{"a": old, "b": new} for old, new in found.cells],
        "equal_but_for_seeds": [{"a": old, "b": new} for old, new in found.but_seeds],
        "hypotheses": [{"name": one.hypothesis, "same_data": one.data, "same_test": one.test} for one in found.kept],
    }
    sides = {name: {"name": side.name, "plan": side.plan.digest} for name, side in (("a", a), ("b", b))}
    document = {"schema": SCHEMA, "same": found.same, **sides}
    return json.dumps(
        {**document, "design": design, "stages": stages, "comparable": comparable}, indent=2, default=list
    )


def _design(found: Comparison) -> Iterator[str]:
    yield from (change_text(change) for change in found.spec)
    for what, names in (("added", found.added), ("removed", found.removed)):
        if names:
            yield f"conditions {what}: {', '.join(names)}"
    yield from (f"condition renamed: {old} -> {new} (stages in common)" for old, new in found.renamed)
    yield from (_shared(one) for one in found.fields)
    yield from (f"hypothesis {change_text(change)}" for change in found.hypotheses)


def _shared(one: Shared) -> str:
    where = ", ".join(one.conditions) or "all conditions that both have"
    return f"{change_text(one.change).removeprefix('steps.')}   ({where})"


def _stages(a: Plan, b: Plan, found: Comparison) -> Iterator[str]:
    yield f"{len(found.shared)} in both"
    for name, plan, keys in (("A", a, found.only_a), ("B", b, found.only_b)):
        if keys:
            yield f"{len(keys)} in {name} alone: {_by_step(plan, keys)}"


def _by_step(plan: Plan, keys: Sequence[str]) -> str:
    return ", ".join(f"{step} {count}" for step, count in Counter(plan.stages[key].step for key in keys).items())


def _comparable(found: Comparison) -> Iterator[str]:
    moved = [f"{old} = {new}" for old, new in found.cells if old != new]
    if found.cells:
        names = f": {', '.join(moved)}" if moved else ""
        yield f"{len(found.cells)} evaluated runs are the same in both{names}"
    else:
        yield "no evaluated run is the same in both"
    for old, new in found.but_seeds:
        yield f"{old if old == new else f'{old} and {new}'}: equal but for the seeds"
    yield from map(_kept, found.kept)


def _kept(one: Kept) -> str:
    data, test = ("the same" if same else "other" for same in (one.data, one.test))
    return f"hypothesis {one.hypothesis}: {data} data, {test} test"
