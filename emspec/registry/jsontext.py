"""JSON text -> plain data, and where in the text each key and value stands, as emspec.source has it for YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from emspec.errors import Place, Problem, SpecError
from emspec.source import KeyPath
from emspec.tree import MAX_DEPTH

_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True)
class JsonDocument:
    """A JSON file as data. `problems` are keys that stand twice in one object, of which the first counts."""

    file: str
    data: Any
    problems: tuple[Problem, ...]
    _text: str = field(repr=False)
    _spans: Mapping[KeyPath, tuple[int, int, int]] = field(repr=False)

    def value(self, path: KeyPath) -> Place:
        """Return where the value at `path` stands."""
        _, start, end = self._spans[path]
        return place_in(self.file, self._text, start, end)

    def key(self, path: KeyPath) -> Place:
        """Return where the key at `path` stands; an item of a list stands for itself."""
        return place_in(self.file, self._text, self._spans[path][0])


def parse_json(file: str, text: str) -> JsonDocument:
    """Return JSON text as data; SpecError where it is no JSON, or nested too deep. `file` is what places carry."""
    scanner = _Scanner(file, text)
    data = scanner.whole()
    return JsonDocument(file, data, tuple(scanner.problems), text, scanner.spans)


def place_in(file: str, text: str, start: int, end: int = 0) -> Place:
    """Return the place of a range of characters; where it goes beyond its line, of the first alone."""
    line, before = text.count("\n", 0, start) + 1, text.rfind("\n", 0, start)
    one_line = end > start and "\n" not in text[start:end]
    return Place(file, line, start - before, (end if one_line else start + 1) - before)


class _Scanner:
    """Reads values from left to right, noting each one's span: where its key, itself and its end are."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.problems: list[Problem] = []
        self.spans: dict[KeyPath, tuple[int, int, int]] = {}
        self._decoder = json.JSONDecoder(parse_constant=_no_constant)

    def whole(self) -> Any:
        data, end = self._value(self._skip(0), ())
        if self._skip(end) < len(self.text):
            self._stop(self._skip(end), "the file goes on after its one value")
        return data

    def _value(self, start: int, path: KeyPath, key: int | None = None) -> tuple[Any, int]:
        if len(path) > MAX_DEPTH:
            self._stop(start, f"the file has more than {MAX_DEPTH} levels of nesting")
        readers: Mapping[str, Callable[[int, KeyPath], tuple[Any, int]]] = {"{": self._object, "[": self._list}
        data, end = readers.get(self._at(start), self._scalar)(start, path)
        self.spans[path] = (start if key is None else key, start, end)
        return data, end

    def _scalar(self, start: int, path: KeyPath) -> tuple[Any, int]:
        try:
            return self._decoder.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            self._stop(error.pos, error.msg)
        except ValueError as error:
            self._stop(start, str(error))

    def _object(self, start: int, path: KeyPath) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self._skip(start + 1)
        while self._at(at) != "}":
            if self._at(at) != '"':
                self._stop(at, "a key in quotes is missing")
            key, end = self._scalar(at, path)
            colon = self._skip(end)
            if self._at(colon) != ":":
                self._stop(colon, "a colon is missing after the key")
            if key in found:
                fix = "remove one of the two"
                place = place_in(self.file, self.text, at, end)
                self.problems.append(Problem("error", "R102", place, f"the key {key} stands here twice", fix))
            value, end = self._value(self._skip(colon + 1), (*path, key), at)
            found.setdefault(key, value)
            at = self._next(end, "}")
        return found, at + 1

    def _list(self, start: int, path: KeyPath) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._skip(start + 1)
        while self._at(at) != "]":
            value, end = self._value(at, (*path, len(found)))
            found.append(value)
            at = self._next(end, "]")
        return found, at + 1

    def _next(self, end: int, closing: str) -> int:
        """Return where the next item, or the closing bracket, stands."""
        at = self._skip(end)
        if self._at(at) == closing:
            return at
        if self._at(at) != ",":
            self._stop(at, f"a comma or {closing} is missing")
        after = self._skip(at + 1)
        if self._at(after) == closing:
            self._stop(at, f"a comma stands before {closing}")
        return after

    def _at(self, at: int) -> str:
        return self.text[at : at + 1]

    def _skip(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def _stop(self, at: int, message: str) -> NoReturn:
        place = place_in(self.file, self.text, min(at, max(0, len(self.text) - 1)))
        raise SpecError([Problem("error", "R102", place, f"this is not JSON: {message}", "correct it here")])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
