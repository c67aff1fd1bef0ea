"""Which conditions and seeds of a spec are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emspec.language.scope import Notes
from emspec.model.experiment import Condition
from emspec.schema import nearest
from emspec.source import Document

DEFAULT_SEEDS = (42,)


@dataclass(frozen=True)
class Selection:
    """What the command line asks for: () is all; `stretch` False leaves the stretch conditions out."""

    only: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    stretch: bool | None = None


@dataclass(frozen=True)
class Selected:
    """The conditions and seeds that were asked for; the baseline, where it is among them."""

    conditions: tuple[Condition, ...]
    seeds: tuple[int, ...]
    baseline: str | None


def selected(
    conditions: Sequence[Condition], data: Mapping[str, Any], document: Document, selection: Selection, notes: Notes
) -> Selected:
    """Return what is selected; names and seeds that the spec does not have are noted."""
    names = [condition.name for condition in conditions]
    baseline = data.get("baseline")
    if baseline is not None and baseline not in names:
        place = document.value(("baseline",))
        notes.error("S104", place, f"there is no condition {baseline}", nearest(baseline, names))
    for name in selection.only:
        if name not in names:
            notes.error("S108", None, f"--only {name}: there is no condition {name}", nearest(name, names))
    kept = tuple(condition for condition in conditions if _wanted(condition, selection))
    if not kept and not notes.problems:
        notes.error("S108", None, "no condition is left", "select other conditions")
    seeds = tuple(int(seed) for seed in data.get("seeds", DEFAULT_SEEDS))
    for seed in selection.seeds:
        if seed not in seeds:
            fix = f"choose from: {', '.join(map(str, seeds))}; or add it to the spec"
            notes.error("S108", None, f"--seeds {seed}: the spec has no seed {seed}", fix)
    there = baseline if any(condition.name == baseline for condition in kept) else None
    return Selected(kept, tuple(seed for seed in seeds if not selection.seeds or seed in selection.seeds), there)


def _wanted(condition: Condition, selection: Selection) -> bool:
    if selection.only:
        return condition.name in selection.only
    return not condition.stretch or selection.stretch is not False
