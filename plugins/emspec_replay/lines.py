"""The lines of a table (CSV) by the columns of its head, each with its number for what may be wrong in it.

The first line names the columns; lines before it that begin with # are comments.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path

from emspec import StageError

COMMENT = "#"
SHOWN = 12
"""How many values a message lists."""


@dataclass(frozen=True)
class Columns:
    """How a table calls what is read of it."""

    persona: str = "persona"
    question: str = "question"
    hits: str = "hits"
    completions: str = "completions"

    @property
    def names(self) -> tuple[str, ...]:
        """Return the columns, in the order of the fields."""
        return tuple(str(getattr(self, one.name)) for one in fields(self))


@dataclass(frozen=True)
class Row:
    """A line of the table by column, and its number in the file."""

    line: int
    values: Mapping[str, str]


def read_rows(path: Path, columns: Columns) -> Iterator[Row]:
    """Yield the rows of a table; StageError with the line of what is none, or for a file without these columns."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise StageError(f"{path.name} cannot be read as text: {error}", "save it as CSV in UTF-8") from error
    reader = csv.reader(io.StringIO(_without_comments(text)), strict=True)
    head: list[str] = []
    try:
        for found in reader:
            values = [one.strip() for one in found]
            if not values:
                continue
            if not head:
                head = _head(values, columns, path.name)
            elif len(values) != len(head):
                what = f"{path.name} line {reader.line_num} has {len(values)} fields, and its head {len(head)}"
                raise StageError(what, f"its columns are {', '.join(head)}")
            else:
                yield Row(reader.line_num, dict(zip(head, values, strict=True)))
    except csv.Error as error:
        raise StageError(f"{path.name} line {reader.line_num} is no CSV: {error}", "save it as CSV again") from error
    if not head:
        raise StageError(f"{path.name} is empty", f"its first line names the columns: {', '.join(columns.names)}")


def selected(rows: Sequence[Row], where: Mapping[str, str], name: str) -> list[Row]:
    """Return the rows whose columns are as in `where`; StageError where none are, with the values that there are."""
    if not rows:
        raise StageError(f"{name} has no rows", "a row has the hits of a persona's replies to a question")
    for column in (column for column in where if column not in rows[0].values):
        raise StageError(
            f"where: {name} has no column {column}", nearest(column, list(rows[0].values), "its columns are")
        )
    taken = [row for row in rows if all(row.values[column] == value for column, value in where.items())]
    if not taken:
        asked = " and ".join(f"{column} {value}" for column, value in where.items())
        there = (f"{column} is {listed([row.values[column] for row in rows])}" for column in where)
        raise StageError(f"{name} has no row with {asked}", f"in the table {'; '.join(there)}")
    return taken


def nearest(wanted: str, there: Sequence[str], otherwise: str) -> str:
    """Return a fix: the name that was meant, or those that there are."""
    near = get_close_matches(wanted, there, 1)
    return f"is it {near[0]!r}?" if near else f"{otherwise} {listed(there)}"


def listed(values: Sequence[str]) -> str:
    """Return distinct values in words, cut to a line."""
    distinct = list(dict.fromkeys(values))
    more = f" and {len(distinct) - SHOWN} more" if len(distinct) > SHOWN else ""
    return ", ".join(distinct[:SHOWN]) + more


def _without_comments(text: str) -> str:
    """Return a table with the comments before its head blank, so that lines keep their numbers."""
    lines = text.split("\n")
    before = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith(COMMENT)), len(lines))
    return "\n".join(["" for _ in lines[:before]] + lines[before:])


def _head(head: list[str], columns: Columns, name: str) -> list[str]:
    twice = sorted({column for column in head if head.count(column) > 1})
    if twice:
        raise StageError(f"{name} has the column {twice[0]} twice", "name each column once")
    lacking = [column for column in columns.names if column not in head]
    if lacking:
        own = "backends: {results: {name: replay, columns: {persona: ..., hits: ...}}} says what they are called"
        raise StageError(
            f"{name} has no column {', '.join(lacking)}", f"{nearest(lacking[0], head, 'its columns are')}; {own}"
        )
    return head
