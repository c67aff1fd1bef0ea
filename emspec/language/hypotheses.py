"""Hypotheses: the test that decides each, and that test's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from emspec.language.joined import parameters_of
from emspec.language.scope import Scope
from emspec.model.experiment import Hypothesis
from emspec.model.plugin import Catalog
from emspec.schema import completed, nearest
from emspec.source import Document


def resolve_hypotheses(
    data: Mapping[str, Any], document: Document, conditions: Sequence[str], catalog: Catalog, scope: Scope
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses with all parameters; a persona or condition that is not there is noted."""
    found = []
    for name, one in data.items():
        schema: Mapping[str, Any] = parameters_of(one, catalog)
        given = {key: value for key, value in one.items() if key not in ("test", "claim")}
        for key, value in given.items():
            place = document.value(("hypotheses", name, key))
            # A parameter is what its format says, or else what its name does.
            refers_to = schema.get("properties", {}).get(key, {}).get("format", key)
            if refers_to == "persona" and isinstance(value, str):
                scope.persona(value, place)
            elif refers_to == "condition" and value not in conditions:
                scope.notes.error("S104", place, f"there is no condition {value}", nearest(str(value), conditions))
        if "test" in one:
            place = document.key(("hypotheses", name))
            found.append(Hypothesis(name, one["test"], one.get("claim", ""), completed(given, schema), place))
    return tuple(found)
