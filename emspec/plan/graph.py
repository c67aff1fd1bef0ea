"""A plan as a graph: of all stages, or with those of a condition's seeds, or of all conditions, folded by step."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from emspec.model.plan import Plan
from emspec.model.stage import Stage
from emspec.plan.overview import NOT_INSTALLED, Overview

MOST_NODES = 80
"""With more nodes than these the conditions are folded too."""
SHARED_BY = 3
"""So many conditions are named where a node is of several."""


@dataclass(frozen=True)
class Node:
    """Stages that are shown as one.

    name    tells it from the others: the stage's key, or whose and which step it is
    title   what it is called: the conditions and the step
    detail  how many stages, and of how many seeds
    state   "hit", "run", "partly", or "lacking" where nothing installed can run it
    keys    of its stages
    """

    name: str
    title: str
    detail: str
    state: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """Nodes in an order with inputs first, and edges (from, to) by name."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    reduced: bool = False


def full_graph(seen: Overview) -> Graph:
    """Return every stage and every input."""
    stages = seen.plan.stages
    nodes = tuple(
        Node(key, stage.label, f"{_backend(stage)}, {key[:8]}", _state(seen, (key,)), (key,))
        for key, stage in stages.items()
    )
    edges = dict.fromkeys((made_from, key) for key, stage in stages.items() for made_from in stage.inputs.values())
    return Graph(nodes, tuple(edges))


def folded_graph(seen: Overview) -> Graph:
    """Return a graph to read: a node for each step of each condition, or of all where that would be too many.

    Edges that a longer path implies are left out. Stages are folded where they are of one step and stand on the same
    steps, so that a fold makes no circle of conditions whose steps come in different orders.
    """
    owners = _owners(seen.plan)
    beneath = _beneath(seen.plan)
    by_condition = _folded(seen.plan, {key: (owners.get(key, ()), beneath[key]) for key in seen.plan.stages})
    if len(by_condition) <= MOST_NODES:
        return _graph(seen, by_condition, owners)
    return _graph(seen, _folded(seen.plan, beneath), {})


def _beneath(plan: Plan) -> Mapping[str, Hashable]:
    """Return, for each stage, a value that is equal for stages of one step and kind that stand on the same steps."""
    numbers: dict[Hashable, tuple[int, int]] = {}
    found: dict[str, tuple[int, int]] = {}
    for key, stage in plan.stages.items():
        inputs = frozenset(found[made_from] for made_from in stage.inputs.values())
        depth = 1 + max((one[0] for one in inputs), default=0)
        found[key] = numbers.setdefault((stage.step, stage.kind, inputs), (depth, len(numbers)))
    return found


def _owners(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Return the conditions that each stage of a cell belongs to, in their order."""
    found: dict[str, dict[str, None]] = {}
    for cell in plan.cells:
        for key in cell.keys.values():
            found.setdefault(key, {})[cell.condition.name] = None
    return {key: tuple(names) for key, names in found.items()}


def _folded(plan: Plan, groups: Mapping[str, Hashable]) -> tuple[tuple[str, ...], ...]:
    """Return the stages of each group, groups of more distant inputs later."""
    found: dict[Hashable, list[str]] = {}
    depth: dict[str, int] = {}
    for key, stage in plan.stages.items():
        found.setdefault(groups[key], []).append(key)
        depth[key] = 1 + max((depth[made_from] for made_from in stage.inputs.values()), default=0)
    return tuple(map(tuple, sorted(found.values(), key=lambda keys: depth[keys[0]])))


def _graph(seen: Overview, groups: tuple[tuple[str, ...], ...], owners: Mapping[str, tuple[str, ...]]) -> Graph:
    stages = seen.plan.stages
    names: list[str] = []
    for keys in groups:
        name = _name(owners.get(keys[0], ()), stages[keys[0]])
        names.append(f"{name}#{len(names)}" if name in names else name)
    of = {key: name for name, keys in zip(names, groups, strict=True) for key in keys}
    nodes = tuple(
        Node(name, _title(owners.get(keys[0], ()), stages[keys[0]]), _count(seen, keys), _state(seen, keys), keys)
        for name, keys in zip(names, groups, strict=True)
    )
    pairs = ((of[made_from], of[key]) for key, stage in stages.items() for made_from in stage.inputs.values())
    return Graph(nodes, _reduced(tuple(dict.fromkeys(pairs))), reduced=True)


def _reduced(edges: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the edges without those that a longer path implies."""
    after: dict[str, list[str]] = {}
    for before, then in edges:
        after.setdefault(before, []).append(then)
    beyond: dict[str, frozenset[str]] = {}

    def reached(name: str) -> frozenset[str]:
        if name not in beyond:
            beyond[name] = frozenset(one for then in after.get(name, ()) for one in (then, *reached(then)))
        return beyond[name]

    return tuple(
        (before, then)
        for before, then in edges
        if not any(then in reached(other) for other in after[before] if other != then)
    )


def _name(owners: tuple[str, ...], stage: Stage) -> str:
    return f"{'+'.join(owners)}/{stage.step}" if owners else stage.step


def _title(owners: tuple[str, ...], stage: Stage) -> str:
    named = ", ".join(owners[:SHARED_BY]) + (f" + {len(owners) - SHARED_BY} more" if len(owners) > SHARED_BY else "")
    return f"{named}: {stage.step}" if owners else stage.step


def _count(seen: Overview, keys: tuple[str, ...]) -> str:
    running = sum(seen.states[key] == "run" for key in keys)
    some = f", {running} to run" if 0 < running < len(keys) else ""
    return f"{len(keys)} stage{'s' if len(keys) > 1 else ''}{some}"


def _state(seen: Overview, keys: tuple[str, ...]) -> str:
    running = [key for key in keys if seen.states[key] == "run"]
    if not running:
        return "hit"
    if any(seen.plan.stages[key].backend == NOT_INSTALLED for key in running):
        return "lacking"
    return "run" if len(running) == len(keys) else "partly"


def _backend(stage: Stage) -> str:
    return stage.backend or "not installed"
