"""Text that was written in lines of a set width, for a terminal that has its own."""

from __future__ import annotations

from itertools import groupby


def unwrapped(text: str) -> str:
    """Return text with each paragraph on one line; lines that are indented, such as examples, stay as they are."""
    groups = groupby(text.splitlines(), key=lambda line: bool(line) and not line[0].isspace())
    return "\n".join(" ".join(lines) if plain else "\n".join(lines) for plain, lines in groups) + "\n"
