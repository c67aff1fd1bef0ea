"""Which conditions and seeds of a spec are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from emspec.language.scope import Notes
from emspec.language.seeds import Seeds
from emspec.model.experiment import Condition, Gate
from emspec.schema import nearest


@dataclass(frozen=True)
class Selection:
    """What the command line asks for: () is all; `stretch` False leaves the stretch conditions out; `skip` names steps
    that no condition has."""

    only: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    stretch: bool | None = None
    skip: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selected:
    """The conditions that were asked for, each with its seeds; all their seeds; the baseline, where it is among them;
    the gate, where the seeds that it opens were not asked for by number."""

    conditions: tuple[Condition, ...]
    seeds: tuple[int, ...]
    baseline: str | None
    gate: Gate | None


def selected(
    conditions: Sequence[Condition], seeds: Seeds, baseline: str | None, selection: Selection, notes: Notes
) -> Selected:
    """Return what is selected; names and seeds that the spec does not have are noted."""
    names = [condition.name for condition in conditions]
    for name in selection.only:
        if name not in names:
            notes.error("S108", None, f"--only {name}: there is no condition {name}", nearest(name, names))
    known = tuple(dict.fromkeys((*seeds.usual, *seeds.later, *(seed for one in conditions for seed in one.seeds))))
    for seed in selection.seeds:
        if seed not in known:
            fix = f"choose from: {', '.join(map(str, known))}; or add it to the spec"
            notes.error("S108", None, f"--seeds {seed}: the spec has no seed {seed}", fix)
    wanted = (condition for condition in conditions if _wanted(condition, selection))
    asked = (_with_seeds(condition, seeds, selection.seeds) for condition in wanted)
    kept = tuple(condition for condition in asked if condition.seeds)
    if not kept and not notes.problems:
        notes.error("S108", None, "no condition is left", "select other conditions")
    there = baseline if any(condition.name == baseline for condition in kept) else None
    ran = tuple(dict.fromkeys(seed for condition in kept for seed in condition.seeds))
    return Selected(kept, ran, there, None if selection.seeds else seeds.gate)


def _with_seeds(condition: Condition, seeds: Seeds, asked: tuple[int, ...]) -> Condition:
    """Return the condition with those of its seeds that were asked for; by number also those behind the gate."""
    if not asked:
        return condition
    own = (*condition.seeds, *seeds.later) if condition.seeds == seeds.usual else condition.seeds
    return replace(condition, seeds=tuple(seed for seed in own if seed in asked))


def _wanted(condition: Condition, selection: Selection) -> bool:
    if selection.only:
        return condition.name in selection.only
    return not condition.stretch or selection.stretch is not False
