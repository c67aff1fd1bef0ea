"""What a result comes to, in sentences made from the findings: TL;DR, takeaways, next steps, standing caveats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from emspec.model.finding import Finding, Rate
from emspec.report import words
from emspec.report.content import Content, Findings
from emspec.report.context import ReportContext

SAYS: Mapping[str, str] = {
    "supported": "is supported",
    "contradicted": "is contradicted",
    "inconclusive": "stays open",
    "untestable": "was not tested",
}


def summary(found: Findings, context: ReportContext) -> Iterator[str]:
    """Yield the TL;DR: what the rates are, and one sentence a hypothesis."""
    for content in found.contents:
        yield from headline(content)
    for finding in found.findings:
        effect = "" if finding.effect is None else f" ({_figures(finding)})"
        yield f"{finding.hypothesis} {SAYS[finding.verdict]}: {claimed(finding)}{effect}."
    if not found.findings:
        yield "The spec states no hypothesis: these are rates, and nothing was tested."
    yield f"{context.stamp}."


def headline(content: Content) -> Iterator[str]:
    """Yield the range of the source and bystander rates over the conditions of one marker."""
    for name, label in (("source", "coupled source"), ("bystanders", "bystanders")):
        held = [(condition, rate) for condition, rates in content.rates.items() if (rate := rates[name])]
        if held:
            low, high = (pick(held, key=_rate_of) for pick in (min, max))
            shown = f"{words.percent(low[1].rate)} ({low[0]})"
            if len(held) > 1:
                shown += f" to {words.percent(high[1].rate)} ({high[0]})"
            yield f"{content.marker} in the replies of the {label}: {shown}."


def claimed(finding: Finding) -> str:
    """Return a finding's claim, or where the spec words none, the name of its test."""
    return finding.claim or f"{finding.test}, without a claim in words"


def takeaways(found: Findings) -> Iterator[str]:
    """Yield what each verdict comes to, with its reason."""
    for finding in found.findings:
        yield f"{finding.hypothesis} ({finding.verdict}): {finding.reason}"


def next_steps(found: Findings, context: ReportContext) -> Iterator[str]:
    """Yield what would let open questions be decided: by the design, and by what the checks advise."""
    for finding in found.findings:
        lifts = context.methods.lifts.get(finding.hypothesis, ())
        if lifts:
            yield f"{finding.hypothesis}: {'; or '.join(lifts)}."
        elif finding.verdict in ("inconclusive", "untestable"):
            yield f"{finding.hypothesis}: `emspec power` says how many seeds, questions or replies would decide it."
    for problem in context.problems:
        if problem.code not in context.accepted:
            yield f"{problem.code}: {problem.fix}."
    if not context.locked:
        yield "`emspec lock` before the next run fixes its analysis."


def caveats(found: Findings, context: ReportContext) -> Iterator[str]:
    """Yield what a reader must keep in mind: the profile, accepted warnings, and every assumption once."""
    yield f"{context.stamp}."
    if context.fixed:
        yield context.fixed
    for problem in context.problems:
        reason = context.accepted.get(problem.code)
        yield f"{problem.code}: {problem.message} ({f'accepted: {reason}' if reason else 'open'})."
    yield words.INTERVALS
    by_assumption: dict[str, list[str]] = {}
    for finding in found.findings:
        for assumption in finding.assumptions:
            by_assumption.setdefault(assumption, []).append(finding.hypothesis)
    for assumption, names in by_assumption.items():
        yield f"{', '.join(names)}: {assumption}."


def _figures(finding: Finding) -> str:
    parts: Sequence[str] = (
        words.effect(finding),
        f"interval {words.span(finding)}" if finding.low is not None else "",
        f"p {words.chance(finding.p)}" if finding.p is not None else "",
    )
    return ", ".join(part for part in parts if part)


def _rate_of(held: tuple[str, Rate]) -> float:
    return held[1].rate
