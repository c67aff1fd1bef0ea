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


def panel_of(step: StepText, path: tuple[str, ...], scope: Scope) -> tuple[Persona, ...]:
    """Return the personas of a panel's name, a list, or `PANEL + persona + ...`; () where something in it is wrong."""
    written: Any = step.values
    for key in path:
        written = written.get(key, ())
    if isinstance(written, str):
        parts = _parts(written, step.place(*path))
        names = [(name, place) for part, place in parts for name in _members(part, scope)]
    else:
        names = [(name, step.place(*path, index)) for index, name in enumerate(written)]
    seen: set[str] = set()
    for name, place in names:
        if name in seen:
            scope.notes.error("S106", place, f"{name} is in the panel twice", "name it once")
        seen.add(name)
    panels = scope.personas.panels if isinstance(written, str) else {}
    personas = {name: scope.persona(name, place, panels) for name, place in names}
    found = tuple(persona for persona in personas.values() if persona)
    return found if len(found) == len(names) else ()


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
    written, source = step.values.get("negatives"), step.values.get("source")
    if isinstance(written, Mapping):
        return _drawn_negatives(step, written, scope)
    listed = panel_of(step, ("negatives",), scope)
    if written and source in written:
        place = step.place("negatives", written.index(source))
        scope.notes.error("S106", place, f"{source} is the source", "name another persona as a negative")
    return listed, "as listed"


def _drawn_negatives(step: StepText, written: Mapping[str, Any], scope: Scope) -> tuple[tuple[Persona, ...], str]:
    """Draw negatives: `random.Random(seed).sample` of the candidates' names, sorted, the source left out.

    The same in every process and on every machine.
    """
    candidates = {persona.name: persona for persona in panel_of(step, ("negatives", "from"), scope)}
    names = sorted(name for name in candidates if name != step.values.get("source"))
    draw, seed = written["draw"], written["seed"]
    if draw > len(names):
        if candidates:
            what = f"{draw} negatives cannot be drawn from {len(names)} personas"
            scope.notes.error("S106", step.place("negatives", "draw"), what, f"draw at most {len(names)}")
        return (), ""
    drawn = random.Random(seed).sample(names, draw)
    origin = written["from"] if isinstance(written["from"], str) else f"{len(candidates)} personas"
    return tuple(candidates[name] for name in drawn), f"{draw} drawn from {origin}, seed {seed}"
