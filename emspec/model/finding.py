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
class Finding:
    """One hypothesis decided.

    `effect`, `low` and `high` are in `unit` (pp, or a coefficient) and `level` is the interval's; `p` is the attained p
    value and `floor` the least that the design can return; `reason` is a generated sentence; `family` says over which
    hypotheses p is corrected (the analysis fills it in where the test leaves it empty); `details` carries figures by
    name.
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
    details: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return the finding as JSON values, tuples as lists."""
        return {**asdict(self), "assumptions": list(self.assumptions)}
