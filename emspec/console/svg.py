"""A graph as an SVG file of its own: no font, script or style from elsewhere, for light and dark pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from emspec.console.layout import Layout, laid_out
from emspec.plan.graph import Graph, Node

WIDTH, HEIGHT = 190, 40
ACROSS, BETWEEN = 56, 12
EDGE, HEAD, FOOT = 24, 64, 44
CHARACTERS = 27
SMALL = 34
"""Characters that fit into a node, in the title's size and in the detail's."""
STATES = {"hit": "there already", "partly": "partly there", "run": "to run", "lacking": "nothing installed can run it"}
STYLE = """
svg{--page:#fff;--ink:#1c2733;--soft:#5a6774;--line:#8a97a5;--hit:#e6f4ea;--hit-edge:#3d8b58;--run:#e8effb;
--run-edge:#4a72b8;--partly:#fdf3dc;--partly-edge:#b58a2a;--lacking:#fbe7e7;--lacking-edge:#b84a4a}
@media (prefers-color-scheme:dark){svg{--page:#151a20;--ink:#e6ebf0;--soft:#a4b0bc;--line:#6c7986;--hit:#1c3325;
--hit-edge:#5fae7c;--run:#1d2b45;--run-edge:#7c9fdd;--partly:#3a2f14;--partly-edge:#d0a94e;--lacking:#3f1f1f;
--lacking-edge:#d97777}}
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink)}
text.small{font-size:10.5px;fill:var(--soft)} text.head{font-size:15px;font-weight:600}
.page{fill:var(--page)} .edge{fill:none;stroke:var(--line);stroke-width:1.2} .tip{fill:var(--line)}
.box{stroke-width:1.2} .hit .box{fill:var(--hit);stroke:var(--hit-edge)}
.run .box{fill:var(--run);stroke:var(--run-edge)} .partly .box{fill:var(--partly);stroke:var(--partly-edge)}
.lacking .box{fill:var(--lacking);stroke:var(--lacking-edge);stroke-dasharray:4 3}
"""


_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def svg_text(graph: Graph, title: str, totals: str) -> str:
    """Return the drawing of a graph, with a title and a line of totals above, and a legend below."""
    layout = laid_out([node.name for node in graph.nodes], graph.edges)
    width = max(2 * EDGE + layout.width * (WIDTH + ACROSS) - ACROSS, 640)
    height = round(HEAD + layout.height * (HEIGHT + BETWEEN) + FOOT)
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(_plain(title))}</title>',
        f'<desc id="desc">{escape(_plain(totals))}</desc>',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
        f'<rect class="page" width="{width}" height="{height}"/>',
        f'<text class="head" x="{EDGE}" y="28">{escape(_cut(title, (width - 2 * EDGE) // 8))}</text>',
        f'<text class="small" x="{EDGE}" y="46">{escape(_cut(totals, (width - 2 * EDGE) // 5))}</text>',
        *_edges(graph, layout),
        *(_node(number, node, layout) for number, node in enumerate(graph.nodes)),
        *_legend(graph, height),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _edges(graph: Graph, layout: Layout) -> Iterator[str]:
    ids = {node.name: f"n{number}" for number, node in enumerate(graph.nodes)}
    for before, after in graph.edges:
        x, y = _left(layout.layers[before]) + WIDTH, _middle(layout.places[before])
        path = f"M{x} {y:.1f}"
        for layer, place in layout.bends[before, after]:
            left, across = _left(layer), _middle(place)
            path += f"{_curve(x, y, left, across)}H{left + WIDTH}"
            x, y = left + WIDTH, across
        path += _curve(x, y, _left(layout.layers[after]) - 1, _middle(layout.places[after]))
        yield f'<path class="edge" data-from="{ids[before]}" data-to="{ids[after]}" d="{path}" marker-end="url(#tip)"/>'


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    half = (x + to_x) / 2
    return f"C{half:.1f} {y:.1f} {half:.1f} {to_y:.1f} {to_x} {to_y:.1f}"


def _node(number: int, node: Node, layout: Layout) -> str:
    x, top = _left(layout.layers[node.name]), _middle(layout.places[node.name]) - HEIGHT / 2
    told = f"{node.title}\n{node.detail}, {STATES[node.state]}"
    return (
        f'<g class="node {node.state}" id="n{number}" data-name="{escape(_plain(node.name))}">'
        f"<title>{escape(_plain(told))}</title>"
        f'<rect class="box" x="{x}" y="{top:.1f}" width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text x="{x + 9}" y="{top + 17:.1f}">{escape(_cut(node.title, CHARACTERS))}</text>'
        f'<text class="small" x="{x + 9}" y="{top + 31:.1f}">{escape(_cut(node.detail, SMALL))}</text></g>'
    )


def _legend(graph: Graph, height: int) -> Iterator[str]:
    x, y = EDGE, height - 22
    used = {node.state for node in graph.nodes}
    for state, words in STATES.items():
        if state not in used:
            continue
        yield (
            f'<g class="{state}"><rect class="box" x="{x}" y="{y - 10}" width="14" height="12" rx="2"/>'
            f'<text class="small" x="{x + 20}" y="{y}">{words}</text></g>'
        )
        x += 40 + 6 * len(words)
    if graph.reduced:
        yield f'<text class="small" x="{x}" y="{y}">arrows that a longer path implies are left out</text>'


def _left(layer: int) -> int:
    return EDGE + layer * (WIDTH + ACROSS)


def _middle(place: float) -> float:
    return HEAD + place * (HEIGHT + BETWEEN) + HEIGHT / 2


def _cut(text: str, most: int) -> str:
    flat = " ".join(_plain(text).split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def _plain(text: str) -> str:
    """Return text without the characters that XML does not have."""
    return _FORBIDDEN.sub("", text)
