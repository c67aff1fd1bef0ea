"""What differs between two JSON documents: field, old value, new value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from emspec.model.json import Json, JsonObject

Path = tuple[str | int, ...]


class _Absent:
    """Stands for the value of a field that a document does not have."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = _Absent()
Value = Json | _Absent


@dataclass(frozen=True)
class Change:
    """One difference. `path` leads to the value from the documents' root; an item of a list is named by its index.

    `old` or `new` is ABSENT where one document lacks the field; an index is the new list's, or the old one's where the
    item is gone.
    """

    path: Path
    old: Value
    new: Value

    @property
    def field(self) -> str:
        """Return the path as text: parameters.systems[2]."""
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path).removeprefix(".")

    def to_json(self) -> JsonObject:
        """Return {"field", "old", "new"}; what a document lacks is left out."""
        values = {"old": self.old, "new": self.new}
        return {"field": self.field, **{name: one for name, one in values.items() if not isinstance(one, _Absent)}}


def changes(old: Value, new: Value, path: Path = ()) -> tuple[Change, ...]:
    """Return the differences of two values, in the order of the new one's fields, fields that are gone last."""
    return tuple(_changes(old, new, path))


def _changes(old: Value, new: Value, path: Path) -> Iterator[Change]:
    if old is new or old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in (*new, *(name for name in old if name not in new)):
            yield from _changes(old.get(name, ABSENT), new.get(name, ABSENT), (*path, name))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _items(old, new, path)
    else:
        yield Change(path, old, new)


def _items(old: list[Json] | tuple[Json, ...], new: list[Json] | tuple[Json, ...], path: Path) -> Iterator[Change]:
    """Compare lists item by item where they are of one length, else by what was put in and taken out."""
    if len(old) == len(new):
        for place, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _changes(before, after, (*path, place))
        return
    texts = [repr(item) for item in old], [repr(item) for item in new]
    for what, start, end, begin, stop in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        both = min(end - start, stop - begin)
        for place in range(both):
            yield from _changes(old[start + place], new[begin + place], (*path, begin + place))
        yield from (Change((*path, place), old[place], ABSENT) for place in range(start + both, end))
        yield from (Change((*path, place), ABSENT, new[place]) for place in range(begin + both, stop))
