"""Hypotheses: the test that decides each, and that test's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emspec.language.joined import parameters_of
from emspec.language.scope import Scope
from emspec.model.experiment import Hypothesis
from emspec.model.plugin import Catalog
from emspec.schema import completed, nearest
from emspec.source import Document


@dataclass(frozen=True)
class Known:
    """What hypotheses can name beside personas: the spec's conditions, and the markers that are looked for."""

    conditions: Sequence[str]
    markers: Sequence[str]


def resolve_hypotheses(
    data: Mapping[str, Any], document: Document, known: Known, catalog: Catalog, scope: Scope
) -> tuple[Hypothesis, ...]:
    """Return the hypotheses with all parameters; a persona, condition or marker that is not there is noted."""
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
            elif refers_to == "condition" and value not in known.conditions:
                fix = nearest(str(value), known.conditions)
                scope.notes.error("S104", place, f"there is no condition {value}", fix)
            elif refers_to == "marker" and known.markers and value not in known.markers:
                scope.notes.error("S104", place, f"no evaluation looks for {value}", nearest(str(value), known.markers))
        if "test" in one:
            place = document.key(("hypotheses", name))
            found.append(Hypothesis(name, one["test"], one.get("claim", ""), completed(given, schema), place))
    return tuple(found)
