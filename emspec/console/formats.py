"""Problems for other programs: JSON (docs/schema/check.schema.json), and the workflow commands of GitHub Actions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from emspec.console.paths import short
from emspec.console.problems import page_of
from emspec.errors import Problem
from emspec.model.json import Json, JsonObject

VERSION = 1
"""Raised when a key of the JSON changes its meaning or goes away; new keys may come at any time."""


def problems_json(problems: Sequence[Problem], accepted: Mapping[str, str], more: Mapping[str, Json]) -> str:
    """Return problems as a JSON object; `accepted` maps codes to the spec's reasons, `more` are further keys of it."""
    errors = sum(problem.severity == "error" for problem in problems)
    counts = {"version": VERSION, "errors": errors, "warnings": len(problems) - errors}
    found = [_as_json(problem, accepted.get(problem.code)) for problem in problems]
    return json.dumps({**counts, "problems": found, **more}, indent=2, ensure_ascii=False)


def problems_github(problems: Sequence[Problem], accepted: Mapping[str, str]) -> str:
    """Return a workflow command for each problem, with which GitHub marks the line; an accepted one is a notice."""
    return "".join(f"{_workflow_command(problem, problem.code in accepted)}\n" for problem in problems)


def _as_json(problem: Problem, accepted: str | None) -> JsonObject:
    place = problem.place
    return {
        "severity": problem.severity,
        "code": problem.code,
        "file": short(Path(place.file)) if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "end": (place.end or place.column + 1) if place else None,
        "message": problem.message,
        "fix": problem.fix,
        "docs": page_of(problem.code),
        "accepted": accepted,
    }


def _workflow_command(problem: Problem, accepted: bool) -> str:
    """Return `::error file=...::message`; the syntax is that of GitHub's documentation of workflow commands."""
    place = problem.place
    properties = {"title": f"emspec {problem.code}"}
    if place:
        end = place.end or place.column + 1
        where = {"file": short(Path(place.file)), "line": place.line, "col": place.column, "endColumn": end}
        properties = {**{key: str(value) for key, value in where.items()}, **properties}
    written = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    text = "\n".join(part for part in (problem.message, problem.fix, page_of(problem.code)) if part)
    return f"::{'notice' if accepted else problem.severity} {written}::{_escaped(text)}"


def _escaped(text: str, also: str = "") -> str:
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
