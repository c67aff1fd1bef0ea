"""The stages of a plan as Mermaid text."""

from __future__ import annotations

from emspec.console.mermaid import mermaid_text
from emspec.plan.graph import folded_graph, full_graph
from emspec.plan.overview import Overview


def plan_mermaid(seen: Overview, full: bool) -> str:
    """Return the graph of a plan's stages, folded or `full`."""
    return mermaid_text(full_graph(seen) if full else folded_graph(seen))
