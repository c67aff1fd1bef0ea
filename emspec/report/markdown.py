"""The report as Markdown, in the order in which the group writes up a clean result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emspec.marked import escaped, table_lines
from emspec.model.finding import Finding
from emspec.report import story, tables, words
from emspec.report.confidence import overall
from emspec.report.content import Content, Findings
from emspec.report.context import ReportContext
from emspec.report.verdicts import ASSUMES, row


def markdown(found: Findings, context: ReportContext) -> str:
    """Return the report as Markdown. No figure in it is typed by hand: all come from the findings and the plan."""
    return "\n".join(_lines(found, context)) + "\n"


def _lines(found: Findings, context: ReportContext) -> Iterator[str]:
    yield from (f"# {escaped(context.heading)}", "", f"> **{escaped(context.stamp)}**", "")
    whole = overall(found.findings, context)
    yield from (f"**Confidence {escaped(whole.line)}**", "") if whole else ()
    yield from ("## TL;DR", "", *_bullets(story.summary(found, context)))
    yield from ("## Background", "", *_background(found, context))
    yield from ("## Methodology", "", *_methodology(context))
    yield from ("## Results", "", *_results(found, context))
    yield from ("## Takeaways", "", *_bullets(story.takeaways(found)))
    yield from ("## Next steps", "", *_bullets(story.next_steps(found, context)))
    yield from ("## Setup card", "", *_table(tables.card(context)), "")
    yield from ("## Standing caveats", "", *_bullets(story.caveats(found, context)))
    if context.problems:
        yield from ("## Design warnings", "", *_table(tables.warnings(context)))


def _background(found: Findings, context: ReportContext) -> Iterator[str]:
    if context.standing:
        yield from (f"State: {escaped(context.standing)}.", "")
    yield from _bullets(context.methods.background)
    if found.findings:
        yield from ("What was to be decided:", "")
        yield from _bullets(f"{finding.hypothesis}: {story.claimed(finding)}" for finding in found.findings)


def _methodology(context: ReportContext) -> Iterator[str]:
    yield from _bullets(context.methods.steps)
    if context.methods.conditions:
        head = ("condition", "kind", "how it differs from the baseline")
        yield from (*_table(tables.Table(head, context.methods.conditions)), "")
    replaced = [f"The profile replaces {what}: {old} by {new}" for what, old, new in context.profile.replacements]
    yield from _bullets(replaced)


def _results(found: Findings, context: ReportContext) -> Iterator[str]:
    yield from (*_table(_verdicts(found, context)), "")
    if context.fixed:
        yield from (escaped(context.fixed), "")
    for finding in found.findings:
        yield from (*_finding(finding, context), "")
    for content in found.contents:
        yield from _content(content, found)
    if found.rules:
        yield from ("### When a check is judged how", "", *_table(tables.rules(found)), "")


def _finding(finding: Finding, context: ReportContext) -> Iterator[str]:
    written = row(finding, context)
    name, claim, reason = map(escaped, (finding.hypothesis, story.claimed(finding), finding.reason))
    yield f"- **{name} {finding.verdict}** – {claim}. {reason}"
    yield from (f"  - {what}: {escaped(term)}" for what, term in written.terms if what != ASSUMES)
    yield f"  - confidence {escaped(written.confidence)}"
    if written.registered:
        yield f"  - {escaped(written.registered)}"
    if finding.parts:
        yield from ("", *_table(tables.parts(finding)))


def _content(content: Content, found: Findings) -> Iterator[str]:
    marker = escaped(content.marker)
    yield from (f"### Rates of {marker}", "", *_table(tables.rates(content)), "")
    yield from (f"Bystanders: {escaped(', '.join(content.bystanders) or 'none')}. {words.INTERVALS}", "")
    yield from (f"### Leakage of {marker} by condition and persona, mean over runs", "")
    yield from (*_table(tables.heatmap(content)), "", words.LEGEND + ".", "")
    yield from (f"### Did it take? ({marker})", "", *_table(tables.judged(content, found)), "")
    yield from (*_table(tables.checks(content, found)), "")


def _verdicts(found: Findings, context: ReportContext) -> tables.Table:
    rows = (row(finding, context) for finding in found.findings)
    head = ("hypothesis", "test", "verdict", "effect", "interval", "p", "least p", "confidence")
    cells = ((r.hypothesis, r.test, r.verdict, r.effect, r.interval, r.p, r.floor, r.level) for r in rows)
    return tables.Table(head, tuple(cells))


def _bullets(lines: Iterable[str]) -> Iterator[str]:
    """Yield a list and an empty line after it; nothing for no line."""
    held = [f"- {escaped(line)}" for line in lines]
    yield from (*held, "") if held else ()


def _table(table: tables.Table) -> Iterator[str]:
    return table_lines(table.head, table.rows)
