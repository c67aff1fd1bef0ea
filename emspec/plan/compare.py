"""Two plans compared: their designs, their stages, and which results of the one hold for the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emspec.model.json import JsonObject, canonical
from emspec.model.plan import Cell, Plan
from emspec.plan.changes import Change, changes

_PARTS = frozenset({"conditions", "hypotheses"})
FEW = 8
"""Conditions that may share a stage for it to say which of them was renamed."""


@dataclass(frozen=True)
class Side:
    """One of the two: what to call it, its plan, and its design as a document (see plan.describe)."""

    name: str
    plan: Plan
    design: JsonObject


@dataclass(frozen=True)
class Shared:
    """A change that several conditions have in common, named as in B. `conditions` () means all that both have."""

    change: Change
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """What of a hypothesis is the same in both: the replies that decide it, and the test with its parameters."""

    hypothesis: str
    data: bool
    test: bool


@dataclass(frozen=True)
class Comparison:
    """How B differs from A.

    spec         changes of the whole spec: model, seeds, personas' version, baseline, profile, backends
    renamed      conditions with stages in common under another name, (name in A, name in B)
    fields       changes of conditions and their steps, those that both have
    hypotheses   changes of hypotheses, the first part of a path being its name
    shared ...   keys of the stages that both have, or one alone
    cells        evaluated runs with equal keys, as (label in A, label in B): one's results are the other's
    but_seeds    conditions that are trained and evaluated the same, at other seeds
    """

    spec: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    fields: tuple[Shared, ...]
    hypotheses: tuple[Change, ...]
    shared: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    but_seeds: tuple[tuple[str, str], ...]
    kept: tuple[Kept, ...]

    @property
    def same(self) -> bool:
        """Return whether nothing differs: neither the design nor a stage."""
        differs = (self.spec, self.added, self.removed, self.renamed, self.fields, self.hypotheses)
        return not any((*differs, self.only_a, self.only_b))


def compare(a: Side, b: Side) -> Comparison:
    """Return how B differs from A."""
    of_a, of_b = _part(a, "conditions"), _part(b, "conditions")
    renamed = dict(_renamed(a, b))
    pairs = [(renamed.get(name, name), name) for name in of_b if renamed.get(name, name) in of_a]
    both = {old for old, _ in pairs}
    return Comparison(
        spec=tuple(_of_spec(a, b)),
        added=tuple(name for name in of_b if renamed.get(name, name) not in of_a),
        removed=tuple(name for name in of_a if name not in both),
        renamed=tuple((old, new) for new, old in renamed.items()),
        fields=_shared_changes(of_a, of_b, pairs),
        hypotheses=changes(_part(a, "hypotheses"), _part(b, "hypotheses")),
        shared=tuple(key for key in b.plan.stages if key in a.plan.stages),
        only_a=tuple(key for key in a.plan.stages if key not in b.plan.stages),
        only_b=tuple(key for key in b.plan.stages if key not in a.plan.stages),
        cells=tuple(_equal_cells(a.plan, b.plan)),
        but_seeds=tuple(_but_for_seeds(of_a, of_b, a.plan, b.plan)),
        kept=tuple(_kept(a, b, renamed)),
    )


def _part(side: Side, name: str) -> Mapping[str, Any]:
    part: Any = side.design[name]
    return dict(part)


def _of_spec(a: Side, b: Side) -> Iterator[Change]:
    whole = [{name: one for name, one in side.design.items() if name not in _PARTS} for side in (a, b)]
    return iter(changes(whole[0], whole[1]))


def _runs(plan: Plan) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return each condition's runs: what tells one from the condition's others, and the run's stage keys."""
    found: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for cell in plan.cells:
        found[cell.condition.name][_run(cell)] = tuple(cell.keys.values())
    return found


def _run(cell: Cell) -> str:
    """Return what tells a cell from the others of its condition."""
    return str(cell.seed) if cell.replicate == 1 else f"{cell.seed}.{cell.replicate}"


def _label(cell: Cell) -> str:
    return f"{cell.condition.name} {_run(cell)}"


