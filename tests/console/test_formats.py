"""The shapes that other programs read: JSON by its committed schema, and GitHub's workflow commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from emspec.console.formats import problems_github, problems_json
from emspec.errors import Place, Problem

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "check.schema.json"
PROBLEMS = (
    Problem("error", "S108", None, "there is no profile ful", "did you mean full?"),
    Problem("error", "S102", Place("specs/a,b: c.yaml", 3, 5, 9), "100 % wrong\nhere", "mend it"),
    Problem("warning", "D101", Place("specs/x.yaml", 7, 1), "not in the panel: ü", "accepted: as published"),
)
ACCEPTED = {"D101": "as published"}


def test_json_holds_to_its_schema() -> None:
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    shown = json.loads(problems_json(PROBLEMS, ACCEPTED, {"testability": []}))
    assert list(Draft202012Validator(schema).iter_errors(shown)) == []
    assert (shown["version"], shown["errors"], shown["warnings"], shown["testability"]) == (1, 2, 1, [])
    without, placed, accepted = shown["problems"]
    assert (without["file"], without["line"], without["end"], without["accepted"]) == (None, None, None, None)
    assert (placed["file"], placed["line"], placed["column"], placed["end"]) == ("specs/a,b: c.yaml", 3, 5, 9)
    assert placed["docs"] == "docs/codes.md#s102"
    assert (accepted["end"], accepted["accepted"]) == (2, "as published")


def test_github_marks_lines_and_escapes_what_it_must() -> None:
    without, placed, accepted = problems_github(PROBLEMS, ACCEPTED).splitlines()
    assert without == "::error title=emspec S108::there is no profile ful%0Adid you mean full?%0Adocs/codes.md#s108"
    message = placed.rpartition("::")[2]
    assert placed.startswith("::error file=specs/a%2Cb%3A c.yaml,line=3,col=5,endColumn=9,title=emspec S102::")
    assert message == "100 %25 wrong%0Ahere%0Amend it%0Adocs/codes.md#s102"
    assert accepted.startswith("::notice file=specs/x.yaml,line=7,col=1,endColumn=2,")


@pytest.mark.parametrize("path", ["/elsewhere/spec.yaml", "../spec.yaml"])
def test_files_outside_the_working_directory_are_named_as_they_are(path: str) -> None:
    shown = json.loads(problems_json([Problem("error", "Y100", Place(path, 1, 1), "no")], {}, {}))
    assert shown["problems"][0]["file"] == path
