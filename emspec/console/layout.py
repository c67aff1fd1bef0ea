"""Where the nodes of a graph are drawn: in layers from left to right, with few crossings and short edges.

The method is that of Sugiyama, Tagawa and Toda (1981): layers by the longest path, edges over several layers led
through places of their own, order by the mean place of the neighbours. Places are then as near to those means as order
and least distance allow, by pooling adjacent violators. Equal graphs are drawn alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 6
NODE, BEND = 1.0, 0.35
"""How much room a node takes in its layer, and an edge on its way past."""

Place = str | tuple[str, str, int]
"""A node by name, or the bend of an edge (from, to) in a layer."""


@dataclass(frozen=True)
class Layout:
    """`layers` and `places` (from 0, in node heights) of nodes, the bends of each edge, and the extent of both."""

    layers: Mapping[str, int]
    places: Mapping[str, float]
    bends: Mapping[tuple[str, str], tuple[tuple[int, float], ...]]
    width: int
    height: float


def laid_out(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> Layout:
    """Lay out a graph without circles; `names` has inputs before what needs them."""
    layers = _layers(names, edges)
    chains = {edge: _chain(edge, layers) for edge in edges}
    columns: list[list[Place]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
    for name in names:
        columns[layers[name]].append(name)
    for chain in chains.values():
        for bend in chain[1:-1]:
            columns[bend[2] if isinstance(bend, tuple) else layers[bend]].append(bend)
    before, after = _neighbours(chains.values())
    _order(columns, before, after)
    places = _spread(columns, before, after)
    least = min(places.values(), default=0.0)
    moved = {place: value - least for place, value in places.items()}
    return Layout(
        layers=layers,
        places={name: moved[name] for name in names},
        bends={
            edge: tuple((layers[edge[0]] + n, moved[b]) for n, b in enumerate(c[1:-1], 1)) for edge, c in chains.items()
        },
        width=len(columns),
        height=max(moved.values(), default=-1.0) + 1.0,
    )


def _layers(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    needs: dict[str, list[str]] = {name: [] for name in names}
    for before, after in edges:
        needs[after].append(before)
    layers: dict[str, int] = {}
    for name in names:
        layers[name] = 1 + max((layers[one] for one in needs[name]), default=-1)
    return layers


def _chain(edge: tuple[str, str], layers: Mapping[str, int]) -> tuple[Place, ...]:
    before, after = edge
    return (before, *((before, after, layer) for layer in range(layers[before] + 1, layers[after])), after)


Neighbours = Mapping[Place, Sequence[Place]]


def _neighbours(chains: Iterable[tuple[Place, ...]]) -> tuple[Neighbours, Neighbours]:
    before: dict[Place, list[Place]] = {}
    after: dict[Place, list[Place]] = {}
    for chain in chains:
        for one, then in pairwise(chain):
            after.setdefault(one, []).append(then)
            before.setdefault(then, []).append(one)
    return before, after


def _order(columns: list[list[Place]], before: Neighbours, after: Neighbours) -> None:
    """Sort each layer by the mean rank of its neighbours, forwards and backwards in turn."""
    rank: dict[Place, float] = {place: float(n) for column in columns for n, place in enumerate(column)}
    for sweep in range(SWEEPS):
        side, sequence = (before, columns[1:]) if sweep % 2 == 0 else (after, columns[-2::-1])
        for column in sequence:
            column.sort(key=lambda place: _mean(side.get(place, ()), rank, rank[place]))
            rank.update((place, float(n)) for n, place in enumerate(column))


def _spread(columns: list[list[Place]], before: Neighbours, after: Neighbours) -> dict[Place, float]:
    """Return places: each near the mean of its neighbours, in order, no nearer to the next than there is room for."""
    places: dict[Place, float] = {}
    for column in columns:
        places.update(zip(column, _apart([0.0] * len(column), column), strict=True))
    for sweep in range(SWEEPS):
        side, sequence = (before, columns[1:]) if sweep % 2 == 0 else (after, columns[-2::-1])
        for column in sequence:
            wanted = [_mean(side.get(place, ()), places, places[place]) for place in column]
            places.update(zip(column, _apart(wanted, column), strict=True))
    return places


def _mean(neighbours: Sequence[Place], value: Mapping[Place, float], own: float) -> float:
    return sum(value[one] for one in neighbours) / len(neighbours) if neighbours else own


def _apart(wanted: Sequence[float], column: Sequence[Place]) -> list[float]:
    """Return the places nearest to those wanted, in least squares, that are in order and far enough apart."""
    room = [NODE if isinstance(place, str) else BEND for place in column]
    offsets = [0.0]
    for one, then in pairwise(room):
        offsets.append(offsets[-1] + (one + then) / 2)
    pools: list[tuple[float, int]] = []
    for value, offset in zip(wanted, offsets, strict=False):
        mean, size = value - offset, 1
        while pools and pools[-1][0] > mean:
            other, count = pools.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        pools.append((mean, size))
    level = [mean for mean, size in pools for _ in range(size)]
    return [base + offset for base, offset in zip(level, offsets, strict=False)]
