"""Spearman's rho and what its exact permutation test can reach. Pure Python: the plan asks before anything runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Literal

Direction = Literal["increasing", "decreasing"]

ENUMERATED = 9
"""The most conditions whose n! orders are all enumerated (362,880)."""
LISTED = 7
"""The most conditions for which the plan lists every rho that can come out (5,040 orders)."""
DRAWS = 9_999


@dataclass(frozen=True)
class Reach:
    """The least p that a covariate's values allow, and the least |rho| that passes alpha: None where it is not listed.

    `most` is the largest |rho|, below 1 where the covariate has ties; `only` says that no smaller one passes.
    """

    floor: float
    passes: float | None = None
    most: float = 1.0
    only: bool = False


def average_ranks(values: Sequence[float]) -> list[float]:
    """Return ranks from 1, tied values sharing the mean of theirs."""
    ordered = sorted(values)
    first = {value: at for at, value in reversed(list(enumerate(ordered, 1)))}
    times = Counter(values)
    return [first[value] + (times[value] - 1) / 2 for value in values]


def centred(values: Sequence[float]) -> list[float]:
    """Return average ranks less their mean, scaled to length 1; zeros where all values are alike."""
    ranks = average_ranks(values)
    middle = sum(ranks) / len(ranks)
    size = math.sqrt(sum((rank - middle) ** 2 for rank in ranks))
    return [(rank - middle) / size if size else 0.0 for rank in ranks]


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Spearman's rho: the correlation of the average ranks (Spearman, 1904); 0 where one side is all alike."""
    return sum(a * b for a, b in zip(centred(first), centred(second), strict=True))


def reach(values: Sequence[float], direction: Direction | None, alpha: float) -> Reach:
    """Return what the exact test can reach where the other side, n leakage rates, has no ties.

    The largest rho is that of the rates in the covariate's order: prod(t!) of the n! orders have it, t being the sizes
    of the covariate's ties, and as many have the smallest. So the least p is prod(t!) / n! for one direction and twice
    that for both; for a random sample of orders no p is below 1 / (draws + 1) (Phipson and Smyth, 2010).
    """
    n = len(values)
    share = math.prod(math.factorial(times) for times in Counter(values).values()) / math.factorial(n)
    floor = min(1.0, share if direction else 2 * share)
    if n > ENUMERATED:
        return Reach(max(floor, 1 / (DRAWS + 1)))
    if n > LISTED:
        return Reach(floor)
    passing = [rho for rho, p in _distribution(tuple(values), direction) if p <= alpha + 1e-12]
    most = spearman(sorted(values), range(n))
    least = min(passing, default=None)
    return Reach(floor, least, most, least is not None and math.isclose(least, most, abs_tol=1e-8))


@lru_cache(maxsize=16)
def _distribution(values: tuple[float, ...], direction: Direction | None) -> tuple[tuple[float, float], ...]:
    """Return every |rho| (or rho, in a direction) with the share of orders that reach it."""
    fixed, moved = centred(values), centred(range(len(values)))
    sums = (sum(a * b for a, b in zip(fixed, order, strict=True)) for order in permutations(moved))
    counts = Counter(round(one if direction else abs(one), 9) for one in sums)
    total, reached, found = math.factorial(len(values)), 0, []
    for rho in sorted(counts, reverse=True):
        reached += counts[rho]
        found.append((rho, reached / total))
    return tuple(found)
