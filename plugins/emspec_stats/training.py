"""The training curves of a run: each adapter's losses, from the files its stage left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import cast

from emspec import Json, JsonObject
from emspec_stats.counts import Run
from emspec_stats.score import read_lines

TAIL = 10
POINTS = 100
"""Most points of a curve."""


def losses(folder: Path) -> JsonObject | None:
    """Return {"kind", "first", "last", "steps": [int], "loss": [nat]} of an adapter.

    `last` is the mean of its last 10 steps' losses. A curve of more than 100 steps has 100 points: means over
    consecutive steps, each at the last of them. None where the folder has no losses, as that of an adapter made
    elsewhere or simulated.
    """
    path = folder / "losses.jsonl"
    if not path.is_file():
        return None
    lines = list(read_lines(path))
    if not lines:
        return None
    values = [float(cast("float", line["loss"])) for line in lines]
    tail = values[-TAIL:]
    steps, loss = thinned([int(cast("int", line["step"])) for line in lines], values)
    return {"kind": _kind(folder), "first": values[0], "last": sum(tail) / len(tail), "steps": steps, "loss": loss}


def thinned(steps: Sequence[int], values: Sequence[float]) -> tuple[list[Json], list[Json]]:
    """Return at most 100 points of a curve: the means of groups of consecutive steps, each at its last step."""
    count = min(len(values), POINTS)
    edges = [len(values) * at // count for at in range(count + 1)] if count else []
    groups = list(pairwise(edges))
    return [steps[end - 1] for _, end in groups], [sum(values[a:b]) / (b - a) for a, b in groups]


def curves(inputs: Mapping[str, Path], runs: Sequence[Run]) -> list[JsonObject]:
    """Return [{"cell", "condition", "seed", "replicate"?, "adapters": [see losses]}] of the runs that have losses."""
    return [{**about(run), "adapters": adapters} for run in runs if (adapters := _adapters(inputs, run.cell))]


def about(run: Run) -> dict[str, Json]:
    """Return what names a run; `replicate` only where it is not the first of its seed."""
    again: dict[str, Json] = {"replicate": run.replicate} if run.replicate > 1 else {}
    return {"cell": run.cell, "condition": run.condition, "seed": run.seed, **again}


def means(found: Sequence[JsonObject]) -> JsonObject:
    """Return {condition: [{"kind", "first", "last"}]} of curves, means over a condition's runs."""
    names = dict.fromkeys(str(curve["condition"]) for curve in found)
    return {name: _means([curve for curve in found if curve["condition"] == name]) for name in names}


def folders(inputs: Mapping[str, Path], cell: int) -> list[Path]:
    """Return the folders of a cell's adapters, the oldest first."""
    prefix = f"training.{cell}."
    places = sorted(int(role.removeprefix(prefix)) for role in inputs if role.startswith(prefix))
    return [inputs[f"{prefix}{place}"] for place in places]


def told(folder: Path) -> JsonObject:
    """Return what an adapter's stage says of its training, nothing where it says nothing."""
    path = folder / "training.json"
    return cast("JsonObject", json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _means(found: Sequence[JsonObject]) -> list[Json]:
    runs = [cast("Sequence[JsonObject]", curve["adapters"]) for curve in found]
    layers: list[Json] = []
    for layer in zip(*runs, strict=False):
        sums = {name: sum(cast("float", adapter[name]) for adapter in layer) for name in ("first", "last")}
        layers.append({"kind": layer[0]["kind"], **{name: value / len(layer) for name, value in sums.items()}})
    return layers


def _adapters(inputs: Mapping[str, Path], cell: int) -> list[Json]:
    found = (losses(folder) for folder in folders(inputs, cell))
    return [adapter for adapter in found if adapter]


def _kind(folder: Path) -> str:
    return str(told(folder).get("kind", "train"))
