"""`extends: OTHER.yaml`: a spec that says only how it differs from another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from emspec.errors import Problem, SpecError
from emspec.files import is_regular
from emspec.registry import find_project
from emspec.schema import nearest
from emspec.source import Document, KeyPath, parse, read, shown

REMOVE = "remove"
"""What stands in the place of an entry of the extended spec that this one leaves out."""
MOST = 10
"""How many specs may extend one another."""
OWN = frozenset({"issue", "title", "state", "superseded_by", "supersedes", "follows", "history", "extends"})
"""What tells of the issue, not of the design: nobody inherits it."""
SECTIONS = frozenset(
    {
        "steps",
        "conditions",
        "controls",
        "hypotheses",
        "families",
        "measures",
        "backends",
        "accept",
        "digests",
        "matrix",
        "noise",
    }
)
"""Mappings that are joined entry by entry, and an entry field by field; all else is replaced as a whole."""


def read_extended(path: Path, text: str | None = None) -> Document:
    """Return a spec with all that it extends laid beneath it; SpecError where a file of the chain cannot be had.

    `text` is read in place of what stands at `path`.
    """
    documents = [read(path) if text is None else parse(shown(path), text)]
    chain = [path.resolve()]
    while isinstance(documents[-1].data, Mapping) and "extends" in documents[-1].data:
        found = _named(documents[-1], chain)
        chain.append(found.resolve())
        documents.append(read(found))
    laid = documents.pop()
    while documents:
        laid = _laid_over(documents.pop(), laid)
    return laid


def _named(document: Document, chain: list[Path]) -> Path:
    """Return the file that a document extends: beside it, or named from the project's folder."""
    written, place = document.data["extends"], document.value(("extends",))
    project = find_project(Path(document.file))
    beside = Path(document.file).resolve().parent
    fix = "name a spec of this project, relative to this file or to the project's folder: extends: issue200.yaml"
    if not isinstance(written, str) or not written or "\0" in written:
        raise SpecError([Problem("error", "S101", place, "`extends` must be the path of a spec", fix)])
    places = [folder / written for folder in (beside, project.root)]
    inside = [one for one in places if _leads_into(one, project.root)]
    found = next((one for one in inside if is_regular(one)), None)
    if found is None:
        what = f"there is no file {written}" if inside else f"{written} leads out of the project"
        raise SpecError([Problem("error", "S107", place, what, fix)])
    if found.resolve() in chain or len(chain) >= MOST:
        what = f"{written} extends itself" if found.resolve() in chain else f"more than {MOST} specs extend one another"
        raise SpecError([Problem("error", "S107", place, what, "take one `extends` out")])
    return found.resolve()


def _leads_into(path: Path, folder: Path) -> bool:
    """Return whether a path leads to a place below a folder, links followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a loop of links
        return False


def _laid_over(document: Document, base: Document) -> Document:
    if not isinstance(base.data, Mapping):
        return document.over(base, document.data, ())
    inherited = {key: value for key, value in base.data.items() if key not in OWN}
    own = {key: value for key, value in document.data.items() if key != "extends"}
    taken: list[KeyPath] = []
    absent = [path for path in _removed(own) if path[1] not in _section(inherited, path[0])]
    data = _joined(own, inherited, (), taken)
    laid = document.over(base, data, taken)
    return replace(laid, problems=(*laid.problems, *(_nothing_there(document, inherited, path) for path in absent)))


def _removed(own: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the entries that a spec takes out of the one it extends, as (section, name)."""
    return ((key, name) for key in own if key in SECTIONS for name, one in _section(own, key).items() if one == REMOVE)


def _section(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = data.get(key, {})
    return section if isinstance(section, Mapping) else {}


def _nothing_there(document: Document, inherited: Mapping[str, Any], path: tuple[str, str]) -> Problem:
    section, name = path
    what = f"the extended spec has no {name} in its {section} that could be removed"
    return Problem("error", "S104", document.key(path), what, nearest(name, _section(inherited, section)))


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
            if own[key] != REMOVE or len(at) != 1:
                found[key] = _joined(own[key], {}, path, taken) if not at else own[key]
        elif own[key] != REMOVE or len(at) != 1:
            found[key] = _joined(own[key], inherited[key], path, taken)
    return found
