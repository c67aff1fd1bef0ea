"""Pins: digests that a spec gives for the texts and the data it is about. What differs by one byte stops it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emspec.errors import Place
from emspec.language.scope import Scope
from emspec.schema import nearest
from emspec.source import Document

MD5 = 32
DIGITS = 12
"""How much of a digest is shown."""


@dataclass(frozen=True)
class Pin:
    """A digest, of which text or data set, and where it is written: in the spec, or as the name of a pin set there."""

    kind: str
    name: str
    digest: str
    place: Place
    of_set: str = ""

    @property
    def origin(self) -> str:
        """Return where to read of the pinned text, as the end of a fix; nothing for a pin of the spec's own."""
        return f"; registry/pins/{self.of_set}.yaml says where it is from" if self.of_set else ""


def check_pins(data: Mapping[str, Any], document: Document, scope: Scope) -> None:
    """Note every pin whose text or data set has another digest, and every one for what the spec does not use.

    A spec uses every persona of its version, and the question sets (with those that they include) and data sets that
    its steps and conditions name, also where a profile puts others in their place.
    """
    for pin in _pins(data, document, scope):
        _HELD[pin.kind](pin, data, scope)


def _pins(data: Mapping[str, Any], document: Document, scope: Scope) -> Iterator[Pin]:
    """Yield the pins of a pin set of the registry, then the spec's own."""
    written = data.get("digests", {})
    named = written if isinstance(written, str) else written.get("from")
    if named is not None:
        place = document.value(("digests",) if isinstance(written, str) else ("digests", "from"))
        found = scope.listed("pins", named, place, scope.registry.pins)
        for kind, digests in found.digests.items() if found else ():
            yield from (Pin(kind, name, digest, place, named) for name, digest in digests.items())
    for kind in () if isinstance(written, str) else (kind for kind in _HELD if kind in written):
        for name, digest in written[kind].items():
            yield Pin(kind, name, digest, document.value(("digests", kind, name)))


def _persona(pin: Pin, data: Mapping[str, Any], scope: Scope) -> None:
    version, known = scope.personas.version, scope.personas.personas
    if not version:
        return
    if pin.name not in known:
        _unused(pin, f"version {version} of the personas has no {pin.name}", known, scope)
    elif known[pin.name].digest != pin.digest:
        fix = f"import the texts that are meant, and name that version: {_IMPORT} --version NEW --extends {version}"
        what = f"the text of {pin.name} in version {version} of the personas"
        _differs(pin, what, known[pin.name].digest, fix, scope)


def _questions(pin: Pin, data: Mapping[str, Any], scope: Scope) -> None:
    used = _with_included(_named(data, "questions"), scope)
    if pin.name not in used:
        _unused_questions(pin, used, scope)
        return
    found = scope.listed("questions", pin.name, pin.place, scope.registry.questions)
    if found and found.digest != pin.digest:
        fix = f"import the questions that are meant, under a name of their own: {_IMPORT} --as questions/NEW"
        _differs(pin, f"the question set {pin.name}", found.digest, fix, scope)


def _unused_questions(pin: Pin, used: Iterable[str], scope: Scope) -> None:
    what = f"the spec uses no question set {pin.name}"
    if pin.name in scope.registry.names("questions"):
        _unused(pin, what, used, scope)
        return
    bring = f"import it and use it: {_IMPORT} --as questions/{pin.name}{pin.origin}"
    if pin.of_set:
        scope.notes.error("S109", pin.place, f"{what}, and its digest is pinned", bring)
    else:
        _unused(pin, what, used, scope, f"; or {bring}")


def _dataset(pin: Pin, data: Mapping[str, Any], scope: Scope) -> None:
    used = tuple(dict.fromkeys(_named(data, "data")))
    if pin.name not in used:
        _unused(pin, f"the spec uses no data set {pin.name}", used, scope)
        return
    found = scope.listed("datasets", pin.name, pin.place, scope.registry.dataset)
    if found is None:
        return
    checksum = "md5" if len(pin.digest) == MD5 else "sha256"
    held = found.contract.get(checksum) or next((one.sha256 for one in found.files if checksum == "sha256"), None)
    if held is None:
        what = f"the data set {pin.name} is held to no {checksum}, so that the pin has nothing to go by"
        scope.notes.error("S109", pin.place, what, f"give a data set of its own the line {checksum}: {pin.digest}")
    elif held != pin.digest:
        fix = f"use a data set whose file in registry/datasets says {checksum}: {pin.digest}"
        _differs(pin, f"the data set {pin.name}", str(held), fix, scope)


def _differs(pin: Pin, what: str, digest: str, fix: str, scope: Scope) -> None:
    said = f"{what} is not the one pinned: its digest is {digest[:DIGITS]}..., the pin is {pin.digest[:DIGITS]}..."
    scope.notes.error("S109", pin.place, said, f"{fix}{pin.origin}")


def _unused(pin: Pin, what: str, known: Iterable[str], scope: Scope, more: str = "") -> None:
    scope.notes.error("S109", pin.place, f"{what}, and its digest is pinned", f"{nearest(pin.name, known)}{more}")


def _with_included(names: Iterator[str], scope: Scope) -> tuple[str, ...]:
    """Return question sets with all that they include; a name that the registry does not hold includes nothing."""
    found: dict[str, None] = {}
    wanted = list(names)
    while wanted:
        name = wanted.pop(0)
        if name not in found:
            found[name] = None
            if name in scope.registry.names("questions"):
                wanted += scope.registry.document("questions", name).data.get("includes", ())
    return tuple(found)


def _named(value: Any, field: str) -> Iterator[str]:
    """Yield what is named in a field of the steps, or of what conditions change in them: data, induce.data ..."""
    if isinstance(value, list):
        for one in value:
            yield from _named(one, field)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key == "digests":
                continue
            last = key.removesuffix(".from").rpartition(".")[2]
            yield from _texts(one) if last == field else _named(one, field)


def _texts(value: Any) -> Iterator[str]:
    """Yield a name, the names of a list, or the one that a part is taken from: {from: SET, first: 4}."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Mapping):
        yield from _texts(value.get("from"))


_IMPORT = "emspec registry import FILE"
_HELD = {"personas": _persona, "questions": _questions, "datasets": _dataset}
