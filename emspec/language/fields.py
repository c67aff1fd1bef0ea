"""A step as one condition has it: its fields, and the place in a text that each comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from emspec.errors import Place
from emspec.schema import Schema
from emspec.source import Document, KeyPath


@dataclass(frozen=True)
class Spot:
    """A path in a document: of the spec, or of the profile laid over it."""

    document: Document
    path: KeyPath

    def value(self, *below: str | int) -> Place:
        """Return where the value stands, or the value at `below` in it."""
        return self.document.value((*self.path, *below))

    def has(self, *below: str | int) -> bool:
        """Return whether the text has the value at `below`."""
        return self.document.has((*self.path, *below))

    def key(self, *below: str | int) -> Place:
        """Return where the key stands."""
        return self.document.key((*self.path, *below))

    def below(self, *path: str | int) -> Spot:
        """Return the spot of what stands at `path` in the value."""
        return Spot(self.document, (*self.path, *path))


@dataclass(frozen=True)
class Setting:
    """A value and where it was written."""

    value: Any
    spot: Spot


Settings = Mapping[str, Setting]


@dataclass(frozen=True)
class StepText:
    """A step's fields as written for one condition; `spots` says where the step and each change of it stand."""

    name: str
    kind: str
    values: Mapping[str, Any]
    spots: Mapping[KeyPath, Spot]

    def place(self, *path: str | int) -> Place:
        """Return where the value at `path` in the step was written."""
        known: KeyPath = path
        while known not in self.spots:
            known = known[:-1]
        return self.spots[known].value(*path[len(known) :]) if path else self.spots[()].key()

    def has(self, path: KeyPath) -> bool:
        """Return whether the value at `path` was written, not filled in."""
        known = path
        while known not in self.spots:
            known = known[:-1]
        return bool(path) and self.spots[known].has(*path[len(known) :])

    def markers(self, taught: Sequence[str]) -> tuple[str, ...]:
        """Return the markers that an evaluation looks for: those that are taught, unless it names its own."""
        return tuple(self.values.get("markers", taught))

    def changed(self, field: str, setting: Setting, fields: Mapping[str, Schema]) -> StepText | None:
        """Return the step with `field` (dots reach into it) set; None where what it reaches into is no mapping.

        What reaches into a field that the step lacks changes nothing: that it is lacking is a problem of its own.

        `fields` are the schemas of the kind's fields: `x-short` names the key that a text stands for (recipe: base).
        """
        name, _, inner = field.partition(".")
        value = setting.value
        if inner:
            if name not in self.values:
                return self
            whole = self.values[name]
            if isinstance(whole, str):
                whole = {fields[name]["x-short"]: whole}
            if not isinstance(whole, Mapping):
                return None
            value = {**whole, inner: value}
        path: KeyPath = (name, inner) if inner else (name,)
        kept = {spot: one for spot, one in self.spots.items() if spot[: len(path)] != path}
        return replace(self, values={**self.values, name: value}, spots={**kept, path: setting.spot})