def _renamed(a: Side, b: Side) -> Iterator[tuple[str, str]]:
    """Yield (name in B, name in A) of conditions that are not in the other spec but have stages in common.

    Where a condition shares stages with several, it is the one with which it shares most; stages that many conditions
    share tell none of them apart.
    """
    of_a, of_b = _runs(a.plan), _runs(b.plan)
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for name in (name for name in of_a if name not in of_b):
        for key in dict.fromkeys(key for keys in of_a[name].values() for key in keys):
            owners[key].append(name)
    taken: set[str] = set()
    for name in (name for name in of_b if name not in of_a):
        keys = dict.fromkeys(key for keys in of_b[name].values() for key in keys)
        telling = (owners[key] for key in keys if 0 < len(owners.get(key, ())) <= FEW)
        shared = Counter(owner for names in telling for owner in names if owner not in taken)
        if shared:
            ((other, _),) = shared.most_common(1)
            taken.add(other)
            yield name, other


def _shared_changes(
    of_a: Mapping[str, Any], of_b: Mapping[str, Any], pairs: list[tuple[str, str]]
) -> tuple[Shared, ...]:
    """Return the changes of the conditions that both have, equal ones together."""
    found: dict[str, tuple[Change, list[str]]] = {}
    for old, new in pairs:
        for change in changes(of_a[old], of_b[new]):
            text = canonical(change.to_json())
            found.setdefault(text, (change, []))[1].append(new)
    everywhere = len(pairs) if len(pairs) > 1 else 0
    return tuple(Shared(change, () if len(names) == everywhere else tuple(names)) for change, names in found.values())


def _equal_cells(a: Plan, b: Plan) -> Iterator[tuple[str, str]]:
    known = {_evaluation(cell): _label(cell) for cell in reversed(a.cells) if _evaluation(cell)}
    return ((known[_evaluation(cell)], _label(cell)) for cell in b.cells if _evaluation(cell) in known)


def _evaluation(cell: Cell) -> tuple[str, ...]:
    """Return the keys of what a cell comes to: its evaluations, their scores included."""
    names = [step.name for step in cell.condition.evaluations]
    return tuple(key for name, key in cell.keys.items() if name.partition(".")[0] in names)


def _but_for_seeds(of_a: Mapping[str, Any], of_b: Mapping[str, Any], a: Plan, b: Plan) -> Iterator[tuple[str, str]]:
    """Yield conditions of equal steps that have runs of which the other side has none."""
    runs_a, runs_b = _runs(a), _runs(b)
    first: dict[str, str] = {}
    for name, one in of_a.items():
        first.setdefault(_steps(one), name)
    for name, one in of_b.items():
        other = first.get(_steps(one))
        if other and runs_a[other].keys() != runs_b[name].keys():
            yield other, name


def _steps(condition: Mapping[str, Any]) -> str:
    return canonical([(name, condition["steps"][name]) for name in condition["order"]])


def _kept(a: Side, b: Side, renamed: Mapping[str, str]) -> Iterator[Kept]:
    """Yield what is kept of each hypothesis that both have.

    The replies that decide it are those of all evaluated conditions, or of the one that it names; who counts as a
    bystander is part of them.
    """
    of_a, of_b = _part(a, "hypotheses"), _part(b, "hypotheses")
    shared = all(a.plan.design.get(name) == b.plan.design.get(name) for name in ("bystanders", "panel", "markers"))
    data_a = Counter((cell.condition.name, _evaluation(cell)) for cell in a.plan.cells)
    data_b = Counter(
        (renamed.get(cell.condition.name, cell.condition.name), _evaluation(cell)) for cell in b.plan.cells
    )
    for name, one in of_b.items():
        if name not in of_a:
            continue
        told, tells = ({key: value for key, value in side.items() if key != "claim"} for side in (of_a[name], one))
        of = one["parameters"].get("condition")
        of = renamed.get(of, of) if of else None
        held = [{what: n for what, n in data.items() if of in (None, what[0])} for data in (data_a, data_b)]
        yield Kept(name, shared and held[0] == held[1], not changes(told, tells))
