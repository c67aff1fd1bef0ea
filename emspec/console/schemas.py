"""A schema as text."""

from __future__ import annotations

import json

from emspec.schema import Schema

WIDTH = 110


def schema_text(schema: Schema) -> str:
    """Return a schema as it is printed and committed: short values stay on one line."""
    return _text(schema, "") + "\n"


def _text(value: object, indent: str) -> str:
    """Return JSON with a line for each item of what does not fit into one."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(indent) + len(line) <= WIDTH:
        return line
    below = indent + "  "
    if isinstance(value, dict):
        items = [f"{json.dumps(key, ensure_ascii=False)}: {_text(one, below)}" for key, one in value.items()]
    else:
        items = [_text(one, below) for one in value]
    first, last = "{}" if isinstance(value, dict) else "[]"
    joined = ",\n".join(f"{below}{item}" for item in items)
    return f"{first}\n{joined}\n{indent}{last}"
