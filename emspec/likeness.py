"""Which of the known names a mistyped one was meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 80
"""Characters; longer names are compared with nothing, for the time it would take."""
SHORTEST_PART = 3
"""Characters that the start of a name must have to stand for the whole of it."""


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` was most likely meant to be, or None where none is near.

    Near is: the same but for case and separators; the same words in another order; the same parts between points, some
    left out; one name the start of the other; or at most two fifths of the longer name's characters typed wrong, left
    out, added or swapped with a neighbour.
    """
    return _closest(name, tuple(known))


@lru_cache(maxsize=4096)
def _closest(name: str, known: tuple[str, ...]) -> str | None:
    if len(name) > LONGEST:
        return None
    ranked = sorted((rank, one) for one in known if (rank := _rank(_plain(name), _plain(one))) is not None)
    return ranked[0][1] if ranked else None


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name.casefold())


def _rank(name: str, known: str) -> tuple[int, int] | None:
    """Return how far a name is from a known one, to compare with other ranks; None where it is too far."""
    if name == known:
        return 0, 0
    if sorted(name.split("-")) == sorted(known.split("-")):
        return 1, 0
    if _left_out(name.split("."), known.split(".")):
        return 1, len(known)
    most = max(1, 2 * max(len(name), len(known)) // 5)
    distance = edits(name, known) if abs(len(name) - len(known)) <= most else most + 1
    if distance <= most and distance < min(len(name), len(known)):
        return distance, -_shared(name, known)
    short, long = sorted((name, known), key=len)
    return (most + 1, len(long)) if len(short) >= SHORTEST_PART and long.startswith(short) else None


def _left_out(parts: list[str], known: list[str]) -> bool:
    """Return whether some parts of a known name make the name, the last one among them."""
    rest = iter(known)
    return len(parts) < len(known) and parts[-1] == known[-1] and all(part in rest for part in parts)


def _shared(name: str, known: str) -> int:
    """Return how many characters two names have in common at their start."""
    pairs = enumerate(zip(name, known, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(name), len(known)))


def edits(one: str, other: str) -> int:
    """Return the least number of characters inserted, deleted, replaced or swapped that turns one text into the other.

    Optimal string alignment: Damerau's distance in which no part is changed twice.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and right == one[i - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
