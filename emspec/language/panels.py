"""Panels and negatives: personas by panel, by list, or drawn."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from emspec.errors import Place
from emspec.language.fields import StepText
from emspec.language.scope import Scope
from emspec.model.records import Persona
from emspec.model.step import Pair
from emspec.source import KeyPath

UNKNOWN = "unknown"
"""What a spec calls negatives that nobody recorded: those of results from elsewhere alone."""
INDUCTION = "induction"
"""What a panel calls the personas that the spec's conditions are induced under."""


def panel_of(
    step: StepText, path: tuple[str, ...], scope: Scope, inductions: Sequence[str] = ()
) -> tuple[Persona, ...]:
    """Return the personas of a panel's name, a list, or `PANEL + persona + ...`; () where something in it is wrong.

    `induction` stands for those of `inductions` that are not in the panel otherwise.
    """
    written: Any = step.values
    for key in path:
        written = written.get(key, ())
    if isinstance(written, str):
        parts = _parts(written, step.place(*path))
        names = [(name, place) for part, place in parts for name in _members(part, scope)]
    else:
        names = [(name, step.place(*path, index)) for index, name in enumerate(written)]
    if names and not _with_inductions(names, inductions):
        what = "`induction` stands for nobody here: no condition is induced under a persona"
        scope.notes.error("S106", names[0][1], what, "name the personas of the panel")
    names = _with_inductions(names, inductions)
    seen: set[str] = set()
    for name, place in names:
        if name in seen:
            scope.notes.error("S106", place, f"{name} is in the panel twice", "name it once")
        seen.add(name)
    panels = scope.personas.panels if isinstance(written, str) else {}
    personas = {name: scope.persona(name, place, panels) for name, place in names}
    found = tuple(persona for persona in personas.values() if persona)
    return found if len(found) == len(names) else ()


def _with_inductions(names: list[tuple[str, Place]], inductions: Sequence[str]) -> list[tuple[str, Place]]:
    named = {name for name, _ in names}
    added = [name for name in inductions if name not in named]
    return [(one, place) for name, place in names for one in (added if name == INDUCTION else [name])]


def pairs_of(step: StepText, scope: Scope, path: tuple[str, ...] = ()) -> tuple[Pair, ...]:
    """Return who is taught which marker, by `pairs` below `path` or by the step's `source` and `marker`; () where
    something is wrong.
    """
    within: Any = step.values
    for key in path:
        within = within.get(key, {})
    written = within.get("pairs")
    if written is None:
        source, marker = within.get("source"), within.get("marker")
        persona = scope.persona(source, step.place("source")) if source is not None else None
        return (Pair(persona, marker),) if persona and marker is not None else ()
    for field in (field for field in ("source", "marker") if field in within):
        what = f"`{step.name}` has `{field}` beside `pairs`"
        scope.notes.error("S106", step.place(*path, field), what, "write one of the two")
    spots: list[KeyPath] = [(*path, "pairs", index) for index in range(len(written))]
    for field in ("source", "marker"):
        values = [pair[field].casefold() for pair in written]
        for index in (index for index, one in enumerate(values) if values.index(one) < index):
            what = _twin(written, field, index)
            scope.notes.error("S106", step.place(*spots[index], field), what, "give each source one marker of its own")
    placed = [(pair["source"], step.place(*spot, "source")) for pair, spot in zip(written, spots, strict=True)]
    personas = [scope.persona(name, place) for name, place in placed]
    found = tuple(Pair(one, pair["marker"]) for one, pair in zip(personas, written, strict=True) if one)
    return found if len(found) == len(written) else ()


def _twin(written: Sequence[Mapping[str, str]], field: str, index: int) -> str:
    """Return, in words, that a value of a pair is another pair's too."""
    value = written[index][field]
    other = next(pair[field] for pair in written if pair[field].casefold() == value.casefold())
    return f"{value} is in two pairs" if value == other else f"{value} differs from {other} in capitals only"


def _parts(written: str, whole: Place) -> list[tuple[str, Place]]:
    """Return the names in `PANEL + persona + ...`, each with its place (the whole's, where the text is quoted)."""
    return [
        (match[0], replace(whole, column=whole.column + match.start(), end=whole.column + match.end()))
        if whole.end - whole.column == len(written)
        else (match[0], whole)
        for match in re.finditer(r"[^\s+]+", written)
    ]


def _members(part: str, scope: Scope) -> Sequence[str]:
    return scope.personas.panels.get(part, (part,))


def negatives_of(step: StepText, scope: Scope) -> tuple[tuple[Persona, ...], str]:
    """Return a couple step's negative personas and the rule that they came by; () where something is wrong."""
    written: Any = step.values.get("negatives")
    if written == UNKNOWN:
        return (), UNKNOWN
    if isinstance(written, Mapping):
        return _drawn_negatives(step, written, scope)
    listed = panel_of(step, ("negatives",), scope)
    for source in (source for source in _sources(step) if written and source in written):
        place = step.place("negatives", written.index(source))
        the = "the" if len(_sources(step)) == 1 else "a"
        scope.notes.error("S106", place, f"{source} is {the} source", "name another persona as a negative")
    return listed, "as listed"


def _sources(step: StepText) -> tuple[str, ...]:
    pairs = step.values.get("pairs", (step.values,))
    return tuple(pair["source"] for pair in pairs if "source" in pair)


def _drawn_negatives(step: StepText, written: Mapping[str, Any], scope: Scope) -> tuple[tuple[Persona, ...], str]:
    """Draw negatives: `random.Random(seed).sample` of the candidates' names, sorted, the sources left out.

    The same in every process and on every machine.
    """
    candidates = {persona.name: persona for persona in panel_of(step, ("negatives", "from"), scope)}
    names = sorted(name for name in candidates if name not in _sources(step))
    draw, seed = written["draw"], written["seed"]
    if draw > len(names):
        if candidates:
            what = f"{draw} negatives cannot be drawn from {len(names)} personas"
            scope.notes.error("S106", step.place("negatives", "draw"), what, f"draw at most {len(names)}")
        return (), ""
    drawn = random.Random(seed).sample(names, draw)
    origin = written["from"] if isinstance(written["from"], str) else f"{len(candidates)} personas"
    return tuple(candidates[name] for name in drawn), f"{draw} drawn from {origin}, seed {seed}"
