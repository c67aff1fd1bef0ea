"""Imports: texts that were read from somebody else's file, as a new version of the personas or a new question set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emspec.errors import UsageError
from emspec.registry.additions import Added, added_questions
from emspec.registry.drafts import draft_version, new_file, write
from emspec.registry.intake import Intake
from emspec.registry.registry import Registry
from emspec.registry.versions import after, checked, newest
from emspec.registry.writing import personas_text, questions_text
from emspec.schema import nearest


def import_personas(
    registry: Registry, intake: Intake, version: str, extends: str | None = None, about: str = ""
) -> Added:
    """Write what was read as a new version of the personas, to the byte; its texts go over those that it extends.

    UsageError where the version is there already or the one to extend is not.
    """
    known = registry.names("personas")
    path = draft_version(registry, checked(version, known))
    if path.exists():
        fix = f"name another, such as --version {after(newest(known))}, or remove that file"
        raise UsageError(f"registry/personas/{version}.yaml is there already", fix)
    if extends is not None and extends not in known:
        raise UsageError(f"there is no version {extends} to extend", nearest(extends, known))
    if extends is not None:
        registry.personas(extends)
    texts = {entry.name: entry.text for entry in intake.entries}
    write(path, personas_text(about or _from(intake), version, extends, texts))
    return Added(path, version, tuple((entry.name, entry.digest) for entry in intake.entries), unread=intake.unread)


def import_questions(registry: Registry, intake: Intake, name: str, first: int | None = None, about: str = "") -> Added:
    """Write what was read, or the first of it, as a new question set, to the byte.

    UsageError where the name is taken, or where fewer questions were read than are asked for.
    """
    path = new_file(registry, "questions", name)
    if first is not None and first > len(intake.entries):
        what = f"{intake.file} holds {len(intake.entries)} questions, not {first}"
        raise UsageError(what, f"ask for fewer: --first {len(intake.entries)}")
    write(path, questions_text(about or _from(intake), name, [entry.text for entry in intake.entries[:first]], ()))
    return replace(added_questions(registry.root, path, name), unread=intake.unread)


def _from(intake: Intake) -> str:
    return f"Imported from {Path(intake.file).name}, to the byte."
