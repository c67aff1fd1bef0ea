"""Something new by hand: a persona in a version that is not released yet, a question set, a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emspec.errors import RegistryError, SpecError, UsageError
from emspec.model.json import text_digest
from emspec.registry import files
from emspec.registry.drafts import check_name, draft_version, is_released, new_file, short, with_line, write
from emspec.registry.intake import RESERVED
from emspec.registry.registry import Registry
from emspec.registry.versions import after, checked, newest
from emspec.registry.writing import persona_line, personas_text, questions_text, recipe_text
from emspec.scalars import meaning
from emspec.schema import nearest
from emspec.source import parse, read


@dataclass(frozen=True)
class Added:
    """A file that was written, and what is new in it: names of personas or questions, with the SHA-256 of each text.

    `digest` is that of a question set as a whole, its questions joined by newlines; else empty. `unread` are the keys
    of an imported file that held no texts.
    """

    path: Path
    name: str
    texts: tuple[tuple[str, str], ...]
    digest: str = ""
    unread: tuple[str, ...] = ()


def add_persona(registry: Registry, name: str, text: str, version: str | None = None, about: str = "") -> Added:
    """Add a persona to a version that is not released: the one named, or the newest, or else a new one after it.

    UsageError where the name is taken or cannot be one, where the text is blank, or where the version is released.
    """
    check_name(name, "")
    if name == RESERVED:
        raise UsageError("none stands for no system message in a spec", "choose another name")
    if not text.strip():
        raise UsageError(f"the text of {name} is empty", 'write it: emspec registry add persona NAME "You are ..."')
    known = registry.names("personas")
    last = newest(known)
    if version is None:
        version = last if last and not is_released(registry, "personas", last) else after(last)
    path = draft_version(registry, checked(version, known))
    base = version if path.exists() else last
    held = registry.personas(base).personas if base else {}
    if name in held:
        what = f"version {base} has a persona {name} already: {short(held[name].text)}"
        raise UsageError(what, "choose another name, or import a file with the new text: emspec registry import")
    if path.exists():
        write(path, _with_persona(path, name, text))
    else:
        write(path, personas_text(about or f"Adds {name}.", version, base, {name: text}))
    return Added(path, version, ((name, text_digest(text)),))


def add_questions(
    registry: Registry, name: str, questions: Sequence[str], includes: Sequence[str] = (), about: str = ""
) -> Added:
    """Add a question set; UsageError where the name is taken, or a question is blank or stands twice."""
    path = new_file(registry, "questions", name)
    for index, question in enumerate(questions):
        if not question.strip() or question in questions[:index]:
            state = "stands there twice" if question.strip() else "is empty"
            raise UsageError(f"question {index + 1} {state}", "write each question once")
    for part in includes:
        if part not in registry.names("questions"):
            raise UsageError(f"there is no question set {part}", nearest(part, registry.names("questions")))
    if not questions and not includes:
        raise UsageError("no question is given", 'such as: emspec registry add questions NAME "Why ...?" "How ...?"')
    write(path, questions_text(about or f"The question set {name}.", name, questions, includes))
    return added_questions(registry.root, path, name)


def added_questions(root: Path, path: Path, name: str) -> Added:
    """Return a question set that was just written, read back from its file."""
    found = Registry(root).questions(name)
    return Added(path, name, tuple((question, text_digest(question)) for question in found.questions), found.digest)


def add_recipe(registry: Registry, name: str, base: str, changes: Sequence[str], about: str = "") -> Added:
    """Add a recipe that differs from another in `changes`, each FIELD=VALUE; UsageError for what cannot be changed."""
    path = new_file(registry, "recipes", name)
    if base not in registry.names("recipes"):
        raise UsageError(f"there is no recipe {base}", nearest(base, registry.names("recipes")))
    recipe = registry.recipe(base)
    changed = dict(_change(change) for change in changes)
    fields = files.recipe_fields(recipe.kind)
    for field in changed:
        if field not in fields:
            raise UsageError(f"a {recipe.kind} recipe has no field {field}", nearest(field, fields))
    if not changed:
        raise UsageError(f"nothing would differ from {base}", "name a change, such as lr=2e-4")
    said = about or f"{base} with {', '.join(changes)}."
    content = recipe_text(said, name, recipe.kind, {**recipe.fields, **changed})
    found = files.faults(parse(str(path), content), "recipes")
    if found:
        raise UsageError("; ".join(one.message for one in found), found[0].fix)
    write(path, content)
    return Added(path, name, tuple((field, "") for field in changed))


def _with_persona(path: Path, name: str, text: str) -> str:
    """Return a draft's text with one more persona in it; all else, comments too, stays as it is."""
    document = read(path)
    own = document.key(("personas",)).line
    later = [line for line in (document.key((key,)).line for key in document.data) if line > own]
    content = path.read_text(encoding="utf-8")
    at = min(later, default=len(content.splitlines()) + 1)
    after_it = with_line(content, persona_line(name, text), at)
    expected = {**document.data, "personas": {**document.data["personas"], name: text}}
    if not _holds(str(path), after_it, expected):
        what = f"registry/personas/{path.name} is written in a form that cannot be added to"
        raise RegistryError(what, f"write this below its `personas:` by hand:\n{persona_line(name, text)}".rstrip())
    return after_it


def _holds(file: str, text: str, expected: Mapping[str, Any]) -> bool:
    try:
        return bool(parse(file, text).data == expected)
    except SpecError:
        return False


def _change(written: str) -> tuple[str, Any]:
    """Return the field and the value of FIELD=VALUE; a list has commas."""
    field, equals, value = written.partition("=")
    if not equals or not value:
        raise UsageError(f"a change is FIELD=VALUE, not {written or 'an empty text'}", "for example lr=2e-4")
    if field == "target_modules":
        return field, [part.strip() for part in value.split(",")]
    try:
        return field, meaning(value)
    except ValueError as error:
        raise UsageError(f"{field}: {error}", "write another number") from None
