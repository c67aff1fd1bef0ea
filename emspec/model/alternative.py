"""What a hypothesis' test is to find, as truths that can be planted: asked of the tests for `emspec power`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Alternative:
    """A line of truths, one for each size of an effect (fractions of 1).

    effect   what the effect is, in words that follow its size: "more leakage of a persona in its own condition"
    pattern  what an effect of 1 adds to the rate of a persona in a condition, {condition: {persona: part}}; whom it
             does not name has the rate of all bystanders. Those it names, if only with 0, have no lasting deviation
    edge     the edge of the null hypothesis: there the claim is to be supported in at most alpha of all experiments
    towards  1 where larger effects than the edge make the claim true, -1 where smaller ones do
    asked    where the spec says by how much: the effect that power is asked at; None where it does not
    truest   the effect that supports a claim with `towards` -1 best; larger ones have no such end
    against  whether contradiction is searched for as well, on the other side of the edge
    """

    effect: str
    pattern: Mapping[str, Mapping[str, float]]
    edge: float
    towards: int = 1
    asked: float | None = None
    truest: float = 0.0
    against: bool = False

    @property
    def planted(self) -> tuple[str, ...]:
        """Return the personas that the pattern names, each once."""
        return tuple(dict.fromkeys(name for parts in self.pattern.values() for name in parts))
