"""A table in CSV -> a list of rows by column, and the line that each stands on."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emspec.errors import Place, Problem, SpecError
from emspec.source import KeyPath


@dataclass(frozen=True)
class CsvDocument:
    """A table as data: a mapping of column to text for each row below the first. `problems` are rows of wrong width."""

    file: str
    data: Any
    problems: tuple[Problem, ...]
    _lines: Mapping[int, int] = field(repr=False)

    def value(self, path: KeyPath) -> Place:
        """Return the start of the line on which a row begins; that of the table for the empty path."""
        return Place(self.file, self._lines[int(path[0])] if path else 1, 1)

    def key(self, path: KeyPath) -> Place:
        """Return the same as `value`: columns have no places of their own."""
        return self.value(path)


def parse_csv(file: str, text: str) -> CsvDocument:
    """Return a table whose first row names its columns; SpecError where it is no CSV. `file` is what places carry.

    Fields are separated by commas and may be quoted, and keep every space and newline within the quotes.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for row in reader:
            if row:
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        at = max(1, reader.line_num)
        raise SpecError([_wrong(file, at, f"this is not CSV: {error}", "correct it here")]) from None
    if not rows:
        return CsvDocument(file, [], (), {})
    columns = rows[0][1]
    doubled = dict.fromkeys(name for index, name in enumerate(columns) if name in columns[:index])
    problems = [_wrong(file, 1, f"two columns are named {name}", "rename one") for name in doubled]
    for at, row in rows[1:]:
        if len(row) != len(columns):
            what = f"the row has {len(row)} fields, and there are {len(columns)} columns: {', '.join(columns)}"
            problems.append(_wrong(file, at, what, "put a text with commas or newlines in quotes"))
    kept = [(at, dict(zip(columns, row, strict=True))) for at, row in rows[1:] if len(row) == len(columns)]
    lines = {index: at for index, (at, _) in enumerate(kept)}
    return CsvDocument(file, [row for _, row in kept], tuple(problems), lines)


def _wrong(file: str, line: int, message: str, fix: str) -> Problem:
    return Problem("error", "R102", Place(file, line, 1), message, fix)
