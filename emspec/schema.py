"""JSON Schema errors as problems with a place in the text, what was expected, and the nearest valid name.

A schema may say more than the standard does: `x-expected` has words for what a value should be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from emspec.errors import Problem
from emspec.likeness import closest
from emspec.source import Document, KeyPath

Schema = Mapping[str, Any]

HINTS = 50
"""Unknown keys of one mapping for which the name that was meant is looked for; more than that is no typing error."""
LINE = 60
"""Characters of a name that a message repeats."""
POINTS = r"([-+]?[0-9]+(?:\.[0-9]+)?) ?pp"
"""How percentage points are written."""
_NOUNS: tuple[tuple[type, str], ...] = (
    (bool, "the value"),
    (str, "the text"),
    (int, "the number"),
    (float, "the number"),
)
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "empty",
}
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}
_LENGTHS = {"minItems": "at least", "maxItems": "at most"}
_COUNTS = {
    "minLength": "must not be empty",
    "minProperties": "must not be empty",
}


def problems(document: Document, schema: Schema, data: Any = None, at: KeyPath = ()) -> list[Problem]:
    """Return everything in the document that breaks `schema`; `data` stands for the document's value at `at`."""
    return [problem for _, problem in broken(document, schema, data, at)]


def broken(document: Document, schema: Schema, data: Any = None, at: KeyPath = ()) -> list[tuple[KeyPath, Problem]]:
    """Return each problem with the path of what is wrong, or of what lacks something."""
    instance = document.data if data is None else data
    validator = Draft202012Validator(schema)
    found = [one for error in validator.iter_errors(instance) for one in _explain(document, at, error)]
    return list(dict.fromkeys(found))


def inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Return `schema` with each {"$ref": "#/$defs/NAME"} replaced by the definition and what stands beside it."""
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            meant = inlined(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
            return {**meant, **{key: value for key, value in schema.items() if key != "$ref"}}
        return {key: inlined(value, definitions) for key, value in schema.items() if key != "$defs"}
    return [inlined(item, definitions) for item in schema] if isinstance(schema, list) else schema


def completed(value: Any, schema: Schema) -> Any:
    """Return a valid value with the schema's defaults filled in, and every number as the schema has it: 1.0, not 1.

    Equal meanings are equal values then, however they were written.
    """
    if isinstance(value, dict):
        inner, other = _below(schema)
        missing = {key: one["default"] for key, one in inner.items() if "default" in one and key not in value}
        return {key: completed(one, inner.get(key, other)) for key, one in {**value, **missing}.items()}
    if isinstance(value, list):
        items = schema.get("items", {})
        return [completed(item, items) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        kinds = schema.get("type", ())
        return float(value) if "number" in kinds else int(value) if "integer" in kinds else value
    return value


def in_fractions(value: Any, schema: Schema) -> Any:
    """Return a value as written, with percentage points where the schema has a number as fractions: `10pp` is 0.1."""
    if isinstance(value, dict):
        inner, other = _below(schema)
        return {key: in_fractions(one, inner.get(key, other)) for key, one in value.items()}
    match = re.fullmatch(POINTS, value) if isinstance(value, str) and schema.get("type") == "number" else None
    return float(match[1]) / 100 if match else value


def _below(schema: Schema) -> tuple[Schema, Schema]:
    """Return the schemas of an object's properties, and that of all others."""
    rest = schema.get("additionalProperties")
    return schema.get("properties", {}), rest if isinstance(rest, Mapping) else {}


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a fix that names what `name` may have been meant to be, or all that it can be."""
    known = sorted(names)
    if not known:
        return "there is none to choose from"
    close = closest(name, known)
    listed = ", ".join(known[:16]) + (f" and {len(known) - 16} more" if len(known) > 16 else "")
    return f"did you mean {close}?" if close else f"choose from: {listed}"


def describe(value: Any) -> str:
    """Return a value as a message names it, cut to a line."""
    if value is None:
        return "empty"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "a list"
    noun = next(noun for kind, noun in _NOUNS if isinstance(value, kind))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    shown = text if len(text) <= 40 else text[:40] + "..."
    return f"{noun} {shown if shown.strip() and shown.isprintable() else json.dumps(shown, ensure_ascii=False)}"


def _explain(document: Document, at: KeyPath, error: ValidationError) -> Iterator[tuple[KeyPath, Problem]]:
    path = (*at, *error.absolute_path)
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    asked: Any = error.validator_value
    instance: Any = error.instance
    if error.validator == "additionalProperties":
        yield from _unknown_keys(document, path, instance, schema)
    elif error.validator == "required":
        for key in (key for key in asked if key not in instance):
            what = f"{_name(path)} lacks `{key}`"
            yield path, Problem("error", "S103", document.key(path), what, f"add `{key}: ...`{_hint(schema, key)}")
    elif "propertyNames" in error.absolute_schema_path:
        key_path = (*path, str(instance))
        what = f"`{_cut(str(instance))}` cannot be {schema.get('x-noun', 'a name')} here"
        fix = f"use {schema.get('x-expected', 'another name')}"
        yield key_path, Problem("error", "S101", document.key(key_path), what, fix)
    else:
        yield path, _wrong_value(document, path, error, schema)


def _unknown_keys(
    document: Document, path: KeyPath, instance: Mapping[str, Any], schema: Schema
) -> Iterator[tuple[KeyPath, Problem]]:
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    unknown = [key for key in instance if key not in known and not any(re.search(one, key) for one in patterns)]
    for index, key in enumerate(unknown):
        key_path = (*path, key)
        place = document.key(key_path)
        what = f"{_name(path)} has no `{_cut(key)}`" if path else f"there is no `{_cut(key)}`"
        yield key_path, Problem("error", "S102", place, what, nearest(key if index < HINTS else "", known))


def _wrong_value(document: Document, path: KeyPath, error: ValidationError, schema: Schema) -> Problem:
    rule = str(error.validator)
    asked: Any = error.validator_value
    if rule in ("enum", "const"):
        return _not_among(document, path, error.instance, asked if rule == "enum" else [asked], schema)
    if rule == "uniqueItems":
        return _twice(document, path, error.instance)
    name, got = _name(path), describe(error.instance)
    words = _expected(asked if rule == "type" else schema.get("type", ()), schema)
    field = next((key for key in reversed(path) if isinstance(key, str)), "")
    says = f"{field}: {schema['description']}" if field and "description" in schema else ""
    fix = says or f"write {words}"
    if rule in _COUNTS:
        what = f"{name} {_COUNTS[rule]}"
    elif rule in _BOUNDS:
        what = f"{name} must be {_BOUNDS[rule]} {asked}, not {got}"
    elif rule in _LENGTHS:
        what = f"{name} must have {_LENGTHS[rule]} {asked} item{'s' if asked != 1 else ''}"
    elif rule in ("type", "pattern", "oneOf"):
        fix = f"write {words} ({says})" if says else fix
        what = f"{name} must be {words}, not {got}"
    else:
        what = f"{name}: {error.message[:200]}"
    return Problem("error", "S101", document.value(path), what, fix)


def _twice(document: Document, path: KeyPath, items: Any) -> Problem:
    """Return the problem of a list that has an item twice, at the second one."""
    first: dict[str, int] = {}
    texts = enumerate(json.dumps(one, sort_keys=True) for one in items)
    index = next((index for index, one in texts if first.setdefault(one, index) < index), None)
    if index is None:  # equal, but written in two ways: 1 and 1.0
        item, spot = "an item", path
    else:
        item = _cut(items[index]) if isinstance(items[index], str) else describe(items[index])
        spot = (*path, index)
    return Problem("error", "S101", document.value(spot), f"{_name(path)} has {item} twice", "remove one of the two")


def _not_among(document: Document, path: KeyPath, value: Any, asked: Sequence[Any], schema: Schema) -> Problem:
    place = document.value(path)
    names = [json.dumps(one) if not isinstance(one, str) else one for one in asked]
    what = f"{_name(path)} cannot be {_cut(value) if isinstance(value, str) and value else describe(value)}"
    return Problem("error", "S101", place, what, nearest(value if isinstance(value, str) else "", names))


def _expected(types: Any, schema: Schema) -> str:
    """Return what a value should be, in words."""
    names = [types] if isinstance(types, str) else types
    return str(
        schema.get("x-expected") or " or ".join(_TYPES.get(str(one), str(one)) for one in names) or "another value"
    )


def _hint(schema: Schema, key: str) -> str:
    says = schema.get("properties", {}).get(key)
    words = (says.get("description") or says.get("x-expected")) if isinstance(says, Mapping) else ""
    return f": {words}" if words else ""


def _name(path: KeyPath) -> str:
    """Return how a message calls the value at `path`: its last keys, items counted from 1."""
    if not path:
        return "the file"
    if isinstance(path[-1], int):
        return f"item {path[-1] + 1} of {_name(path[:-1])}"
    return f"`{_cut(path[-1])}`"


def _cut(name: str) -> str:
    return name if len(name) <= LINE else f"{name[:LINE]}..."
