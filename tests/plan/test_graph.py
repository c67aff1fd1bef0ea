"""The graph of a plan: all stages, or folded to what a reader can take in."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from overviews import SPECS, seen_rich, seen_spec
from plans import plan_of, stage

from emspec.model.plugin import Catalog
from emspec.plan.graph import MOST_NODES, Graph, folded_graph, full_graph
from emspec.plan.overview import Overview, overview


def reach(graph: Graph) -> set[tuple[str, str]]:
    """Return which node leads to which, over any number of edges; nodes have to come in order."""
    place = {node.name: number for number, node in enumerate(graph.nodes)}
    assert all(place[before] < place[after] for before, after in graph.edges)
    found: set[tuple[str, str]] = set()
    for before, after in sorted(graph.edges, key=lambda edge: place[edge[1]]):
        found |= {(before, after), *((first, after) for first, then in found if then == before)}
    return found


@pytest.mark.parametrize("name", SPECS)
def test_the_full_graph_is_the_plan(project: Path, name: str) -> None:
    seen = seen_spec(project, name)
    graph = full_graph(seen)
    assert [node.name for node in graph.nodes] == list(seen.plan.stages)
    inputs = {(one, key) for key, stage in seen.plan.stages.items() for one in stage.inputs.values()}
    assert set(graph.edges) == inputs
    assert len(graph.edges) == len(inputs)


@pytest.mark.parametrize("name", SPECS)
def test_the_folded_graph_has_every_stage_once_and_leads_where_the_plan_does(project: Path, name: str) -> None:
    seen = seen_spec(project, name)
    graph = folded_graph(seen)
    folded = {key: node.name for node in graph.nodes for key in node.keys}
    assert sorted(folded) == sorted(seen.plan.stages)
    assert sum(len(node.keys) for node in graph.nodes) == len(seen.plan.stages)
    between = {(folded[one], folded[other]) for one, other in full_graph(seen).edges}
    assert between <= reach(graph)
    assert set(graph.edges) <= between


def test_issue_200_is_folded_to_a_node_for_each_condition_and_step(project: Path) -> None:
    graph = folded_graph(seen_spec(project, "issue200"))
    titles = {node.title: node.detail for node in graph.nodes}
    assert len(titles) == 3 + 6 * 5
    assert (titles["data"], titles["B-villain: couple.replies"], titles["rows"]) == ("1 stage", "3 stages", "1 stage")
    assert ("B0/induce", "B0/evaluate") not in graph.edges
    assert ("B0/couple", "B0/evaluate") in graph.edges


def test_many_conditions_are_folded_too() -> None:
    """Sixty conditions of four steps in two orders: too many to show each, and orders stay apart."""
    stages = []
    for number in range(60):
        order = ("a", "b", "c", "d") if number % 2 else ("b", "a", "c", "d")
        chain = [stage(f"{number} {name}") for name in order]
        for before, after in pairwise(range(4)):
            chain[after] = replace(chain[after], inputs={"model": chain[before].key})
        stages += [replace(one, step=name) for one, name in zip(chain, order, strict=True)]
    plan = plan_of(*stages)
    graph = folded_graph(overview(plan, Catalog({}, {}), dict.fromkeys(plan.stages, "run"), {}))
    assert len(graph.nodes) == 8 <= MOST_NODES
    assert {(node.title, node.detail) for node in graph.nodes} == {(name, "30 stages") for name in "abcd"}
    assert len({node.name for node in graph.nodes}) == 8
    reach(graph)


def test_states_are_told_of_all_stages_of_a_node(project: Path, tmp_path: Path) -> None:
    seen = seen_rich(project, tmp_path)
    nodes = {node.title: node for node in folded_graph(seen).nodes}
    assert (nodes["data"].state, nodes["B1: induce"].state) == ("hit", "hit")
    assert (nodes["B0: induce"].state, nodes["B0: induce"].detail) == ("partly", "2 stages, 1 to run")
    assert (nodes["B0: evaluate"].state, nodes["B1: vectors"].state) == ("run", "lacking")
    whole = {node.name: node.state for node in full_graph(seen).nodes}
    assert [whole[key] for key in nodes["B0: induce"].keys] == ["run", "hit"]


def test_shared_stages_name_the_conditions_that_share_them(project: Path) -> None:
    seen: Overview = seen_spec(project, "examples/organism-control")
    owners = {cell.condition.name for cell in seen.plan.cells}
    assert len(owners) == 2
    assert {node.title.partition(":")[0] for node in folded_graph(seen).nodes if ":" in node.title} == owners
