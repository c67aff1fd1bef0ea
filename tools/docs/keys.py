"""The keys that a JSON Schema describes, as rows: key, type, default, meaning, example."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from emspec.schema import POINTS, Schema
from tools.docs.markdown import code

COLUMNS = ("key", "type", "default", "meaning", "example")
TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
    "null": "nothing",
}


BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


@dataclass(frozen=True)
class Keys:
    """Reads schemas whose references are to `definitions`; values in use are each key's examples."""

    definitions: Mapping[str, Any]

    def rows(self, schema: Schema, used: tuple[Any, ...] = (), before: str = "") -> Iterator[tuple[str, ...]]:
        """Yield a row for each key of a mapping, those of mappings in it after it, `before` them its own key."""
        schema = self.meant(schema)
        required = {*schema.get("required", ()), *schema.get("then", {}).get("required", ())}
        for name, written in schema.get("properties", {}).items():
            one = self.meant(written)
            values = tuple(value[name] for value in used if isinstance(value, dict) and name in value)
            default = "needed" if name in required else _value(one["default"]) if "default" in one else ""
            meaning = one.get("description", "")
            yield code(before + name), self.type(one), default, meaning, _example(one, values)
            if name not in INNER:
                yield from self.rows(one, values, f"{before}{name}.")

    def meant(self, schema: Any) -> Schema:
        """Return a schema with what it refers to, its own words over it."""
        if not isinstance(schema, Mapping):
            return {}
        if "$ref" not in schema:
            return schema
        found: Any = {"$defs": self.definitions}
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return {**self.meant(found), **{key: value for key, value in schema.items() if key != "$ref"}}

    def type(self, schema: Schema) -> str:
        """Return in words what a value has to be."""
        if "const" in schema or "enum" in schema:
            return " or ".join(code(_plain(one)) for one in schema.get("enum", [schema.get("const")]))
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(self.type(self.meant(one)) for one in schema["anyOf"]))
        if schema.get("pattern") == f"^{POINTS}$":
            return "number or percentage points (`0.1`, `10pp`)" + _bounds(schema)
        kinds = schema.get("type", ())
        named = [kinds] if isinstance(kinds, str) else kinds
        return " or ".join(self._named(one, schema) for one in named) + _bounds(schema)

    def _named(self, kind: str, schema: Schema) -> str:
        items = self.meant(schema.get("items"))
        return f"list ({self.type(items)})" if kind == "array" and items else TYPES[kind]


INNER = frozenset({"recipe", "steps", "hypotheses", "backends", "accept"})
"""Keys whose mappings have a section of their own."""


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low:,} to {high:,}"
    said = [f"{word} {schema[key]:,}" for key, word in BOUNDS.items() if key in schema]
    return f", {' and '.join(said)}" if said else ""


def _example(schema: Schema, values: tuple[Any, ...]) -> str:
    shown = [*values, *schema.get("examples", ()), *([schema["default"]] if "default" in schema else [])]
    texts = [_plain(value) for value in shown if value is not None]
    short = [text for text in texts if len(text) <= 90]
    return code(short[0]) if short else ""


def _value(value: Any) -> str:
    return code(json.dumps(value, ensure_ascii=False))


def _plain(value: Any) -> str:
    """Return a value as it is written in a spec, on a line."""
    if isinstance(value, str) and "\n" in value:
        return json.dumps(value, ensure_ascii=False)
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...").strip()
