"""`matrix:` grids of conditions: every combination of the values that its fields take."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from emspec.language.fields import Setting, Settings, Spot
from emspec.language.scope import Notes
from emspec.model.json import canonical
from emspec.schema import nearest
from emspec.source import Document, KeyPath

MOST = 100_000
"""How many points a grid may have."""

Point = Mapping[str, Any]


def grid(data: Mapping[str, Any], document: Document, notes: Notes) -> Mapping[str, Settings]:
    """Return the settings of each point of the grid by the name made of them; what is wrong is noted.

    A name joins, for each field (the first one of those that change together), its last word and its value.
    """
    matrix: Mapping[str, list[Any]] = data.get("matrix", {})
    axes = _axes(data, matrix, document, notes)
    if not axes:
        return {}
    size = math.prod(len(matrix[axis[0]]) for axis in axes)
    if size > MOST:
        fix = "leave fields or values out"
        notes.error("S106", document.key(("matrix",)), f"the grid has {size} points; {MOST} is the most", fix)
        return {}
    left_out = _excluded(data, matrix, document, notes)
    words = _words([axis[0] for axis in axes])
    found: dict[str, Settings] = {}
    for indices in product(*(range(len(matrix[axis[0]])) for axis in axes)):
        places = {field: index for axis, index in zip(axes, indices, strict=True) for field in axis}
        values = {field: matrix[field][index] for field, index in places.items()}
        if any(_holds(point, values) for point in left_out):
            continue
        name = "_".join(f"{words[axis[0]]}-{_said(values[axis[0]])}" for axis in axes)
        if name in found:
            _note_clash(name, {field: one.value for field, one in found[name].items()} == values, document, notes)
            return {}
        found[name] = {
            field: Setting(values[field], Spot(document, ("matrix", field, index))) for field, index in places.items()
        }
    if not found:
        notes.error("S106", document.key(("exclude",)), "no point of the grid is left", "exclude fewer points")
    return found


def _note_clash(name: str, equal: bool, document: Document, notes: Notes) -> None:
    if equal:
        what, fix = f"the grid has the point {name} twice: a field has the same value twice", "write each value once"
    else:
        what = f"two points of the grid would be called {name}: their values differ in signs only"
        fix = "write these out as `conditions`, each with its name"
    notes.error("S106", document.key(("matrix",)), what, fix)


def point_named(point: Point, points: Mapping[str, Settings], document: Document, notes: Notes) -> str | None:
    """Return the one point of the grid that has the coordinates of `baseline`, or note why there is none."""
    if not points:
        if not document.has(("matrix",)):
            what = "these are coordinates of a point, and the spec has no matrix"
            notes.error("S106", document.value(("baseline",)), what, "name a condition: baseline: NAME")
        return None
    before = len(notes.problems)
    fields = {field: [settings[field].value for settings in points.values()] for field in next(iter(points.values()))}
    _note_strangers(point, fields, ("baseline",), document, notes)
    fitting = [name for name, settings in points.items() if _holds(point, {f: s.value for f, s in settings.items()})]
    if len(fitting) == 1 or len(notes.problems) > before:
        return fitting[0] if fitting else None
    what = f"{len(fitting)} points of the grid have these coordinates" if fitting else "no point has these coordinates"
    notes.error("S106", document.value(("baseline",)), what, f"give each of {', '.join(fields)} a value of the matrix")
    return None


def _axes(
    data: Mapping[str, Any], matrix: Mapping[str, list[Any]], document: Document, notes: Notes
) -> list[tuple[str, ...]]:
    """Return the fields of the grid, those that change together in one; [] where something is wrong."""
    before = len(notes.problems)
    together: list[tuple[str, ...]] = [tuple(group) for group in data.get("zip", ())]
    for number, group in enumerate(together):
        place = document.value(("zip", number))
        for index, field in enumerate(group):
            if field not in matrix:
                where = document.value(("zip", number, index))
                notes.error("S104", where, f"the matrix has no field {field}", nearest(field, matrix))
        counts = {field: len(matrix[field]) for field in group if field in matrix}
        if len(set(counts.values())) > 1:
            what = " and ".join(f"{field} has {count}" for field, count in counts.items())
            notes.error("S106", place, f"{what} values, and they change together", "give both as many values")
        twice = [field for field in group if any(field in other for other in together[:number])]
        if twice:
            where = document.value(("zip", number, group.index(twice[0])))
            notes.error("S106", where, f"{twice[0]} stands in two groups", "name it in one")
    zipped = {field: group for group in together for field in group}
    axes = dict.fromkeys(zipped.get(field, (field,)) for field in matrix)
    return list(axes) if len(notes.problems) == before else []


def _excluded(
    data: Mapping[str, Any], matrix: Mapping[str, list[Any]], document: Document, notes: Notes
) -> Sequence[Point]:
    points: Sequence[Point] = data.get("exclude", ())
    for number, point in enumerate(points):
        _note_strangers(point, matrix, ("exclude", number), document, notes)
    return points


def _note_strangers(
    point: Point, matrix: Mapping[str, Sequence[Any]], at: KeyPath, document: Document, notes: Notes
) -> None:
    """Note what a point at `at` names and the grid does not have: a field, or a value that it never takes."""
    for field, value in point.items():
        if field not in matrix:
            place = document.key((*at, field))
            notes.error("S104", place, f"the matrix has no field {field}", nearest(field, matrix))
        elif not any(_same(value, one) for one in matrix[field]):
            words = dict.fromkeys(_said(one) for one in matrix[field])
            place = document.value((*at, field))
            what = f"{field} never is {_said(value)} in the grid"
            notes.error("S106", place, what, f"choose from: {', '.join(words)}")


def _holds(point: Point, values: Point) -> bool:
    return all(field in values and _same(value, values[field]) for field, value in point.items())


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or canonical(one) == canonical(other)


def _words(fields: Sequence[str]) -> Mapping[str, str]:
    """Return for each field its last word, or all of them where two fields share it."""
    last = [field.rpartition(".")[2] for field in fields]
    return {
        field: word if last.count(word) == 1 else field.replace(".", "-")
        for field, word in zip(fields, last, strict=True)
    }


def _said(value: Any) -> str:
    """Return a value as a part of a name: letters, digits, `.`, `_` and `-`."""
    return re.sub(r"[^A-Za-z0-9_.]+", "-", "-".join(_parts(value))).strip("-") or "empty"


def _parts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _parts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _parts(one)
    elif isinstance(value, float):
        yield re.sub(r"e([-+])0*", r"e\1", f"{value:g}").replace("e+", "e")
    else:
        yield str(value)
