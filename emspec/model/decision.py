"""The rule that a hypothesis was registered with, in the terms of its test: `decide:`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from emspec.model.json import Json, JsonObject

Unit = Literal["pp", "p", "number"]
Comparison = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True)
class Metric:
    """A figure of a test that a rule may name.

    unit  "pp": a difference or a rate, held as a fraction of 1; "p": a probability; "number": a coefficient
    low, high  the least and the largest value that the figure can have, None for no bound
    by_condition  whether the figure is known for each testable condition, so that a rule can ask it of some of them
    """

    name: str
    about: str
    unit: Unit = "number"
    low: float | None = None
    high: float | None = None
    by_condition: bool = False


@dataclass(frozen=True)
class Criterion:
    """One line of a rule: the metric, how it is compared, and with what (pp as a fraction of 1)."""

    metric: str
    comparison: Comparison
    value: float
    unit: Unit = "number"

    def to_json(self) -> JsonObject:
        """Return the line as JSON values."""
        return {"metric": self.metric, "comparison": self.comparison, "value": self.value, "unit": self.unit}

    def holds(self, value: float) -> bool:
        """Return whether a value of the metric meets the line."""
        if self.comparison in ("<", "<="):
            return value < self.value or (self.comparison == "<=" and value == self.value)
        return value > self.value or (self.comparison == ">=" and value == self.value)


@dataclass(frozen=True)
class Decision:
    """All criteria are to be met; with `least`, in at least so many testable conditions, by registration of `of`.

    correction, family  how p is corrected, and over how many tests; 1 where the rule declares none
    draws               random permutations that p is computed from; None where the rule does not say
    """

    criteria: tuple[Criterion, ...]
    least: int | None = None
    of: int | None = None
    correction: str | None = None
    family: int = 1
    draws: int | None = None

    def of_metric(self, metric: str) -> Criterion | None:
        """Return the line on a metric."""
        return next((one for one in self.criteria if one.metric == metric), None)

    def to_json(self) -> JsonObject:
        """Return the rule as JSON values; what it does not say is left out."""
        lines: list[Json] = [one.to_json() for one in self.criteria]
        said: JsonObject = {"in": self.least, "of": self.of, "correction": self.correction, "draws": self.draws}
        rest = {name: value for name, value in said.items() if value is not None}
        return {"criteria": lines, **rest, **({"family": self.family} if self.family > 1 else {})}
