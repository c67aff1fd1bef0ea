"""The stages of a plan as an SVG drawing."""

from __future__ import annotations

from emspec.console.plan_lines import total_line
from emspec.console.svg import svg_text
from emspec.plan.graph import folded_graph, full_graph
from emspec.plan.overview import Overview

DIGITS = 8


def plan_svg(seen: Overview, full: bool) -> str:
    """Return the drawing of a plan's stages, folded or `full`, with title, digest and totals."""
    experiment = seen.plan.experiment
    issue = f"#{experiment.issue} " if experiment.issue else ""
    said = f"plan {seen.plan.digest[:DIGITS]}, profile {experiment.profile.name}; {total_line(seen)}"
    return svg_text(full_graph(seen) if full else folded_graph(seen), f"{issue}{experiment.title}", said)
