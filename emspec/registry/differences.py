"""What differs between two files of one folder: added, removed and changed, texts to the word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from emspec.errors import UsageError
from emspec.registry.catalogue import contents
from emspec.registry.files import FOLDERS
from emspec.registry.registry import Registry
from emspec.schema import nearest

Part = tuple[Literal["same", "removed", "added"], str]


@dataclass(frozen=True)
class Change:
    """One name: `before` is None where it was added, `after` where it was removed."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Difference:
    """Two files by FOLDER/NAME, the changes from the first to the second, and how much is the same in both."""

    first: str
    second: str
    changes: tuple[Change, ...]
    same: int


def difference(registry: Registry, first: str, second: str) -> Difference:
    """Return what differs from one file to another of the same folder; UsageError where there are no two such files."""
    of, one = _file(registry, first)
    folder, other = _file(registry, second)
    if of != folder:
        what = f"{of}/{one} and {folder}/{other} are of different kinds"
        raise UsageError(what, f"name two of registry/{of}: {', '.join(registry.names(of))}")
    before, after = contents(registry, folder, one), contents(registry, folder, other)
    if folder == "questions":
        changes = _in_lists([text for _, text in before], [text for _, text in after])
        same = len({text for _, text in before} & {text for _, text in after})
    else:
        one_by_name, other_by_name = ({k: v for k, v in texts if k != "name"} for texts in (before, after))
        changes = _in_names(one_by_name, other_by_name)
        same = sum(one_by_name.get(name) == text for name, text in other_by_name.items())
    return Difference(f"{of}/{one}", f"{folder}/{other}", tuple(changes), same)


def words(before: str, after: str) -> tuple[Part, ...]:
    """Return a text and its successor in one, word by word: what is the same, what was removed, what was added."""
    one, other = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    parts: list[Part] = []
    for kind, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        removed, added = "".join(one[a:b]), "".join(other[c:d])
        if kind == "equal":
            parts.append(("same", removed))
            continue
        parts += [("removed", removed)] if removed else []
        parts += [("added", added)] if added else []
    return tuple(parts)


def _file(registry: Registry, name: str) -> tuple[str, str]:
    """Return folder and name of a file; the folder may be left out where only one has such a file."""
    folder, slash, file = name.partition("/")
    if slash and folder in FOLDERS and file in registry.names(folder):
        return folder, file
    if slash:
        known = [f"{one}/{held}" for one in FOLDERS for held in registry.names(one)]
        raise UsageError(f"the registry holds no {name}", nearest(name, known))
    found = [one for one in FOLDERS if name in registry.names(one)]
    if len(found) > 1:
        full = ", ".join(f"{one}/{name}" for one in found)
        raise UsageError(f"{name} stands for {len(found)} files", f"choose one: {full}")
    if not found:
        known = [held for one in FOLDERS for held in registry.names(one)]
        raise UsageError(f"the registry holds no file {name}", nearest(name, known))
    return found[0], name


def _in_names(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    removed = [Change(name, text, None) for name, text in before.items() if name not in after]
    changed = [Change(name, before.get(name), text) for name, text in after.items() if before.get(name) != text]
    return [*removed, *changed]


def _in_lists(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """Return the changes between two lists; what stands in the same place of both, other than before, is changed."""
    found: list[Change] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, new = list(before[a:b]), list(after[c:d])
        paired = min(len(gone), len(new))
        found += [Change(f"question {a + at + 1}", gone[at], new[at]) for at in range(paired)]
        found += [Change(f"question {a + at + 1}", gone[at], None) for at in range(paired, len(gone))]
        found += [Change(f"question {c + at + 1}", None, new[at]) for at in range(paired, len(new))]
    return found
