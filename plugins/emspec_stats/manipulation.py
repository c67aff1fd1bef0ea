"""Manipulation checks: whether what the conditions are said to differ in was really installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from emspec import JsonObject
from emspec_stats.counts import Run
from emspec_stats.training import curves, means


def manipulation(inputs: Mapping[str, Path], runs: Sequence[Run]) -> JsonObject:
    """Return `manipulation` of findings.json.

    curves      [{"cell", "condition", "seed", "replicate"?, "adapters": [{"kind", "steps", "loss", "first", "last"}]}]
                of the runs that have losses, each of at most 100 points (see emspec_stats.training)
    conditions  {condition: [{"kind", "first", "last"}]}, means over its runs
    """
    found = curves(inputs, runs)
    return {"curves": found, "conditions": means(found)}
