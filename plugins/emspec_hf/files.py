"""JSON and JSON Lines, in and out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emspec import Json, JsonObject


def read_lines(path: Path) -> Iterator[Any]:
    """Yield the values of a JSON Lines file. Raises ValueError where a line is no JSON."""
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield json.loads(line)


def write_lines(path: Path, values: Iterable[JsonObject], *, ascii_only: bool = False) -> None:
    """Write JSON Lines, keys in the order given; other than ASCII is escaped where asked."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(json.dumps(value, ensure_ascii=ascii_only) + "\n" for value in values)


def write_json(path: Path, value: Mapping[str, Json]) -> None:
    """Write one JSON value, indented."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
