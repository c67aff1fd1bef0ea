"""Files of somebody else's, read for their texts: prompts by name, or questions, from JSON, CSV or YAML.

Nothing is guessed: what cannot be taken over is a problem with its place, and what holds no texts is named as unread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from emspec.errors import Place, Problem, SpecError, UsageError
from emspec.model.json import text_digest
from emspec.registry.csvtext import parse_csv
from emspec.registry.jsontext import parse_json
from emspec.schema import describe
from emspec.source import KeyPath, parse, shown, text_of

SECTIONS = ("personas", "eval_personas", "em_induction_personas")
"""Keys that hold prompts by name; the last two are those of the personas.json that #205 published."""
NAME_FIELDS = ("name", "slug", "persona")
TEXT_FIELDS = ("text", "prompt", "system_prompt", "question")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
RESERVED = "none"
"""What a spec writes for no system message."""
PERSONAS_ARE = "write {name: text, ...}, a list of {name, text}, or a table with the columns name and text"
QUESTIONS_ARE = "write a list of texts, {questions: [text, ...]}, or a table with the column question"


class Marked(Protocol):
    """Data with the place of each key and value in a text."""

    @property
    def file(self) -> str:
        """The name that places carry."""

    @property
    def data(self) -> Any:
        """The plain data."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong although the text could be read, such as a key that stands twice."""

    def value(self, path: KeyPath) -> Place:
        """Return where the value at `path` stands."""

    def key(self, path: KeyPath) -> Place:
        """Return where the key at `path` stands."""


@dataclass(frozen=True)
class Entry:
    """A text that was read; the name is empty for a question."""

    name: str
    text: str
    place: Place

    @property
    def digest(self) -> str:
        """SHA-256 of the text's UTF-8 bytes."""
        return text_digest(self.text)


@dataclass(frozen=True)
class Intake:
    """What was read from a file, in its order, and the keys in it that hold no texts of the kind asked for."""

    file: str
    entries: tuple[Entry, ...]
    unread: tuple[str, ...]


@dataclass
class _Found:
    """What was found so far; problems are all gathered before any is raised."""

    document: Marked
    entries: dict[str, Entry] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, place: Place, message: str, fix: str) -> None:
        self.problems.append(Problem("error", "R102", place, message, fix))


def read_personas(path: Path) -> Intake:
    """Return the prompts of a file, by name; SpecError with everything in it that cannot be taken over."""
    found = _Found(_document(path))
    for at, section in _sections(found):
        if isinstance(section, Mapping):
            for name, value in section.items():
                _named(found, name, value, (*at, name))
        else:
            for index, value in enumerate(section):
                _named(found, None, value, (*at, index))
    return _whole(found, PERSONAS_ARE)


def read_questions(path: Path) -> Intake:
    """Return the questions of a file, in its order; SpecError with everything in it that cannot be taken over."""
    found = _Found(_document(path))
    for place, value in _listed(found):
        _take(found, "", value, place)
    return _whole(found, QUESTIONS_ARE)


def _document(path: Path) -> Marked:
    kind = path.suffix.lower().replace(".yml", ".yaml")
    readers: Mapping[str, Callable[[str, str], Marked]] = {".json": parse_json, ".csv": parse_csv, ".yaml": parse}
    if kind not in readers:
        what = f"{shown(path)} is neither JSON, CSV nor YAML by its name"
        raise UsageError(what, "name it .json, .csv or .yaml after what it holds")
    return readers[kind](shown(path), text_of(path))


def _sections(found: _Found) -> Iterator[tuple[KeyPath, Any]]:
    """Yield the parts of the data that hold prompts: those under known keys, or else the whole."""
    data = found.document.data
    known = [key for key in SECTIONS if isinstance(data, Mapping) and isinstance(data.get(key), Mapping | list)]
    if known:
        found.unread |= dict.fromkeys(key for key in data if key not in known)
        yield from (((key,), data[key]) for key in known)
    elif isinstance(data, Mapping):
        found.unread |= dict.fromkeys(key for key in data if key.startswith("_"))
        yield (), {key: value for key, value in data.items() if not key.startswith("_")}
    elif isinstance(data, list):
        yield (), data
    else:
        found.wrong(found.document.value(()), f"the file is {describe(data)}, and holds no prompts", PERSONAS_ARE)


