"""The flowchart in Mermaid: its lines are read back, by what of its grammar is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from overviews import SPECS, seen_spec
from texts import golden_text

from emspec.console.mermaid import mermaid_text
from emspec.console.plan_forms import plan_text
from emspec.plan.graph import Graph, Node, folded_graph, full_graph

GOLDEN = Path(__file__).parents[1] / "golden" / "plans"
NODE = re.compile(r'  (n\d+)\["([^"]*)"\]:::(hit|run|partly|lacking)')
EDGE = re.compile(r"  (n\d+) --> (n\d+)")


def read_back(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the labels by id and the edges; every other line has to be the head or a class that is used."""
    head, *lines = text.splitlines()
    assert head == "flowchart LR"
    found, edges, used = {}, [], set()
    for line in lines:
        if node := NODE.fullmatch(line):
            found[node[1]] = node[2]
            used.add(node[3])
        elif edge := EDGE.fullmatch(line):
            edges.append((edge[1], edge[2]))
        else:
            assert line.startswith("  classDef "), line
            assert line.split()[1] in used
    return found, edges


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("full", [False, True], ids=["folded", "full"])
def test_every_node_and_edge_is_there(project: Path, name: str, full: bool) -> None:
    seen = seen_spec(project, name)
    graph = full_graph(seen) if full else folded_graph(seen)
    labels, edges = read_back(plan_text("mermaid", seen, full))
    assert list(labels.values()) == [f"{node.title}<br/>{node.detail}" for node in graph.nodes]
    ids = dict(zip((node.name for node in graph.nodes), labels, strict=True))
    assert edges == [(ids[before], ids[after]) for before, after in graph.edges]


def test_syntax_in_names_is_escaped() -> None:
    node = Node("a", 'x"]; click n0 "javascript:" <b>`#', "[1]\n{2}", "run", ("a",))
    ((label,), _) = (list(read_back(mermaid_text(Graph((node,), ())))[0].values()), None)
    assert not re.search(r"[\"\[\]<>`{}]", label.replace("<br/>", ""))
    shown = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label)
    assert shown == 'x"]; click n0 "javascript:" <b>`#<br/>[1] {2}'


def test_issue_200_is_as_it_was(project: Path, request: pytest.FixtureRequest) -> None:
    text = plan_text("mermaid", seen_spec(project, "issue200"), False)
    assert text == golden_text(GOLDEN / "issue200.mmd", text, request)
    assert len(read_back(text)[0]) == 33
