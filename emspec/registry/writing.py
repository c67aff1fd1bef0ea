"""Registry files as YAML text, in a form that is read back to the same characters, whatever the texts hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from emspec.errors import SpecError
from emspec.source import NOT_YAML, parse

_PLAIN = re.compile(r"[^\W\d_][^\n\r:#]*")


def scalar(text: str, indent: int = 0) -> str:
    """Return a text as a YAML value: plain where that is safe, a block where it has lines, else in double quotes.

    `indent` is how far the key stands in. Every form is read back before it is used.
    """
    return next(form for form in _forms(text, indent) if _reads_as(form, text, indent))


def personas_text(about: str, version: str, extends: str | None, personas: Mapping[str, str]) -> str:
    """Return the file of a version of the personas."""
    head = f"version: {version}\n" + (f"extends: {extends}\n" if extends else "")
    entries = "".join(persona_line(name, text) for name, text in personas.items())
    data: dict[str, Any] = {"version": version, "extends": extends, "personas": dict(personas)}
    return _checked(f"{_comment(about)}{head}personas:\n{entries}", data)


def persona_line(name: str, text: str) -> str:
    """Return the lines of one persona in its file."""
    return f"  {name}: {scalar(text, 2)}\n"


def questions_text(about: str, name: str, questions: Sequence[str], includes: Sequence[str]) -> str:
    """Return the file of a question set."""
    head = f"name: {name}\n" + (f"includes: [{', '.join(includes)}]\n" if includes else "")
    items = "".join(f"  - {scalar(question, 2)}\n" for question in questions)
    data: dict[str, Any] = {"name": name, "includes": list(includes) or None, "questions": list(questions) or None}
    return _checked(f"{_comment(about)}{head}" + (f"questions:\n{items}" if items else ""), data)


def recipe_text(about: str, name: str, kind: str, fields: Mapping[str, Any]) -> str:
    """Return the file of a recipe."""
    lines = "".join(f"  {field}: {_flow(value)}\n" for field, value in fields.items())
    text = f"{_comment(about)}name: {name}\nkind: {kind}\nrecipe:\n{lines}"
    return _checked(text, {"name": name, "kind": kind, "recipe": dict(fields)})


def _forms(text: str, indent: int) -> list[str]:
    """Return the ways to write a text, the most readable first; the last one fits every text."""
    odd = NOT_YAML.sub(lambda one: _escape(one[0]), json.dumps(text, ensure_ascii=False))
    lines = text.split("\n")
    forms = [text] if _PLAIN.fullmatch(text) and text == text.strip() else []
    if len(lines) > 1 and text.strip("\n") and not any(line != line.rstrip() for line in lines):
        kept = "" if text.endswith("\n") else "-"
        body = text.removesuffix("\n").split("\n")
        forms.append(f"|{kept}\n" + "\n".join(" " * (indent + 2) + line if line else "" for line in body))
    return [*forms, odd]


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _reads_as(form: str, text: str, indent: int) -> bool:
    try:
        return bool(parse("", f"{' ' * indent}key: {form}\n").data == {"key": text})
    except SpecError:
        return False


def _flow(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_flow(one) for one in value)}]"
    return scalar(value) if isinstance(value, str) else json.dumps(value)


def _comment(about: str) -> str:
    """Return a remark as comment lines."""
    lines = NOT_YAML.sub(" ", about).splitlines()
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _checked(text: str, expected: Mapping[str, Any]) -> str:
    """Return the text of a file; a form that is not read back as meant would be a fault of this module."""
    meant = {key: value for key, value in expected.items() if value is not None}
    found = parse("", text)
    if found.problems or found.data != meant:
        raise AssertionError("a registry file is not read back as it was meant")
    return text
