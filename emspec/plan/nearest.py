"""The stored result that a document differs from in the fewest fields, found without comparing all with all.

Every document is known by the sum of its fields' hashes, and by that sum with each one field left out: two documents
that differ in one field have a sum in common. What differs in more fields is compared with a bounded number of results
of the same kind and step.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from emspec.model.history import History, Stored
from emspec.model.json import Json, JsonObject, canonical
from emspec.model.stage import Stage

BUCKET = 8
"""How many results are kept under one sum: thousands may differ in the same one field, such as the seed."""
CANDIDATES = 64
"""How many results of the same kind and step are compared where none differs in one field alone."""
ALIKE = 0.5
"""The least share of equal fields for a result to count as a predecessor."""

Fields = Mapping[tuple[str, ...], int]


class Nearest:
    """Looks up predecessors among the stored results; those of the spec's own runs come first."""

    def __init__(self, history: History) -> None:
        self._sums: defaultdict[int, list[Stored]] = defaultdict(list)
        self._kinds: defaultdict[tuple[str, str], list[Stored]] = defaultdict(list)
        self._fields: dict[str, Fields] = {}
        own = frozenset(history.labels.values())
        for stored in sorted(history.stored.values(), key=lambda one: one.key not in own):
            self._add(stored)

    def of(self, document: JsonObject, stage: Stage) -> Stored | None:
        """Return the result that differs in the fewest fields, None where none is alike enough.

        Of equally near ones the first with the stage's condition (the first word of its label) is taken.
        """
        fields = _fields(document)
        close = {one.key: one for total in _sums(fields) for one in self._sums.get(total, ())}
        found = [one for one in close.values() if one.document.get("kind") == stage.kind]
        if not found:
            step = stage.label.rpartition(" ")[2]
            found = self._kinds.get((stage.kind, step)) or self._kinds.get((stage.kind, ""), [])
        condition = stage.label.partition(" ")[0]
        ranked = sorted(
            (_distance(fields, self._fields[one.key]), one.label.partition(" ")[0] != condition, place)
            for place, one in enumerate(found)
        )
        if not ranked or ranked[0][0] > (1 - ALIKE) * len(fields):
            return None
        return found[ranked[0][2]]

    def _add(self, stored: Stored) -> None:
        fields = self._fields[stored.key] = _fields(stored.document)
        for total in _sums(fields):
            if len(self._sums[total]) < BUCKET:
                self._sums[total].append(stored)
        kind = str(stored.document.get("kind", ""))
        for step in (stored.label.rpartition(" ")[2], ""):
            if len(self._kinds[kind, step]) < CANDIDATES:
                self._kinds[kind, step].append(stored)


def _sums(fields: Fields) -> Iterator[int]:
    """Yield the sum of all fields' hashes, and the sums of all but one."""
    total = sum(fields.values())
    yield total
    yield from (total - one for one in fields.values())


def _fields(document: JsonObject) -> Fields:
    """Return the hash of each field of a document, objects taken apart, lists whole."""
    return {path: hash((path, text)) for path, text in _leaves(document, ())}


def _leaves(value: Json, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _leaves(below, (*path, name))
    else:
        yield path, canonical(value)


def _distance(one: Fields, other: Fields) -> int:
    """Return in how many fields two documents differ."""
    return sum(other.get(path) != value for path, value in one.items()) + sum(path not in one for path in other)
