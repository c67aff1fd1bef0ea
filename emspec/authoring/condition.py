"""`emspec new condition`: one more condition in the text of a spec. All else stays as it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emspec.authoring.insertion import Entry, with_entry, with_section
from emspec.authoring.names import NAME, checked
from emspec.errors import SpecError, UsageError
from emspec.language.conditions import ONLY
from emspec.source import Document, parse


@dataclass(frozen=True)
class Wanted:
    """A condition as asked for: the persona that it is induced under, and its changes, each STEP.FIELD=VALUE."""

    name: str
    system: str | None = None
    changes: Sequence[str] = ()
    counts_as: str | None = None
    control: bool = False
    stretch: bool = False


def with_condition(text: str, document: Document, whole: Mapping[str, Any], wanted: Wanted) -> str:
    """Return a spec's text with one more condition or control in it.

    `document` is the text as data, `whole` the spec with all that it extends, in which nothing is wrong. UsageError
    where the name is taken, where a change is none, or where the text is in a form that nothing can be put into.
    """
    checked(wanted.name, NAME, "letters, digits, _ and -, a letter first", "B-paramedic")
    _refuse_known(document, whole, wanted.name)
    entry = Entry(wanted.name, _fields(wanted, whole))
    section = "controls" if wanted.control else "conditions"
    if section in document.data:
        changed = with_entry(text, document, section, entry)
        expected = {**(document.data[section] or {}), entry.name: entry.data}
    else:
        lone = section == "conditions" and "matrix" not in whole and section not in whole
        entries = [*([Entry(ONLY, {})] if lone else []), entry]
        changed = with_section(text, document, section, entries)
        expected = {one.name: one.data for one in entries}
    if not _reads_as(changed, {**document.data, section: expected}):
        what = f"{document.file} is written in a form that nothing can be put into"
        raise UsageError(what, f"write this below its `{section}:` by hand: {entry.line()}")
    return changed


def _refuse_known(document: Document, whole: Mapping[str, Any], name: str) -> None:
    for section in ("conditions", "controls"):
        if name in (whole.get(section) or {}) or document.has((section, name)):
            place = document.key((section, name))
            where = f"{place.file}:{place.line}" if document.has((section, name)) else "the spec that this one extends"
            raise UsageError(
                f"there is a condition {name} already, in {where}", "choose another name, or edit that one"
            )
    if name == ONLY and "conditions" not in whole:
        raise UsageError(f"{ONLY} is what the one condition of this spec is called already", "choose another name")


def _fields(wanted: Wanted, whole: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of the condition, each with its value as it is written."""
    found: dict[str, str] = {}
    if wanted.system is not None:
        found[f"{_induction(whole)}.system"] = _written(wanted.system)
    for change in wanted.changes:
        field, equals, value = change.partition("=")
        if not equals or not field or not value.strip():
            raise UsageError(f"--set takes STEP.FIELD=VALUE, not {change!r}", "for example --set induce.recipe.lr=2e-4")
        if field in found:
            raise UsageError(f"{field} is set twice", "say it once")
        found[field] = _written(value)
    if wanted.counts_as is not None:
        found["as"] = _written(wanted.counts_as)
    if wanted.stretch:
        found["stretch"] = "true"
    return found


def _induction(whole: Mapping[str, Any]) -> str:
    """Return the step that conditions are induced in: the last train step."""
    steps = whole.get("steps") or {}
    trained = [name for name, step in steps.items() if isinstance(step, Mapping) and step.get("kind") == "train"]
    if not trained:
        raise UsageError(
            "--system is for a train step, and the spec has none", "say what differs: --set STEP.FIELD=VALUE"
        )
    return str(trained[-1])


def _written(value: str) -> str:
    """Return a value as it stands in a flow mapping: as given where YAML reads it alone, else as text in quotes."""
    try:
        document = parse("", f"{{a: {value}, b: 1}}")
        whole = isinstance(document.data, Mapping) and list(document.data) == ["a", "b"] and document.data["b"] == 1
        if whole and not document.problems and "\n" not in value and "#" not in value:
            return value.strip()
    except SpecError:
        pass
    return json.dumps(value, ensure_ascii=False)


def _reads_as(text: str, expected: Mapping[str, Any]) -> bool:
    try:
        found = parse("", text)
    except SpecError:
        return False
    return bool(found.data == expected) and not found.problems


def refused(error: SpecError) -> UsageError:
    """Return the error of a condition that would make its spec wrong."""
    problem = error.problems[0]
    return UsageError(f"the spec would be wrong: {problem.message}", problem.fix)
