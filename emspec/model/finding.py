"""What the analysis found: rates with intervals, and verdicts. The report renders these and adds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

from emspec.model.json import Json, JsonObject

Verdict = Literal["supported", "contradicted", "inconclusive", "untestable"]
VERDICTS: tuple[str, ...] = get_args(Verdict)


@dataclass(frozen=True)
class Rate:
    """Hits out of n with a 95 % interval (fractions of 1); `method` names how the interval was made."""

    hits: int
    n: int
    rate: float
    low: float
    high: float
    method: str


@dataclass(frozen=True)
class Part:
    """One of the comparisons that a finding is made of: a line of its forest plot, in the finding's unit."""

    label: str
    effect: float
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    p: float | None = None


@dataclass(frozen=True)
class Finding:
    """One hypothesis decided.

    effect, low, high  in `unit` (pp, or a coefficient); `level` is the interval's
    given      what the interval is conditional on, where that is not what the estimand says: "given these runs"
    margin     the least difference that matters, in `unit`: the band of the forest plot; None for none
    p, floor   the attained p value, and the least that the design can return
    opposite   the p of the opposite direction, where the test looks both ways
    reason     a generated sentence
    family     over which hypotheses p is corrected: the analysis fills it in where the test leaves it empty
    adjusted   p corrected over the family, None where nothing is corrected: the analysis fills it in
    parts      the comparisons that the finding is made of
    metrics    the figures that a registered rule may name (TestKind.metrics): those in pp as fractions of 1
    by_condition  the figures that are known for each testable condition, by condition and metric
    registered what the registered rule says of the figures, {"rule" in words, "met", "lines", "conditions" by name with
               `in`, "agrees" (with the verdict), "reason", "remarks"}: the analysis fills it in; None without a rule
    untaken    trainings of the runs compared that did not take ("coupling in B0 seed 42"): the analysis fills it in
    details    further figures by name
    """

    hypothesis: str
    test: str
    claim: str
    verdict: Verdict
    reason: str
    estimand: str
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = "pp"
    p: float | None = None
    floor: float | None = None
    alpha: float = 0.05
    level: float = 0.95
    family: str = ""
    assumptions: tuple[str, ...] = ()
    given: str = ""
    margin: float | None = None
    opposite: float | None = None
    adjusted: float | None = None
    parts: tuple[Part, ...] = ()
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    by_condition: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    registered: JsonObject | None = None
    untaken: tuple[str, ...] = ()
    details: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return the finding as JSON values, tuples as lists."""
        lists: JsonObject = {"assumptions": list(self.assumptions), "untaken": list(self.untaken)}
        return {**asdict(self), **lists, "parts": [asdict(part) for part in self.parts]}