def _named(found: _Found, name: str | None, value: Any, path: KeyPath) -> None:
    """Take over one prompt: a text under its name, or a mapping that has the text in one of its fields."""
    document = found.document
    place = document.value(path)
    if isinstance(value, Mapping):
        own = _field(value, NAME_FIELDS)
        holds = _field(value, TEXT_FIELDS)
        if holds is None:
            fix = f"give it the text as one of {', '.join(TEXT_FIELDS)}"
            found.wrong(document.key(path), f"{name or 'the item'} holds no text", fix)
            return
        within = ".".join(str(part) for part in path[:-1])
        fields = (key for key in value if key not in (own, holds))
        found.unread |= dict.fromkeys(f"{within}.{key}" if within else key for key in fields)
        name = value[own] if own else name
        value, place = value[holds], document.value((*path, holds))
    if not isinstance(name, str):
        what = "the item has no name" if name is None else f"the name is {describe(name)}, and no text"
        found.wrong(place, what, PERSONAS_ARE)
    elif not NAME.fullmatch(name) or name == RESERVED:
        why = "stands for no system message" if name == RESERVED else "cannot be a persona's name"
        fix = "rename it: letters, digits, _ and -, a letter first, 60 at most"
        found.wrong(document.key(path), f"{name} {why}", fix)
    else:
        _take(found, name, value, place)


def _listed(found: _Found) -> Iterator[tuple[Place, Any]]:
    """Yield each question with its place: of a list, of named texts, or those that recorded replies answer."""
    document, data = found.document, found.document.data
    at: KeyPath = ()
    if isinstance(data, Mapping) and isinstance(data.get("questions"), list):
        found.unread |= dict.fromkeys(key for key in data if key != "questions")
        data, at = data["questions"], ("questions",)
    if isinstance(data, Mapping) and data and all(_is_recorded(one) for one in data.values()):
        yield from _recorded(found, data)
        return
    if not isinstance(data, Mapping | list):
        found.wrong(document.value(()), f"the file is {describe(data)}, and holds no questions", QUESTIONS_ARE)
        return
    items: Iterable[tuple[str | int, Any]] = data.items() if isinstance(data, Mapping) else enumerate(data)
    for key, value in items:
        holds = _field(value, TEXT_FIELDS) if isinstance(value, Mapping) else None
        path = (*at, key, holds) if holds else (*at, key)
        yield document.value(path), value[holds] if holds else value


def _is_recorded(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(isinstance(one, list) for one in value.values())


def _recorded(found: _Found, data: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Place, Any]]:
    """Yield the questions of recorded replies, persona -> question -> replies: the same for all personas."""
    first, *others = data
    for other in others:
        if list(data[other]) != list(data[first]):
            what = f"{other} was asked other questions, or in another order, than {first}"
            found.wrong(found.document.key((other,)), what, "take one of the two out")
    for question in data[first]:
        yield found.document.key((first, question)), question


def _take(found: _Found, name: str, text: Any, place: Place) -> None:
    """Add a text, unless something is wrong with it or it is there already."""
    what = f"the text of {name}" if name else "the question"
    if not isinstance(text, str):
        found.wrong(place, f"{what} is {describe(text)}, and no text", "write it as text, in quotes")
    elif not text.strip():
        found.wrong(place, f"{what} is {'blank' if text else 'empty'}", "write it, or take the entry out")
    elif re.search("[\ud800-\udfff]", text):
        found.wrong(place, f"{what} holds half a character (a lone surrogate)", "write the whole character")
    else:
        entry = Entry(name, text, place)
        before = found.entries.setdefault(name or text, entry)
        if before is not entry and (not name or before.text != text):
            where = f"line {before.place.line}"
            said = f"{name} has another text on {where}" if name else f"the question stands on {where} already"
            found.wrong(place, said, "keep one of the two, or rename one" if name else "remove one of the two")


def _field(value: Mapping[str, Any], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in value), None)


def _whole(found: _Found, shapes: str) -> Intake:
    problems = [*found.document.problems, *found.problems]
    if not problems and not found.entries:
        problems = [Problem("error", "R102", found.document.value(()), "the file holds no texts", shapes)]
    if problems:
        places = sorted(problems, key=lambda one: (one.place.line, one.place.column) if one.place else (0, 0))
        raise SpecError(places)
    return Intake(found.document.file, tuple(found.entries.values()), tuple(found.unread))
