"""Pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def head(title: str, source: str) -> str:
    """Return a page's title, with a note for whoever would edit it."""
    return f"# {title}\n\n<!-- generated from {source} by `make docs`: edit that, not this page -->\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; what its cells hold is escaped but for the Markdown in it."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def code(text: str) -> str:
    """Return text set as code within a line."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def block(text: str, language: str = "") -> str:
    """Return text set as a block of code."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
