"""Layers by the longest path, nothing on top of anything else, equal graphs alike."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from emspec.console.layout import BEND, NODE, Layout, laid_out

Edge = tuple[str, str]


def random_graph(seed: int, size: int = 40) -> tuple[list[str], list[Edge]]:
    draw = Random(seed)
    names = [f"n{number}" for number in range(size)]
    pairs = [(one, other) for place, one in enumerate(names) for other in names[place + 1 :]]
    return names, draw.sample(pairs, 60)


def rooms(layout: Layout) -> dict[int, list[tuple[float, float]]]:
    """Return, by layer, (place, room) of all that is in it."""
    found: dict[int, list[tuple[float, float]]] = {layer: [] for layer in range(layout.width)}
    for name, layer in layout.layers.items():
        found[layer].append((layout.places[name], NODE))
    for bends in layout.bends.values():
        for layer, place in bends:
            found[layer].append((place, BEND))
    return {layer: sorted(held) for layer, held in found.items()}


@pytest.mark.parametrize("seed", range(20))
def test_nothing_lies_on_anything_else(seed: int) -> None:
    layout = laid_out(*random_graph(seed))
    for held in rooms(layout).values():
        for (place, room), (other, next_room) in pairwise(held):
            assert other - place >= (room + next_room) / 2 - 1e-9
    extent = [place for held in rooms(layout).values() for place, _ in held]
    assert min(extent) == 0
    assert layout.height == max(extent) + 1


@pytest.mark.parametrize("seed", range(20))
def test_edges_lead_onwards_through_every_layer_between(seed: int) -> None:
    names, edges = random_graph(seed)
    layout = laid_out(names, edges)
    for before, after in edges:
        layers = [layout.layers[before], *(layer for layer, _ in layout.bends[before, after]), layout.layers[after]]
        assert layers == list(range(layers[0], layers[-1] + 1))
    assert layout.width == max(layout.layers.values()) + 1


def test_it_is_the_same_every_time() -> None:
    assert laid_out(*random_graph(3)) == laid_out(*random_graph(3))


def test_parallel_chains_are_straight_lines() -> None:
    chains = [[f"{letter}{number}" for number in range(4)] for letter in "abc"]
    edges = [edge for chain in chains for edge in pairwise(chain)]
    layout = laid_out([name for step in zip(*chains, strict=True) for name in step], edges)
    for chain in chains:
        assert len({layout.places[name] for name in chain}) == 1
    assert (layout.width, layout.height) == (4, 3)


def test_crossed_edges_are_untangled() -> None:
    layout = laid_out(["a", "b", "c", "d"], [("a", "d"), ("b", "c")])
    assert (layout.places["a"] < layout.places["b"]) == (layout.places["d"] < layout.places["c"])


def test_nothing_and_one() -> None:
    assert (laid_out([], []).width, laid_out([], []).height) == (0, 0)
    assert laid_out(["a"], []) == Layout({"a": 0}, {"a": 0.0}, {}, 1, 1.0)
