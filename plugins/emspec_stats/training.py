"""Whether training took: the first and last losses of each adapter, from the files its stage left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from emspec import Json, JsonObject
from emspec_stats.score import read_lines

TAIL = 10


def losses(folder: Path) -> JsonObject | None:
    """Return {"kind", "steps", "first", "last"} of an adapter: `last` is the mean of its last 10 steps' losses.

    None where the folder has no losses, as that of an adapter made elsewhere.
    """
    path = folder / "losses.jsonl"
    if not path.is_file():
        return None
    values = [float(cast("float", line["loss"])) for line in read_lines(path)]
    if not values:
        return None
    tail = values[-TAIL:]
    return {"kind": _kind(folder), "steps": len(values), "first": values[0], "last": sum(tail) / len(tail)}


def checks(inputs: Mapping[str, Path], cells: Sequence[tuple[int, str, int]]) -> JsonObject:
    """Return {"cells": see by_cell, "conditions": {name: [{"kind", "first", "last"}]}}, means over the runs."""
    found = by_cell(inputs, cells)
    names = dict.fromkeys(str(cell["condition"]) for cell in found)
    return {
        "cells": found,
        "conditions": {name: _means([c for c in found if c["condition"] == name]) for name in names},
    }


def _means(cells: Sequence[JsonObject]) -> list[Json]:
    runs = [cast("Sequence[JsonObject]", cell["adapters"]) for cell in cells]
    means: list[Json] = []
    for layer in zip(*runs, strict=False):
        sums = {name: sum(cast("float", adapter[name]) for adapter in layer) for name in ("first", "last")}
        means.append({"kind": layer[0]["kind"], **{name: value / len(layer) for name, value in sums.items()}})
    return means


def by_cell(inputs: Mapping[str, Path], cells: Sequence[tuple[int, str, int]]) -> list[JsonObject]:
    """Return [{"cell", "condition", "seed", "adapters"}] for cells (number, condition, seed) that have adapters."""
    return [
        {"cell": number, "condition": condition, "seed": seed, "adapters": adapters}
        for number, condition, seed in cells
        if (adapters := _adapters(inputs, number))
    ]


def _adapters(inputs: Mapping[str, Path], cell: int) -> list[Json]:
    prefix = f"training.{cell}."
    places = sorted(int(role.removeprefix(prefix)) for role in inputs if role.startswith(prefix))
    found = (losses(inputs[f"{prefix}{place}"]) for place in places)
    return [adapter for adapter in found if adapter]


def _kind(folder: Path) -> str:
    path = folder / "training.json"
    return str(json.loads(path.read_text(encoding="utf-8"))["kind"]) if path.is_file() else "train"
