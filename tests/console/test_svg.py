"""The drawing of a graph: XML with every node and edge, nothing from elsewhere, in sight and not on one another."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from overviews import SPECS, seen_rich, seen_spec
from texts import golden_text

from emspec.console.plan_forms import plan_text
from emspec.console.svg import svg_text
from emspec.plan.graph import Graph, Node, folded_graph, full_graph

GOLDEN = Path(__file__).parents[1] / "golden" / "plans"
NS = "{http://www.w3.org/2000/svg}"


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def nodes(root: ElementTree.Element) -> dict[str, str]:
    """Return the names of the nodes that are drawn, by id."""
    return {g.attrib["id"]: g.attrib["data-name"] for g in root.iter(f"{NS}g") if "data-name" in g.attrib}


def edges(root: ElementTree.Element) -> list[tuple[str, str]]:
    names = nodes(root)
    drawn = (path.attrib for path in root.iter(f"{NS}path") if "data-from" in path.attrib)
    return [(names[one["data-from"]], names[one["data-to"]]) for one in drawn]


def boxes(root: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    found = (g.find(f"{NS}rect") for g in root.iter(f"{NS}g") if "data-name" in g.attrib)
    rects = [rect.attrib for rect in found if rect is not None]
    places = [tuple(float(one[name]) for name in ("x", "y", "width", "height")) for one in rects]
    return [(x, y, x + width, y + height) for x, y, width, height in places]


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("full", [False, True], ids=["folded", "full"])
def test_every_node_and_edge_is_drawn(project: Path, name: str, full: bool) -> None:
    seen = seen_spec(project, name)
    graph = full_graph(seen) if full else folded_graph(seen)
    root = parsed(plan_text("svg", seen, full))
    assert list(nodes(root).values()) == [node.name for node in graph.nodes]
    assert edges(root) == list(graph.edges)


def test_nodes_are_in_sight_and_beside_one_another(project: Path, tmp_path: Path) -> None:
    for seen in (seen_spec(project, "issue200"), seen_rich(project, tmp_path)):
        root = parsed(plan_text("svg", seen, True))
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        drawn = boxes(root)
        assert len(drawn) == len(seen.plan.stages)
        assert all(x >= 0 and y >= 0 and right <= width and low <= height for x, y, right, low in drawn)
        for one, other in combinations(drawn, 2):
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_edges_begin_and_end_at_their_boxes(project: Path) -> None:
    root = parsed(plan_text("svg", seen_spec(project, "examples/sim"), True))
    ids = list(nodes(root))
    by_id = dict(zip(ids, boxes(root), strict=True))
    for path in root.iter(f"{NS}path"):
        if "data-from" not in path.attrib:
            continue
        numbers = [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", path.attrib["d"])]
        start, end = by_id[path.attrib["data-from"]], by_id[path.attrib["data-to"]]
        assert numbers[0] == start[2]
        assert start[1] <= numbers[1] <= start[3]
        assert end[0] - 2 <= numbers[-2] <= end[0]
        assert end[1] <= numbers[-1] <= end[3]


def test_it_needs_nothing_else_and_has_dark_colours(project: Path, tmp_path: Path) -> None:
    text = plan_text("svg", seen_rich(project, tmp_path), False)
    assert re.findall(r"\w+://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<(script|image|foreignObject|use|a)\b|@import|@font-face|url\((?!#tip)", text)
    assert "prefers-color-scheme:dark" in text
    states = {g.attrib["class"].split()[-1] for g in parsed(text).iter(f"{NS}g")}
    assert states == {"hit", "partly", "run", "lacking"}
    assert all(f"--{state}:" in text and f"--{state}-edge:" in text for state in states)


def test_texts_are_shown_as_they_are(project: Path, tmp_path: Path) -> None:
    seen = seen_rich(project, tmp_path)
    title = parsed(plan_text("svg", seen, False)).find(f"{NS}title")
    assert title is not None
    assert title.text == f"#7 {seen.plan.experiment.title}"


def test_what_xml_does_not_have_is_left_out_and_what_is_long_is_cut() -> None:
    odd = Node("a\x00\x1b\ufffe\"'<&>", "long " * 20, "\x08detail", "run", ("a",))
    root = parsed(svg_text(Graph((odd,), ()), "title\x07", "]]> &"))
    assert list(nodes(root).values()) == ["a\"'<&>"]
    shown = [text.text or "" for text in root.iter(f"{NS}text")]
    assert any(text.endswith("…") and len(text) < 30 for text in shown)
    assert any("detail" in text for text in shown)


def test_the_legend_has_the_states_that_are_there() -> None:
    node = Node("a", "a", "1 stage", "hit", ("a",))
    root = parsed(svg_text(Graph((node,), ()), "one", "none"))
    shown = [text.text for text in root.iter(f"{NS}text")]
    assert "there already" in shown
    assert "to run" not in shown
    assert parsed(svg_text(Graph((), ()), "none", "none")).tag == f"{NS}svg"


def test_issue_200_is_drawn_as_it_was(project: Path, request: pytest.FixtureRequest) -> None:
    text = plan_text("svg", seen_spec(project, "issue200"), False)
    assert text == golden_text(GOLDEN / "issue200.svg", text, request)
