"""Families of hypotheses, and p values corrected over them.

Holm (1979), A simple sequentially rejective multiple test procedure: with p(1) <= ... <= p(m), p(i) is compared with
alpha / (m - i + 1) as long as all before it passed; the adjusted p is max over j <= i of min(1, (m - j + 1) p(j)). The
chance of any false rejection in the family is at most alpha, however the tests depend on each other.

Benjamini and Hochberg (1995), Controlling the false discovery rate: step-up; with k the largest i for which p(i) is at
most alpha i / m, the first k pass; the adjusted p is min over j >= i of min(1, m p(j) / j). The share of false ones
among the rejected is at most alpha on average, for independent tests and for those that depend positively.

Bonferroni: min(1, m p), an upper bound of both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emspec.errors import Place
from emspec.model.json import JsonObject

CORRECTIONS: Mapping[str, str] = {
    "benjamini-hochberg": "Benjamini-Hochberg",
    "bonferroni": "Bonferroni",
    "holm": "Holm",
}
"""The corrections, and what people call them."""

ROUNDING = 1e-9
"""Relative: a p that misses its level by less has reached it. 1/120 and .05 / 6 are one number, and no two floats."""


@dataclass(frozen=True)
class Family:
    """Hypotheses that are asked together: by `correction`, holm or benjamini-hochberg, at `alpha` for all of them."""

    name: str
    hypotheses: tuple[str, ...]
    correction: str
    alpha: float = 0.05
    place: Place | None = None

    @property
    def words(self) -> str:
        """Return the family in words: the family primary (Holm over H1, H2 and H3, alpha .05)."""
        *first, last = self.hypotheses
        alpha = f"{self.alpha:g}".removeprefix("0")
        named = f"{', '.join(first)} and {last}" if first else last
        return f"the family {self.name} ({CORRECTIONS[self.correction]} over {named}, alpha {alpha})"

    def to_json(self) -> JsonObject:
        """Return the family as JSON values."""
        return {
            "name": self.name,
            "hypotheses": list(self.hypotheses),
            "correction": self.correction,
            "alpha": self.alpha,
        }


def reached(p: float, level: float) -> bool:
    """Return whether p is at most a level, rounding apart."""
    return p <= level or math.isclose(p, level, rel_tol=ROUNDING)


def adjusted(ps: Sequence[float], correction: str) -> tuple[float, ...]:
    """Return the p values corrected over each other, in the order given; at most 1."""
    m, order = len(ps), sorted(range(len(ps)), key=lambda at: ps[at])
    found = [0.0] * m
    if correction == "bonferroni":
        return tuple(min(1.0, m * p) for p in ps)
    if correction == "holm":
        most = 0.0
        for before, at in enumerate(order):
            most = max(most, min(1.0, (m - before) * ps[at]))
            found[at] = most
        return tuple(found)
    least = 1.0
    for rank, at in zip(range(m, 0, -1), reversed(order), strict=True):
        least = min(least, m * ps[at] / rank)
        found[at] = least
    return tuple(found)


def levels(ps: Sequence[float], correction: str, alpha: float) -> tuple[float, ...]:
    """Return the level that each p is to be judged at by itself, holm or benjamini-hochberg, in the order given.

    p is at most its level exactly where its adjusted p is at most alpha. Holm: alpha / (m - rank + 1), after the first
    failure that of the failure. Benjamini-Hochberg: alpha k / m, k the largest rank that passes (1 where none does).
    """
    m, order = len(ps), sorted(range(len(ps)), key=lambda at: ps[at])
    if correction == "holm":
        found, failed = [0.0] * m, False
        level = 0.0
        for before, at in enumerate(order):
            level = level if failed else alpha / (m - before)
            failed = failed or not reached(ps[at], level)
            found[at] = level if failed else max(level, ps[at])
        return tuple(found)
    passed = [rank for rank, at in enumerate(order, 1) if reached(ps[at], alpha * rank / m)]
    last = passed[-1] if passed else 1
    level = alpha * last / m
    return (max(level, ps[order[last - 1]]) if passed else level,) * m
