"""What the registry holds, for people: a line for each file, and everything about one name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from emspec.errors import UsageError
from emspec.files import sha256_file
from emspec.model.json import Json, canonical
from emspec.registry.drafts import is_released
from emspec.registry.files import FOLDERS
from emspec.registry.registry import PINNED, Registry
from emspec.registry.versions import in_order, newest
from emspec.schema import nearest
from emspec.source import text_of


@dataclass(frozen=True)
class Item:
    """One file: what it holds in numbers, what its first comment says, and the SHA-256 of its bytes."""

    folder: str
    name: str
    released: bool
    holds: str
    about: str
    sha256: str


@dataclass(frozen=True)
class Shown:
    """Everything about one name: facts by label, its text where it is one, and what it consists of by name."""

    what: str
    facts: Mapping[str, str]
    text: str | None = None
    parts: tuple[tuple[str, str], ...] = ()


def items(registry: Registry, folders: Sequence[str] = FOLDERS) -> tuple[Item, ...]:
    """Return a line for each file of some folders; UsageError for a folder that there is not."""
    for folder in folders:
        _known(folder, FOLDERS, "folder of the registry")
    return tuple(_item(registry, folder, name) for folder in folders for name in _ordered(registry, folder))


def show(registry: Registry, name: str) -> Shown:
    """Return what a name stands for: FOLDER/NAME, personas/VERSION/PERSONA, or a name without its folder.

    A persona or panel without a version is that of the newest version. UsageError where the name stands for
    nothing, with the nearest name, or for several things, with all of them.
    """
    last = newest(registry.names("personas"))
    match name.split("/"):
        case ["personas", version, member]:
            return _member(registry, _known(version, registry.names("personas"), "version of the personas"), member)
        case ["personas", member] if last and member not in registry.names("personas"):
            return _member(registry, last, member)
        case [folder, file]:
            _known(folder, FOLDERS, "folder of the registry")
            return _file(registry, folder, _known(file, registry.names(folder), f"file in registry/{folder}"))
        case [word]:
            return _anything(registry, word, last)
    raise UsageError(f"{name} has too many parts", "write FOLDER/NAME or personas/VERSION/PERSONA")


def _anything(registry: Registry, word: str, last: str | None) -> Shown:
    """Return what a name without its folder stands for."""
    found = [(folder, word) for folder in FOLDERS if word in registry.names(folder)]
    held = registry.personas(last) if last else None
    members = [*held.personas, *held.panels] if held else []
    if word in members:
        found.append((f"personas/{last}", word))
    if len(found) > 1:
        full = ", ".join("/".join(one) for one in found)
        raise UsageError(f"{word} stands for {len(found)} things", f"choose one: {full}")
    if not found:
        files = [name for folder in FOLDERS for name in registry.names(folder)]
        raise UsageError(f"the registry holds no {word}", nearest(word, {*files, *members}))
    folder, _, version = found[0][0].partition("/")
    return _member(registry, version, word) if version else _file(registry, folder, word)


def _known(name: str, names: Sequence[str], what: str) -> str:
    if name not in names:
        raise UsageError(f"there is no {what} {name}", nearest(name, names))
    return name


def _member(registry: Registry, version: str, name: str) -> Shown:
    """Return a persona or a panel of a version."""
    held = registry.personas(version)
    if name in held.panels:
        members = tuple((member, held.personas[member].text) for member in held.panels[name])
        since = _since(registry, version, lambda one: registry.personas(one).panels.get(name) == held.panels[name])
        facts = {"version": version, "since": since, "personas": str(len(members))}
        return Shown(f"panel {name}", facts, parts=members)
    _known(name, (*held.personas, *held.panels), f"persona or panel in version {version},")
    persona = held.personas[name]

    def has(one: str) -> bool:
        there = registry.personas(one).personas.get(name)
        return there is not None and there.text == persona.text

    others = [one for one in registry.names("personas") if name in registry.personas(one).personas and not has(one)]
    facts = {
        "version": version,
        "since": _since(registry, version, has),
        "another text in": ", ".join(in_order(others)),
        "panels": ", ".join(panel for panel, members in held.panels.items() if name in members),
        "characters": str(len(persona.text)),
        "sha256": persona.digest,
    }
    return Shown(f"persona {name}", facts, text=persona.text)


def _since(registry: Registry, version: str, has: Callable[[str], bool]) -> str:
    """Return the first version, below the one given in the chain that it extends, that brought what `has` asks for."""
    while True:
        below = registry.document("personas", version).data.get("extends")
        if below is None or not has(below):
            return version
        version = below


def _file(registry: Registry, folder: str, name: str) -> Shown:
    item = _item(registry, folder, name)
    state = "released" if item.released else "draft"
    facts = {"state": state, "holds": item.holds, "about": item.about, "sha256 of the file": item.sha256}
    facts |= _more(registry, folder, name)
    return Shown(f"{_ONE[folder]} {name}", facts, parts=contents(registry, folder, name))


def contents(registry: Registry, folder: str, name: str) -> tuple[tuple[str, str], ...]:
    """Return what a file stands for, as (name, text): personas and panels, questions by number, fields by path."""
    if folder == "personas":
        held = registry.personas(name)
        panels = ((f"panel {panel}", ", ".join(members)) for panel, members in held.panels.items())
        return (*((persona, one.text) for persona, one in held.personas.items()), *panels)
    if folder == "questions":
        return tuple((str(number), text) for number, text in enumerate(registry.questions(name).questions, 1))
    return tuple(_flat(registry.document(folder, name).data, ()))


def _flat(value: Json, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _flat(one, (*path, key))
    else:
        yield ".".join(path), value if isinstance(value, str) else canonical(value)


def _more(registry: Registry, folder: str, name: str) -> Mapping[str, str]:
    data = registry.document(folder, name).data
    if folder == "personas":
        return {"extends": data["extends"]} if "extends" in data else {}
    if folder == "questions":
        includes = {"includes": ", ".join(data["includes"])} if "includes" in data else {}
        return {**includes, "sha256 of the questions": registry.questions(name).digest}
    return {}


def _item(registry: Registry, folder: str, name: str) -> Item:
    document = registry.document(folder, name)
    path = registry.project.registry / folder / f"{name}.yaml"
    holds = _holds(registry, folder, name, document.data)
    return Item(folder, name, is_released(registry, folder, name), holds, _about(text_of(path)), sha256_file(path))


def _holds(registry: Registry, folder: str, name: str, data: Mapping[str, Any]) -> str:
    """Return what a file holds, in numbers."""
    if folder == "personas":
        held = registry.personas(name)
        new = f" ({len(data['personas'])} written here)" if "extends" in data else ""
        return f"{_count(held.personas, 'persona')}{new}, {_count(held.panels, 'panel')}"
    if folder == "questions":
        return _count(registry.questions(name).questions, "question")
    return _SUMMARIES[folder](data)


def _model(data: Mapping[str, Any]) -> str:
    return f"{data['parameters'] / 1e6:,.0f} M parameters, {data['dtype']}, {'hub' if 'hub' in data else 'folder'}"


def _pins(data: Mapping[str, Any]) -> str:
    nouns = zip(PINNED, ("persona", "question set", "data set"), strict=True)
    return ", ".join(_count(data[kind], noun) for kind, noun in nouns if kind in data)


def _count(things: Sized, noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _about(text: str) -> str:
    """Return the first sentence of the comment that a file begins with."""
    lines = takewhile(lambda line: line.startswith("#"), text.splitlines())
    return re.split(r"(?<=[.?!])\s", " ".join(line.lstrip("# ").rstrip() for line in lines))[0]


_SUMMARIES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "models": _model,
    "datasets": lambda data: f"{data['rows']:,} rows by {data['backend']}",
    "measures": lambda data: _count(data["values"], "value"),
    "pins": _pins,
    "recipes": lambda data: f"for {data['kind']} steps",
}
_ONE: Mapping[str, str] = {
    "personas": "personas",
    "questions": "question set",
    "models": "model",
    "datasets": "data set",
    "recipes": "recipe",
    "measures": "measure",
    "pins": "pin set",
}


def _ordered(registry: Registry, folder: str) -> list[str]:
    names = registry.names(folder)
    versions = in_order(names) if folder == "personas" else []
    return [*versions, *(name for name in names if name not in versions)]
