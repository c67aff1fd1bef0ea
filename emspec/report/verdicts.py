"""The verdict table as values, for whatever shows it."""

from __future__ import annotations

from dataclasses import dataclass

from emspec.model.finding import Finding, Verdict
from emspec.report import words

ASSUMES = "assumes"
"""The name of a term that says what a finding assumes."""


@dataclass(frozen=True)
class VerdictRow:
    """One hypothesis in words; numbers are written, and a dash stands for none.

    `terms` are what the finding is of, the family that p is corrected over, and what it assumes, each with its name.
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


def row(finding: Finding) -> VerdictRow:
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
            *((ASSUMES, assumption) for assumption in finding.assumptions),
        ),
    )
