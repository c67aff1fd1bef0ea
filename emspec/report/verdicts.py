"""The verdict table as values, for whatever shows it."""

from __future__ import annotations

from dataclasses import dataclass

from emspec.model.finding import Finding, Verdict
from emspec.report import words
from emspec.report.confidence import confidence
from emspec.report.context import ReportContext

ASSUMES = "assumes"
"""The name of a term that says what a finding assumes."""


@dataclass(frozen=True)
class VerdictRow:
    """One hypothesis in words; numbers are written, and a dash stands for none.

    `confidence` is its level and why it is no higher, `registered` what the registered rule says of the figures, ""
    where there is none. `terms` are what the finding is of, the family that p is corrected over, and what it assumes,
    each with its name.
    """

    hypothesis: str
    test: str
    claim: str
    verdict: Verdict
    effect: str
    interval: str
    p: str
    floor: str
    reason: str
    terms: tuple[tuple[str, str], ...]
    confidence: str = ""
    registered: str = ""

    @property
    def level(self) -> str:
        """Return the confidence's level alone."""
        return self.confidence.partition(":")[0]


def row(finding: Finding, context: ReportContext) -> VerdictRow:
    """Write one finding."""
    return VerdictRow(
        hypothesis=finding.hypothesis,
        test=finding.test,
        claim=finding.claim,
        verdict=finding.verdict,
        effect=words.effect(finding),
        interval=words.span(finding),
        p=words.chance(finding.p),
        floor=words.chance(finding.floor),
        reason=finding.reason,
        terms=(
            ("estimand", finding.estimand),
            ("correction", finding.family),
            *((("adjusted p", words.chance(finding.adjusted)),) if finding.adjusted is not None else ()),
            *((ASSUMES, assumption) for assumption in finding.assumptions),
        ),
        confidence=confidence(finding, context).line,
        registered=_registered(finding),
    )


def _registered(finding: Finding) -> str:
    rule = finding.registered or {}
    remarks = rule.get("remarks", [])
    said = [str(rule.get("reason", "")), *(map(str, remarks) if isinstance(remarks, list | tuple) else ())]
    return " ".join(one for one in said if one)
