"""YAML text -> plain data, and where in the text each key and value stands.

Scalars follow the YAML 1.2 core schema: `1e-4` is a number; `no`, `yes` and `2024-01-01` are text. The text is read as
parser events, so that nesting and alias expansion are bounded before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from emspec.errors import Place, Problem, SpecError
from emspec.files import read_regular
from emspec.likeness import closest
from emspec.scalars import meaning
from emspec.tree import Builder, Node, place_of, stop

MAX_BYTES = 8 * 2**20

KeyPath = tuple[str | int, ...]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a value stands: its file, its node, and the node of its key (None for an item and for the whole)."""

    file: str
    key: Node | None
    value: Node


@dataclass(frozen=True)
class Document:
    """A YAML file as data. `problems` are those that did not keep it from being read, such as duplicate keys."""

    file: str
    data: Any
    problems: tuple[Problem, ...]
    _marks: Mapping[KeyPath, _Mark] = field(repr=False)

    def value(self, path: KeyPath) -> Place:
        """Return where the value at `path` stands, or else the text in its place, or the key of what lacks it."""
        known = self._known(path)
        mark = self._marks[known]
        return place_of(mark.file, mark.value) if known == path or mark.value.kind == "scalar" else self.key(known)

    def has(self, path: KeyPath) -> bool:
        """Return whether the text has a value at `path`."""
        return path in self._marks

    def key(self, path: KeyPath) -> Place:
        """Return where the key at `path` stands; an item of a list stands for itself."""
        mark = self._marks[self._known(path)]
        return place_of(mark.file, mark.key or mark.value)

    def end(self, path: KeyPath) -> tuple[int, int]:
        """Return the line and the column, counted from 1, of the first character after the value at `path`."""
        end = self._marks[self._known(path)].value.end
        return end.line + 1, end.column + 1

    def over(self, base: Document, data: Any, taken: Iterable[KeyPath]) -> Document:
        """Return `data`, which was made of this document and of `base`: the paths in `taken` stand in `base`."""
        kept = set(taken)
        marks = {path: mark for path, mark in base._marks.items() if any(path[:n] in kept for n in _lengths(path))}
        return Document(self.file, data, (*base.problems, *self.problems), {**marks, **self._marks})

    def _known(self, path: KeyPath) -> KeyPath:
        while path not in self._marks:
            path = path[:-1]
        return path


def read(path: Path) -> Document:
    """Read a YAML file; a SpecError where it is no YAML, no text, too large or nested too deep."""
    return parse(shown(path), text_of(path))


