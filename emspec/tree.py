"""The tree of one YAML document, made of the parser's events within limits on size and depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import yaml

from emspec.errors import Place, Problem, SpecError

MAX_EXPANDED = 100_000
MAX_DEPTH = 40


@dataclass(slots=True)
class Node:
    """One YAML value: a scalar's event, a list of nodes, or a list of (key, value) pairs; `size` counts all values."""

    kind: Literal["scalar", "list", "map"]
    content: Any
    start: Any
    end: Any
    size: int = 1
    depth: int = 1


def stop(code: str, place: Place, message: str, fix: str) -> SpecError:
    """Return the error of a text that cannot be read any further."""
    return SpecError([Problem("error", code, place, message, fix)])


def place_of(file: str, node: Node) -> Place:
    """Return where a value stands, up to its end on the same line."""
    start, end = node.start, node.end
    last = end.column + 1 if end.line == start.line else start.column + 2
    return Place(file, start.line + 1, start.column + 1, max(last, start.column + 2))


class Builder:
    """Makes the tree of one document out of parser events, within the limits on size and depth."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._anchors: dict[str, Node | None] = {}
        self._expanded = 0

    def build(self, events: Iterator[Any]) -> Node:
        """Return the one document's tree; SpecError where there is none, or more than one, or too much in it."""
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise self._stop("Y106", event, "a second document starts here", "keep one document per file")
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 1)
        if root is None or (root.kind == "scalar" and not root.content.value):
            hint = "begin a spec with: emspec new spec NAME, or copy one from specs/examples"
            raise stop("Y106", Place(self._file, 1, 1), "the file is empty", hint)
        return root

    def _node(self, event: Any, events: Iterator[Any], level: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag not in (None, "!"):
            raise self._stop("Y107", event, f"the tag {event.tag} is not used here", "remove it; quote text instead")
        if event.anchor:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = Node("scalar", event, event.start_mark, event.end_mark)
        else:
            self._bound(event, level, MAX_DEPTH, "levels of nesting")
            node = self._collection(event, events, level)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _collection(self, event: Any, events: Iterator[Any], level: int) -> Node:
        items: list[Node] = []
        size = depth = 1
        for inner in events:
            if isinstance(inner, yaml.CollectionEndEvent):
                break
            item = self._node(inner, events, level + 1)
            items.append(item)
            size, depth = size + item.size, max(depth, item.depth + 1)
            self._bound(inner, level + depth - 1, MAX_DEPTH, "levels of nesting")
        if isinstance(event, yaml.MappingStartEvent):
            pairs = list(zip(items[::2], items[1::2], strict=True))
            return Node("map", pairs, event.start_mark, inner.end_mark, size, depth)
        return Node("list", items, event.start_mark, inner.end_mark, size, depth)

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self._anchors:
            raise self._stop("Y102", event, f"no anchor &{event.anchor} stands above", "write the value out")
        target = self._anchors[event.anchor]
        if target is None:
            raise self._stop("Y104", event, f"*{event.anchor} stands inside its own anchor", "write the value out")
        self._expanded += target.size
        self._bound(event, self._expanded, MAX_EXPANDED, "values that aliases stand for")
        return replace(target, start=event.start_mark, end=event.end_mark)

    def _bound(self, event: Any, amount: int, most: int, what: str) -> None:
        if amount > most:
            raise self._stop("Y104", event, f"the file has more than {most} {what}", "write a smaller file")

    def _stop(self, code: str, event: Any, message: str, fix: str) -> SpecError:
        spot = Node("scalar", None, event.start_mark, event.end_mark)
        return stop(code, place_of(self._file, spot), message, fix)
