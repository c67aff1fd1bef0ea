"""What holds of a text before it is checked: percentage points where numbers are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from emspec.language.joined import STAGE_OF, backend_keys, options_of, parameters_of
from emspec.model.plugin import Catalog
from emspec.schema import Schema, in_fractions
from emspec.source import Document


def step_kinds(data: Any) -> Mapping[str, str | None]:
    """Return the kind of each step as far as it is known before anything is checked."""
    steps = data.get("steps") if isinstance(data, Mapping) else None
    if not isinstance(steps, Mapping):
        return {}
    kinds = {name: step.get("kind") if isinstance(step, Mapping) else None for name, step in steps.items()}
    return {name: kind if isinstance(kind, str) and kind in STAGE_OF else None for name, kind in kinds.items()}


def as_numbers(document: Document, catalog: Catalog) -> Document:
    """Return a spec or a profile with `10pp` as 0.1 in the parameters of tests and the options of backends."""
    data = document.data
    if not isinstance(data, Mapping):
        return document
    keys = backend_keys(step_kinds(data), catalog)
    schemas: Mapping[str, Callable[[str, Any], Schema]] = {
        "hypotheses": lambda _, one: parameters_of(one, catalog),
        "backends": lambda key, one: options_of(keys.get(key), one, catalog),
    }
    changed = {name: _each(data[name], schema) for name, schema in schemas.items() if name in data}
    return replace(document, data={**data, **changed})


def _each(section: Any, schema: Callable[[str, Any], Schema]) -> Any:
    if not isinstance(section, Mapping):
        return section
    return {key: in_fractions(one, schema(key, one)) for key, one in section.items()}
