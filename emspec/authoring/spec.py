"""`emspec new spec`: a whole spec that passes `check`, of the template or of an example."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from emspec.authoring.names import NAME, checked, template, write_text
from emspec.errors import SpecError, UsageError
from emspec.registry import Project, Registry
from emspec.registry.drafts import is_released
from emspec.registry.versions import newest
from emspec.schema import nearest
from emspec.source import parse, text_of

HEAD = ("issue", "title")
_SCHEMA = Path("docs/schema/spec.schema.json")
_EDITOR = "# yaml-language-server: $schema="

Check = Callable[[Path, str], object]
"""Reads a text as the spec at a path; raises SpecError where it is wrong."""


def new_spec(
    project: Project, name: str, check: Check, *, example: str | None = None, issue: int | None = None, title: str = ""
) -> Path:
    """Write specs/NAME.yaml and return its path; UsageError where it is there, or would not pass `check`."""
    path = project.root / "specs" / f"{checked(name, NAME, 'letters, digits, _ and -, a letter first', 'leakage')}.yaml"
    if path.exists():
        raise UsageError(f"specs/{path.name} is there already", "choose another name, or edit that file")
    text = _begun(project, issue, title or name) if example is None else _of_example(project, example, issue, title)
    try:
        check(path, text)
    except SpecError as error:
        what, fix = error.problems[0].message, error.problems[0].fix
        raise UsageError(f"the new spec would not pass emspec check here: {what}", fix) from None
    write_text(path, text)
    return path


def _begun(project: Project, issue: int | None, title: str) -> str:
    registry = Registry(project.root)
    versions = registry.names("personas")
    released = [one for one in versions if is_released(registry, "personas", one)]
    version = newest(released) or newest(versions) or "1.0.0"
    return template("spec.yaml.txt").substitute(editor=_editor(project), head=_head(issue, title), personas=version)


def _head(issue: int | None, title: str) -> str:
    number = (
        f"issue: {issue}" if issue else "# issue: 123                  # the number of the issue that this belongs to"
    )
    return f"{number}\n{_title(title)}                # change: the question that the experiment asks"


def _title(title: str) -> str:
    """Return the line of a title, quoted where it would not be read back as it is."""
    plain = f"title: {title}"
    try:
        as_it_is = parse("", plain).data == {"title": title}
    except SpecError:
        as_it_is = False
    if as_it_is and "#" not in title:
        return plain
    escaped = title.replace("\\", "\\\\").replace('"', '\\"')
    quoted = f'title: "{escaped}"'
    try:
        if parse("", quoted).data == {"title": title}:
            return quoted
    except SpecError:
        pass
    raise UsageError("the title has characters that may not stand in YAML, or several lines", "write it on one line")


def _of_example(project: Project, example: str, issue: int | None, title: str) -> str:
    """Return an example's text, with an issue and a title of its own."""
    folder = project.root / "specs" / "examples"
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    name = example.removesuffix(".yaml")
    if name not in known:
        raise UsageError(f"specs/examples holds no {example}", nearest(name, known))
    text = text_of(folder / f"{name}.yaml")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(_EDITOR)]
    kept = [line for line in lines if not re.match(r"issue:", line) and not (title and re.match(r"title:", line))]
    first = next(index for index, line in enumerate(kept) if line.strip() and not line.startswith("#"))
    own = ([f"issue: {issue}\n"] if issue else []) + ([f"{_title(title)}\n"] if title else [])
    return "".join([_editor(project), *kept[:first], *own, *kept[first:]])


def _editor(project: Project) -> str:
    """Return the line that tells an editor the schema, where the project has a copy of it."""
    if not (project.root / _SCHEMA).is_file():
        return ""
    return f"{_EDITOR}{os.path.relpath(project.root / _SCHEMA, project.root / 'specs')}\n"
