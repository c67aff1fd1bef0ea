"""Markdown that says what it is given: text with nothing in it taken for a mark, and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|#~$&"})


def escaped(text: str) -> str:
    """Return text on one line, so that Markdown shows it as it is."""
    return " ".join(text.translate(_SPECIAL).split())


def table_lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, its cells escaped."""
    yield _row(map(escaped, head))
    yield _row(("---",) * len(head))
    yield from (_row(map(escaped, row)) for row in rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
