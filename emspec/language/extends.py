"""`extends: OTHER.yaml`: a spec that says only how it differs from another one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emspec.errors import Problem, SpecError
from emspec.files import is_regular
from emspec.registry import find_project
from emspec.source import Document, KeyPath, read

REMOVE = "remove"
"""What stands in the place of an entry of the extended spec that this one leaves out."""
MOST = 10
"""How many specs may extend one another."""
OWN = frozenset({"issue", "title", "state", "superseded_by", "supersedes", "follows", "history", "extends"})
"""What tells of the issue, not of the design: nobody inherits it."""
SECTIONS = frozenset(
    {"steps", "conditions", "controls", "hypotheses", "measures", "backends", "accept", "digests", "matrix", "noise"}
)
"""Mappings that are joined entry by entry, and an entry field by field; all else is replaced as a whole."""


def read_extended(path: Path) -> Document:
    """Return a spec with all that it extends laid beneath it; SpecError where a file of the chain cannot be had."""
    document = read(path)
    chain = [path.resolve()]
    below = document
    while isinstance(below.data, Mapping) and "extends" in below.data:
        found = _named(below, chain)
        chain.append(found.resolve())
        below = read(found)
        document = _laid_over(document, below)
    return document


def _named(document: Document, chain: list[Path]) -> Path:
    """Return the file that a document extends: beside it, or named from the project's folder."""
    written, place = document.data["extends"], document.value(("extends",))
    project = find_project(Path(document.file))
    beside = Path(document.file).resolve().parent
    fix = "name a spec of this project, relative to this file or to the project's folder: extends: issue200.yaml"
    if not isinstance(written, str) or not written or "\0" in written:
        raise SpecError([Problem("error", "S101", place, "`extends` must be the path of a spec", fix)])
    places = [folder / written for folder in (beside, project.root)]
    inside = [one for one in places if one.resolve().is_relative_to(project.root.resolve())]
    found = next((one for one in inside if is_regular(one)), None)
    if found is None:
        what = f"there is no file {written}" if inside else f"{written} leads out of the project"
        raise SpecError([Problem("error", "S107", place, what, fix)])
    if found.resolve() in chain or len(chain) >= MOST:
        what = f"{written} extends itself" if found.resolve() in chain else f"more than {MOST} specs extend one another"
        raise SpecError([Problem("error", "S107", place, what, "take one `extends` out")])
    return found.resolve()


def _laid_over(document: Document, base: Document) -> Document:
    if not isinstance(base.data, Mapping):
        return document.over(base, document.data, ())
    inherited = {key: value for key, value in base.data.items() if key not in OWN or key == "extends"}
    own = {key: value for key, value in document.data.items() if key != "extends"}
    taken: list[KeyPath] = []
    data = _joined(own, inherited, (), taken)
    return document.over(base, data, taken)


def _joined(own: Any, inherited: Any, at: KeyPath, taken: list[KeyPath]) -> Any:
    """Return own over inherited, down to the fields of a section's entries; `taken` collects what is inherited."""
    deep = len(at) < 3 and (not at or at[0] in SECTIONS)
    if not (deep and isinstance(own, Mapping) and isinstance(inherited, Mapping)):
        return own
    found: dict[str, Any] = {}
    for key in (*inherited, *(key for key in own if key not in inherited)):
        path = (*at, key)
        if key not in own:
            taken.append(path)
            found[key] = inherited[key]
        elif key not in inherited:
            found[key] = own[key]
        elif own[key] != REMOVE or len(at) != 1:
            found[key] = _joined(own[key], inherited[key], path, taken)
    return found
