"""An entry put into a mapping of a YAML text, in the style of its neighbours; every other character stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emspec.source import Document, parse

BEFORE = ("matrix", "zip", "exclude", "conditions")
"""What a new section stands after, if it is there; else it stands before the steps."""


@dataclass(frozen=True)
class Entry:
    """A mapping by name; its fields' values as they are written."""

    name: str
    fields: Mapping[str, str]

    @property
    def data(self) -> Any:
        """The entry as YAML reads it."""
        return parse("", self._flow()).data

    def line(self, width: int = 0) -> str:
        """Return the entry on one line, its value `width` characters from its start or as near as can be."""
        return f"{f'{self.name}:':<{max(width - 1, 0)}} {self._flow()}"

    def block(self, indent: str, step: str) -> list[str]:
        """Return the entry as lines, a field each."""
        return [f"{indent}{self.name}:", *(f"{indent}{step}{key}: {value}" for key, value in self.fields.items())]

    def _flow(self) -> str:
        return "{" + ", ".join(f"{key}: {value}" for key, value in self.fields.items()) + "}"


def with_entry(text: str, document: Document, section: str, entry: Entry) -> str:
    """Return the text with an entry after the last one of a section."""
    start = document.value((section,))
    names = list(document.data[section] or {})
    lines = text.splitlines(keepends=True)
    if not names or lines[start.line - 1][start.column - 1 : start.column] == "{":
        return _in_flow(text, lines, document, section, entry)
    last = document.key((section, names[-1]))
    indent = " " * (last.column - 1)
    value = document.value((section, names[-1]))
    first = lines[value.line - 1][value.column - 1 : value.column]
    if value.line > last.line and entry.fields:
        added = entry.block(indent, " " * (value.column - last.column))
    else:
        added = [indent + entry.line(_width(document, section, names) if first in "{*&" else 0)]
    line = document.end((section, names[-1]))[0] if first == "{" else last.line
    return _with_lines(lines, _end_of(lines, line, last.column), added)


def with_section(text: str, document: Document, section: str, entries: Sequence[Entry]) -> str:
    """Return the text with a new section: after what it belongs to, or before the steps."""
    lines = text.splitlines(keepends=True)
    added = [f"{section}:", *(f"  {entry.line()}" for entry in entries)]
    there = [key for key in BEFORE if document.has((key,)) and key != section]
    if there:
        last = document.key((max(there, key=lambda key: document.key((key,)).line),))
        return _with_lines(lines, _end_of(lines, last.line, last.column), added)
    if document.has(("steps",)):
        return _with_lines(lines, _above(lines, document.key(("steps",)).line - 1), added)
    return _with_lines(lines, len(lines), added)


def _in_flow(text: str, lines: Sequence[str], document: Document, section: str, entry: Entry) -> str:
    """Return the text with an entry before the brace that ends a flow mapping."""
    line, column = document.end((section,))
    brace = sum(len(one) for one in lines[: line - 1]) + column - 2
    names = list(document.data[section] or {})
    if not names:
        return text[:brace] + entry.line() + text[brace:]
    line, column = document.end((section, names[-1]))
    last = sum(len(one) for one in lines[: line - 1]) + column - 1
    rest = text[last:brace]
    comma = "" if rest.lstrip().startswith(",") else ","
    if "\n" not in rest and "\r" not in rest:
        return text[:last] + f", {entry.line()}" + text[last:]
    cut = last + len(rest.partition("\n")[0]) + 1
    indent = " " * (document.key((section, names[-1])).column - 1)
    return text[:last] + comma + text[last:cut] + indent + entry.line() + _newline(lines) + text[cut:]


def _width(document: Document, section: str, names: Sequence[str]) -> int:
    """Return how far the values of a section's entries stand from their names, where all of them stand alike."""
    keys = [document.key((section, name)) for name in names]
    values = [document.value((section, name)) for name in names]
    widths = {value.column - key.column for key, value in zip(keys, values, strict=True) if value.line == key.line}
    return widths.pop() if len(widths) == 1 and len(names) > 1 else 0


def _end_of(lines: Sequence[str], line: int, column: int) -> int:
    """Return how many lines come before what follows an entry, of which `line` is known and whose key is at `column`.

    Comments as far in as the key are the entry's; those at the left edge are about what follows.
    """
    found = line
    for number in range(line, len(lines)):
        stripped = lines[number].strip()
        far = len(lines[number]) - len(lines[number].lstrip(" "))
        if not stripped:
            continue
        if stripped.startswith("#"):
            found = number + 1 if far and far >= column - 1 else found
        elif far >= column or (far == column - 1 and stripped.startswith("-")):
            found = number + 1
        else:
            break
    return found


def _above(lines: Sequence[str], at: int) -> int:
    """Return the line that comments right above line `at` begin with."""
    while at > 0 and lines[at - 1].startswith("#"):
        at -= 1
    return at


def _with_lines(lines: Sequence[str], at: int, added: Sequence[str]) -> str:
    """Return the text with lines put in after the first `at` ones."""
    newline = _newline(lines)
    before = "".join(lines[:at])
    if before and not before.endswith(("\n", "\r")):
        before += newline
    return before + "".join(f"{line.rstrip()}{newline}" for line in added) + "".join(lines[at:])


def _newline(lines: Sequence[str]) -> str:
    """Return how the text ends its lines."""
    return "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
