"""The forms of a plan other than the terminal's: each a text made of the same overview."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from emspec.console.mermaid import mermaid_text
from emspec.console.plan_json import plan_json
from emspec.console.plan_lines import total_line
from emspec.console.plan_markdown import plan_markdown
from emspec.console.svg import svg_text
from emspec.plan.graph import Graph, folded_graph, full_graph
from emspec.plan.overview import Overview

DIGITS = 8
Form = Callable[[Overview, bool], str]


def _graph(seen: Overview, full: bool) -> Graph:
    return full_graph(seen) if full else folded_graph(seen)


def _svg(seen: Overview, full: bool) -> str:
    experiment = seen.plan.experiment
    issue = f"#{experiment.issue} " if experiment.issue else ""
    said = f"plan {seen.plan.digest[:DIGITS]}, profile {experiment.profile.name}; {total_line(seen)}"
    return svg_text(_graph(seen, full), f"{issue}{experiment.title}", said)


FORMS: Mapping[str, Form] = {
    "json": lambda seen, full: plan_json(seen),
    "markdown": lambda seen, full: plan_markdown(seen),
    "mermaid": lambda seen, full: mermaid_text(_graph(seen, full)),
    "svg": _svg,
}
"""By the name that `--format` takes; the second argument asks for every stage of a graph."""

GRAPHS = ("mermaid", "svg")
"""Those that are graphs."""
