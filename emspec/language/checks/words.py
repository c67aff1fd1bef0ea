"""Words that several checks use."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 4
"""How many names a message lists before it counts the rest."""


def counted(number: int, noun: str) -> str:
    """Return `1 run`, or `3 runs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], most: int = MOST) -> str:
    """Return `a, b, c and d`, or `a, b, c, d and 5 more`."""
    if len(names) > most + 1:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
