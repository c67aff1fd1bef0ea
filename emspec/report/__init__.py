"""From findings to text: results.json, Markdown, one HTML file, the verdict table. Renders what it is given."""

from emspec.report.context import CellKeys, ReportContext
from emspec.report.render import confidence_of, confidences, html, markdown, results_json, verdict_rows

__all__ = [
    "CellKeys",
    "ReportContext",
    "confidence_of",
    "confidences",
    "html",
    "markdown",
    "results_json",
    "verdict_rows",
]
