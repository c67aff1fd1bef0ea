"""Measures: a number for each persona, published, written in the spec, or of vectors that a step extracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emspec.language.conditions import ConditionText
from emspec.language.fields import Spot
from emspec.language.scope import Scope
from emspec.model.experiment import Measure
from emspec.schema import nearest
from emspec.source import Document


def resolve_measures(
    data: Mapping[str, Any], document: Document, texts: Sequence[ConditionText], scope: Scope
) -> Mapping[str, Measure]:
    """Return the measures by name; what they name and the spec or the registry does not have is noted."""
    found = {}
    for name, written in data.get("measures", {}).items():
        measure = _measure(name, written, Spot(document, ("measures", name)), texts, scope)
        if measure:
            found[name] = measure
    return found


def _measure(
    name: str, written: Mapping[str, Any], spot: Spot, texts: Sequence[ConditionText], scope: Scope
) -> Measure | None:
    if "values" in written:
        before = len(scope.notes.problems)
        for persona in written["values"]:
            scope.persona(persona, spot.key("values", persona))
        values = {persona: float(value) for persona, value in written["values"].items()}
        return Measure(name, "written in the spec", values) if len(scope.notes.problems) == before else None
    if "published" in written:
        record = scope.listed("measures", written["published"], spot.value("published"), scope.registry.measure)
        return Measure(name, record.source, record.values) if record else None
    return _extracted(name, written, spot, texts, scope)


def _extracted(
    name: str, written: Mapping[str, Any], spot: Spot, texts: Sequence[ConditionText], scope: Scope
) -> Measure | None:
    named = [text for text in texts if text.name == written["control"]]
    if not named:
        fix = nearest(written["control"], [text.name for text in texts])
        scope.notes.error("S104", spot.value("control"), f"there is no condition {written['control']}", fix)
        return None
    steps = {step.name: step for step in named[0].steps if step.kind == "extract"}
    if written["of"] not in steps:
        what = f"{written['control']} has no extract step {written['of']}"
        scope.notes.error("S104", spot.value("of"), what, nearest(written["of"], steps))
        return None
    step = steps[written["of"]]
    for field, many in (("method", "methods"), ("layer", "layers")):
        there = step.values.get(many, [])
        if written[field] not in there:
            what = f"{step.name} does not extract {field} {written[field]}"
            scope.notes.error("S106", spot.value(field), what, f"choose from: {', '.join(map(str, there))}")
    of = {"step": step.name, "control": written["control"], "method": written["method"], "layer": written["layer"]}
    source = f"vectors of {written['control']}, method {written['method']}, layer {written['layer']}"
    return Measure(name, source, None, of)
