"""Rows of a run as text, CSV or JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from emspec.console.problems import visible
from emspec.model.json import Json

HEADING = ("condition", "seed", "replicate", "persona", "question", "sample")
"""The columns that say which reply a row is."""
MARK = "bold reverse"
QUOTE = '"'
EMPTY = QUOTE * 2
QUOTED = re.compile(r'[",\r\n]|^\s|\s$')


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Json]]) -> Iterator[str]:
    """Yield rows as CSV (RFC 4180): text quoted where needed, lists joined by blanks.

    No value is an empty field, an empty text a quoted one ("").
    """
    yield _csv_line(columns)
    for row in rows:
        yield _csv_line([row[name] for name in columns])


def json_lines(rows: Iterable[Mapping[str, Json]]) -> Iterator[str]:
    """Yield rows as JSON objects, one a line."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def print_replies(console: Console, rows: Iterable[Mapping[str, Json]]) -> None:
    """Print each row as a heading, its question, its other columns, and the reply beneath, the marker set off."""
    for row in rows:
        named = [f"{row[name]}" if name == "condition" else f"{name} {row[name]}" for name in HEADING if name in row]
        console.print(Text(", ".join(named), "bold"), soft_wrap=True)
        asked = row.get("question_text")
        if asked is not None:
            console.print(Padding(Text(visible(str(asked)), "italic"), (0, 0, 0, 2), expand=False))
        about = {name: value for name, value in row.items() if name not in (*HEADING, "question_text", "text")}
        if about:
            said = ", ".join(f"{name} {_plain(value) or '-'}" for name, value in about.items())
            console.print(Text(f"  {said}", "dim"), soft_wrap=True)
        if "text" in row:
            console.print(Padding(_marked(row["text"], row.get("marker")), (0, 0, 0, 2), expand=False))
            console.print()


def print_counts(console: Console, by: Sequence[str], counts: Sequence[Mapping[str, Json]]) -> None:
    """Print hits and replies for each combination of values."""
    table = Table(box=None, pad_edge=False)
    for name in by:
        table.add_column(name)
    for name in ("hits", "replies", "rate"):
        table.add_column(name, justify="right")
    for row in counts:
        hits, n = int(str(row["hits"])), int(str(row["n"]))
        rate = f"{100 * hits / n:.1f} %" if n else "-"
        table.add_row(*(_plain(row[name]) or "-" for name in by), f"{hits:,}", f"{n:,}", rate)
    console.print(table)


def _marked(text: Json, marker: Json) -> Text:
    shown = Text("(not recorded)" if text is None else visible(str(text)) or "(an empty reply)")
    if isinstance(marker, str) and marker:
        shown.highlight_regex(re.compile(re.escape(marker), re.IGNORECASE), MARK)
    return shown


def _csv_line(values: Sequence[Json]) -> str:
    return ",".join([_quoted(value, alone=len(values) == 1) for value in values]) + "\r\n"


def _quoted(value: Json, *, alone: bool) -> str:
    """Return a value's field; a line of one field without a value is quoted too, for readers pass over empty lines."""
    if value is None:
        return EMPTY if alone else ""
    text = _plain(value)
    return f'"{text.replace(QUOTE, QUOTE * 2)}"' if not text or QUOTED.search(text) else text


def _plain(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(map(str, value))
    return str(value)
