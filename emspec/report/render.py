"""The report's entry points: findings and context in, text out. Nothing is read, nothing is written."""

from __future__ import annotations

from collections.abc import Mapping

from emspec.model.json import JsonObject
from emspec.report import markdown as markdown_text
from emspec.report import results
from emspec.report.confidence import Confidence, overall
from emspec.report.content import read
from emspec.report.context import ReportContext
from emspec.report.page import page
from emspec.report.verdicts import VerdictRow, row


def results_json(findings: JsonObject, context: ReportContext) -> bytes:
    """Return results.json; equal runs give equal bytes."""
    return results.results_json(findings, context)


def markdown(findings: JsonObject, context: ReportContext) -> str:
    """Return the report as Markdown."""
    return markdown_text.markdown(read(findings), context)


def html(findings: JsonObject, context: ReportContext, figures: Mapping[str, bytes]) -> str:
    """Return the report as one self-contained HTML file; `figures` maps file names to the SVG of the analysis."""
    return page(read(findings), context, figures)


def verdict_rows(findings: JsonObject, context: ReportContext) -> tuple[VerdictRow, ...]:
    """Return the verdict table, one row per hypothesis."""
    return tuple(row(finding, context) for finding in read(findings).findings)


def confidence_of(findings: JsonObject, context: ReportContext) -> Confidence | None:
    """Return the confidence in the whole result; None where the spec states no hypothesis."""
    return overall(read(findings).findings, context)


def confidences(findings: JsonObject, context: ReportContext) -> JsonObject:
    """Return the confidence in the whole and in each verdict as JSON values."""
    return results.confidences(findings, context)
