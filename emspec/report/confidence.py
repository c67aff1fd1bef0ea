"""How far a verdict can be relied on: HIGH, MODERATE or LOW, by written rules (docs/verdicts.md), with the reasons.

A verdict has the lowest level that some rule gives it. What is accepted in the spec, with its reason, lowers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from emspec.model.finding import Finding
from emspec.model.json import JsonObject
from emspec.report.context import ReportContext

Level = Literal["HIGH", "MODERATE", "LOW"]
LEVELS: tuple[Level, ...] = ("LOW", "MODERATE", "HIGH")

FULL = "full"
ENOUGH_RUNS = 3
NEAR = 2.0
"""A p within this factor of the least that the design can give says little of how strong the evidence is."""

SERIOUS = frozenset(
    {
        "D103",
        "D107",
        "D110",
        "D113",
        "D114",
        "D115",
        "D116",
        "D119",
        "D121",
        "D122",
        "D123",
        "D124",
        "D130",
        "D131",
        "D155",
        "D158",
        "D160",
        "D161",
    }
)
"""Design warnings that leave the claim itself open: another reading explains the result as well as the claim does."""
BESIDE = frozenset({"D105", "D106", "D133", "D134", "D135"})
"""Warnings that the verdict does not rest on: left out by the analysis, about the issue, about a registered rule."""

LOCKS = {
    "unlocked": "not locked before the run",
    "after": "locked after the first result",
    "changed": "not the analysis that was locked",
}


@dataclass(frozen=True)
class Confidence:
    """A level, and the reasons that it is no higher; of HIGH, what it rests on."""

    level: Level
    reasons: tuple[str, ...]

    @property
    def line(self) -> str:
        """Return both in one line."""
        return f"{self.level}: {'; '.join(self.reasons)}"

    def to_json(self) -> JsonObject:
        """Return both as JSON values."""
        return {"level": self.level, "reasons": list(self.reasons)}


def confidence(finding: Finding, context: ReportContext) -> Confidence:
    """Return the confidence in one verdict."""
    low = tuple(_low(finding, context))
    if low:
        return Confidence("LOW", low)
    moderate = tuple(_moderate(finding, context))
    if moderate:
        return Confidence("MODERATE", moderate)
    return Confidence("HIGH", (_runs(context), "locked before the run", "no open warning"))


def overall(findings: Sequence[Finding], context: ReportContext) -> Confidence | None:
    """Return the confidence in the whole: the lowest of the hypotheses that were decided; None without hypotheses."""
    if not findings:
        return None
    held = [confidence(one, context) for one in findings if one.verdict in ("supported", "contradicted")]
    share = f"{len(held)} of {len(findings)} hypotheses decided"
    if not held:
        return Confidence("LOW", (share, *_of_design(context)))
    level = min((one.level for one in held), key=LEVELS.index)
    reasons = dict.fromkeys(reason for one in held if one.level == level for reason in one.reasons)
    return Confidence(level, (*reasons, *((share,) if len(held) < len(findings) else ())))


def _low(finding: Finding, context: ReportContext) -> Iterator[str]:
    if finding.verdict == "untestable":
        yield "it was not tested"
    if finding.verdict == "inconclusive":
        yield "nothing was decided"
    yield from _of_design(context)
    if finding.untaken:
        yield f"did not take: {', '.join(finding.untaken)}"
    yield from (f"{code} open" for code in _open(finding, context) if code in SERIOUS)


def _of_design(context: ReportContext) -> Iterator[str]:
    """Yield what makes every verdict of a run LOW."""
    if context.profile.name != FULL:
        yield f"{context.profile.name} profile"
    if context.fewest_runs < 2:
        yield _runs(context)
    if context.selected:
        yield "selected data: a gate chose which seeds were run"


def _moderate(finding: Finding, context: ReportContext) -> Iterator[str]:
    if context.fewest_runs < ENOUGH_RUNS:
        yield _runs(context)
    if context.lock in LOCKS:
        yield LOCKS[context.lock]
    if finding.p is not None and finding.floor and finding.p <= NEAR * finding.floor:
        yield f"p is within a factor of {NEAR:g} of the least that the design can give"
    if finding.registered and finding.registered.get("agrees") is False:
        yield "the registered rule says otherwise"
    yield from (f"{code} open" for code in _open(finding, context) if code not in SERIOUS | BESIDE)


def _open(finding: Finding, context: ReportContext) -> tuple[str, ...]:
    """Return the codes of open warnings that concern a hypothesis: that name it, or no hypothesis at all."""
    named = ((one.code, _named(one.message, context)) for one in context.open_problems)
    concern = (code for code, names in named if not names or finding.hypothesis in names)
    return tuple(dict.fromkeys(concern))


def _named(message: str, context: ReportContext) -> frozenset[str]:
    words = re.findall(r"[A-Za-z][A-Za-z0-9_-]*", message)
    return frozenset(words) & context.hypotheses


def _runs(context: ReportContext) -> str:
    runs = context.fewest_runs
    return "one run per condition" if runs < 2 else f"{runs} runs per condition"
