"""Data sets and where their rows are, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from emspec.console.paths import short

VERSION = 1
"""Raised when a key of the JSON changes its meaning or goes away; new keys may come at any time."""
COLOURS = {"here": "green", "not here": "yellow", "unusable": "red"}


@dataclass(frozen=True)
class DataLine:
    """One data set: the backend that makes it, what it must be, and whether it is here, where, or why it cannot be."""

    name: str
    backend: str
    rows: int
    checksum: str
    state: str
    note: str


def print_data(console: Console, lines: Sequence[DataLine]) -> None:
    """Print a line for each data set, and beneath it where its rows are."""
    width = max((len(line.name) for line in lines), default=0)
    for line in lines:
        held = f"{line.rows:>8,} rows by {line.backend:<10}"
        row = Text.assemble(f"{line.name:<{width}}  {held}  ", (line.state, COLOURS[line.state]))
        console.print(row, soft_wrap=True)
        for more in (line.checksum, line.note):
            if more:
                console.print(Text(f"   {more}", "dim"), soft_wrap=True)
    if any(line.state == "not here" for line in lines):
        console.print("emspec data fetch NAME makes one now; a run makes those that it needs by itself")


def data_json(lines: Sequence[DataLine]) -> str:
    """Return data sets as a JSON object."""
    return json.dumps({"version": VERSION, "datasets": [asdict(line) for line in lines]}, indent=2, ensure_ascii=False)


def print_rows(console: Console, name: str, path: Path, facts: Mapping[str, int | str]) -> None:
    """Print where a data set's rows are, and what they are."""
    console.print(Text(f"{name}: {int(facts['rows']):,} rows, as its file in the registry says"), soft_wrap=True)
    for checksum in ("md5", "sha256"):
        console.print(Text(f"   {checksum} {facts[checksum]}"), soft_wrap=True)
    console.print(Text(f"   {short(path)}"), soft_wrap=True)
