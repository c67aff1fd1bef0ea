"""The command that lists the rows behind a number: what a report gives beside it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from emspec.model.json import Json


def rows_command(run: str, where: Mapping[str, Json]) -> str:
    """Return `emspec rows RUN --where ...` for the rows that have these values."""
    wanted = (f"--where {shlex.quote(f'{name}={_text(value)}')}" for name, value in where.items() if value is not None)
    return " ".join(["emspec rows", shlex.quote(run), *wanted])


def _text(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
