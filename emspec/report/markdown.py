"""The report as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from emspec.marked import escaped, table_lines
from emspec.report import tables, words
from emspec.report.content import Findings
from emspec.report.context import ReportContext
from emspec.report.verdicts import row


def markdown(found: Findings, context: ReportContext) -> str:
    """Return the report as Markdown: stamp, verdicts, rates, heatmap, checks, warnings, setup card."""
    return "\n".join(_lines(found, context)) + "\n"


def _lines(found: Findings, context: ReportContext) -> Iterator[str]:
    yield from (f"# {escaped(context.heading)}", "", f"> **{escaped(context.stamp)}**", "")
    if context.standing:
        yield from (f"State: {escaped(context.standing)}.", "")
    yield from ("## Verdicts", "", *_table(_verdicts(found)), "")
    if context.fixed:
        yield from (escaped(context.fixed), "")
    for finding in found.findings:
        name, claim, reason = map(escaped, (finding.hypothesis, finding.claim, finding.reason))
        yield f"- **{name} {finding.verdict}** – {claim}. {reason}"
        yield from (f"  - {what}: {escaped(term)}" for what, term in row(finding).terms)
    for content in found.contents:
        marker = escaped(content.marker)
        yield from ("", f"## Rates of {marker}", "", *_table(tables.rates(content)))
        yield from ("", f"Bystanders: {escaped(', '.join(content.bystanders) or 'none')}. {words.INTERVALS}")
        yield from ("", f"## Leakage of {marker} by condition and persona, mean over runs", "")
        yield from (*_table(tables.heatmap(content)), "", words.LEGEND + ".")
        yield from ("", f"## Did it take? ({marker})", "", *_table(tables.checks(content, found)))
    if context.problems:
        yield from ("", "## Design warnings", "", *_table(tables.warnings(context)))
    yield from ("", "## Setup", "", *_table(tables.card(context)))


def _verdicts(found: Findings) -> tables.Table:
    rows = (row(finding) for finding in found.findings)
    head = ("hypothesis", "test", "verdict", "effect", "interval", "p", "least p")
    return tables.Table(
        head, tuple((r.hypothesis, r.test, r.verdict, r.effect, r.interval, r.p, r.floor) for r in rows)
    )


def _table(table: tables.Table) -> Iterator[str]:
    return table_lines(table.head, table.rows)