def shown(path: Path) -> str:
    """Return the path as places carry it: relative where it lies below the working directory."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def parse(file: str, text: str) -> Document:
    """Return `text` as data; `file` is the name that places carry."""
    text = _with_newlines(text)
    _refuse_odd_characters(file, text)
    try:
        root = Builder(file).build(yaml.parse(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        raise _syntax(file, text, error) from None
    reader = _Reader(file)
    data = reader.data(root, ())
    return Document(file, data, tuple(reader.problems), reader.marks)


def text_of(path: Path) -> str:
    """Return a file's text; SpecError where it cannot be read, is too large, or is no UTF-8, or has a BOM."""
    place = Place(shown(path), 1, 1)
    try:
        raw = read_regular(path, MAX_BYTES)
    except OSError as error:
        fix = _beside(path) if isinstance(error, FileNotFoundError) else "check the path"
        raise stop("Y100", place, f"cannot be read: {error.strerror}", fix) from None
    if len(raw) > MAX_BYTES:
        raise stop("Y104", place, f"the file has more than {MAX_BYTES:,} bytes", "write a smaller file")
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise stop("Y101", place, "the file starts with a byte order mark", "save it as UTF-8 without a BOM")
    if b"\0" in raw[:4]:
        raise stop("Y101", place, "the file is binary, or text in UTF-16 or UTF-32", "save it as UTF-8")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = _with_newlines(raw[: error.start].decode())
        spot = Place(place.file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise stop("Y101", spot, f"byte 0x{raw[error.start]:02x} is not UTF-8", "save the file as UTF-8") from None


def _beside(path: Path) -> str:
    """Return the fix for a path where nothing is: the file of the same folder that may have been meant."""
    there = [one.name for one in path.parent.iterdir() if one.suffix == path.suffix] if path.parent.is_dir() else []
    near = closest(path.name, there)
    return f"did you mean {path.with_name(near)}?" if near else "check the path"


def _with_newlines(text: str) -> str:
    """Return a text with every line end as YAML reads it, so that lines are counted alike everywhere."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_odd_characters(file: str, text: str) -> None:
    odd = NOT_YAML.search(text)
    if odd:
        line, column = text.count("\n", 0, odd.start()) + 1, odd.start() - text.rfind("\n", 0, odd.start())
        what = f"the character U+{ord(odd.group()):04X} may not stand in YAML"
        raise stop("Y101", Place(file, line, column, column + 1), what, "remove it")


def _syntax(file: str, text: str, error: yaml.MarkedYAMLError) -> SpecError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.split("\n")
    if line >= len(lines):  # the parser counts a line more where the last one has no end
        line, column = len(lines) - 1, len(lines[-1])
    place = Place(file, line + 1, column + 1)
    if line < len(lines) and lines[line][column : column + 1] == "\t":
        return stop("Y102", place, "a tab is used for indentation", "indent with spaces")
    what = ", ".join(part for part in (error.context, error.problem) if part)
    hint = 'see whether a quote, bracket or ": " is missing on this line or the one before'
    return stop("Y102", place, f"not YAML: {what}", hint)


def _lengths(path: KeyPath) -> range:
    return range(1, len(path) + 1)


class _Reader:
    """Turns a tree into plain data, noting where each path stands and what is wrong with a value."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[Problem] = []
        self.marks: dict[KeyPath, _Mark] = {}

    def data(self, node: Node, path: KeyPath, key: Node | None = None) -> Any:
        self.marks[path] = _Mark(self._file, key, node)
        if node.kind == "map":
            return self._mapping(node, path)
        if node.kind == "list":
            return [self.data(item, (*path, index)) for index, item in enumerate(node.content)]
        return self._scalar(node)

    def _mapping(self, node: Node, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        own: dict[str, Node] = {}
        for key, value in self._merged(node):
            if key.kind != "scalar":
                self._problem("Y107", key, "a key is a list or a mapping", "use a word as the key")
                continue
            name = key.content.value
            if name in own:
                hint = f"remove one of the two; the first is on line {own[name].start.line + 1}"
                self._problem("Y103", key, f"the key {name} stands here twice", hint)
                continue
            own[name] = key
            found[name] = self.data(value, (*path, name), key)
        for key, value in self._inherited(node):
            name = key.content.value if key.kind == "scalar" else ""
            if name and name not in found:
                found[name] = self.data(value, (*path, name), key)
        return found

    def _merged(self, node: Node) -> Iterator[tuple[Node, Node]]:
        return ((key, value) for key, value in node.content if not _is_merge(key))

    def _inherited(self, node: Node) -> Iterator[tuple[Node, Node]]:
        """Yield the pairs that merge keys (`<<: *anchor`) bring, the nearest first."""
        for key, value in node.content:
            if not _is_merge(key):
                continue
            for source in value.content if value.kind == "list" else [value]:
                if source.kind != "map":
                    self._problem("Y107", source, "<< takes a mapping or a list of mappings", "name an anchor: <<: *x")
                    continue
                yield from self._merged(source)
                yield from self._inherited(source)

    def _scalar(self, node: Node) -> str | int | float | bool | None:
        text: str = node.content.value
        if not node.content.implicit[0]:
            return text
        try:
            return meaning(text)
        except ValueError as error:
            self._problem("Y105", node, str(error), "write another number, or quote it as text")
            return 0

    def _problem(self, code: str, node: Node, message: str, fix: str) -> None:
        self.problems.append(Problem("error", code, place_of(self._file, node), message, fix))


def _is_merge(key: Node) -> bool:
    return key.kind == "scalar" and key.content.value == "<<" and key.content.implicit[0]
