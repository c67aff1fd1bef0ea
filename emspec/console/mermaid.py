"""A graph as Mermaid text, which GitHub and most editors of Markdown draw."""

from __future__ import annotations

import re

from emspec.plan.graph import Graph

CLASSES = (
    "classDef hit fill:#e6f4ea,stroke:#3d8b58,color:#14351f",
    "classDef run fill:#e8effb,stroke:#4a72b8,color:#14233f",
    "classDef partly fill:#fdf3dc,stroke:#b58a2a,color:#3d2e08",
    "classDef lacking fill:#fbe7e7,stroke:#b84a4a,color:#401414,stroke-dasharray:4 3",
)
_SPECIAL = re.compile(r"[^\w .,:+()/-]")


def mermaid_text(graph: Graph) -> str:
    """Return a flowchart: a node for each of the graph's, coloured by its state, and an arrow for each edge."""
    ids = {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for node in graph.nodes:
        lines.append(f'  {ids[node.name]}["{_escape(node.title)}<br/>{_escape(node.detail)}"]:::{node.state}')
    lines += [f"  {ids[before]} --> {ids[after]}" for before, after in graph.edges]
    used = {node.state for node in graph.nodes}
    lines += [f"  {line}" for line in CLASSES if line.split()[1] in used]
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    """Return text with whatever Mermaid could take for syntax as its entity codes (#35; is #)."""
    return _SPECIAL.sub(lambda found: f"#{ord(found.group())};", " ".join(text.split()))
