"""The committed pages are what the code says now, and what they show is true."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from emspec.language.codes import titles
from emspec.source import read
from tools.docs.keys import Keys
from tools.docs.pages import pages

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
SPECS = sorted(path for path in (PROJECT / "specs").rglob("*.yaml") if path.parent.name != "profiles")
BAD = PROJECT / "tests" / "golden" / "bad"
GOOD = sorted(path for path in BAD.with_name("good").glob("*.yaml") if "extends:" not in path.read_text())
BEYOND_A_SCHEMA = {
    "adapter-without-commit",
    "condition-step-unknown",
    "decide-out-of-range",
    "decide-points-of-a-probability",
    "gate-threshold-out-of-range",
}
"""Bad specs whose problem no schema for all specs can see: it lies in what their own steps are called, or in what a
text says."""


@pytest.fixture(scope="module")
def generated() -> Mapping[str, str]:
    return pages(PROJECT)


def test_no_page_is_stale(generated: Mapping[str, str]) -> None:
    stale = [name for name, text in generated.items() if _text(DOCS / name) != text]
    assert not stale, f"stale: {', '.join(stale)}; write them anew with: make docs"


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_every_code_has_an_entry_to_link_to(generated: Mapping[str, str]) -> None:
    headings = re.findall(r"^### (\w+)$", generated["codes.md"], re.M)
    assert headings == list(titles())


def test_every_key_has_a_meaning_and_most_an_example(generated: Mapping[str, str]) -> None:
    rows = [line.split(" | ") for line in generated["language.md"].splitlines() if line.startswith("| `")]
    keys = [row for row in rows if len(row) == 5]
    assert len(keys) > 100
    assert [row[0] for row in keys if not row[3].strip() and row[0] != "| `kind`"] == []
    assert sum(row[4] not in {" |", "|"} for row in keys) > 0.8 * len(keys)


@pytest.mark.parametrize("name", ["spec.schema.json", "profile.schema.json"])
def test_schemas_for_editors_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((DOCS / "schema" / name).read_text()))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_shipped_specs_satisfy_the_committed_schema_and_point_to_it(path: Path) -> None:
    validator = Draft202012Validator(json.loads((DOCS / "schema" / "spec.schema.json").read_text()))
    assert [error.message for error in validator.iter_errors(read(path).data)] == []
    first = path.read_text().partition("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve() == DOCS / "schema" / "spec.schema.json"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_specs_satisfy_the_committed_schema_but_for_their_backends(path: Path) -> None:
    validator = Draft202012Validator(json.loads((DOCS / "schema" / "spec.schema.json").read_text()))
    data = {key: value for key, value in read(path).data.items() if key != "backends"}
    assert [error.message for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize("path", sorted((PROJECT / "specs" / "profiles").glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_profiles_satisfy_the_committed_schema(path: Path) -> None:
    validator = Draft202012Validator(json.loads((DOCS / "schema" / "profile.schema.json").read_text()))
    assert [error.message for error in validator.iter_errors(read(path).data)] == []


@pytest.mark.parametrize("folder", [path.name for path in sorted((PROJECT / "registry").iterdir()) if path.is_dir()])
def test_registry_files_satisfy_the_committed_schemas(folder: str) -> None:
    schema = json.loads((DOCS / "schema" / "registry" / f"{folder}.schema.json").read_text())
    files = sorted((PROJECT / "registry" / folder).glob("*.yaml"))
    assert files
    found = [error.message for path in files for error in Draft202012Validator(schema).iter_errors(read(path).data)]
    assert found == []


def _only_for_a_schema() -> list[Path]:
    """Return the bad specs that can be read, are whole by themselves, and have a problem that a schema can see."""
    found = []
    for path in sorted(BAD.glob("*.jsonl")):
        codes = {json.loads(line)["code"] for line in path.read_text().splitlines()}
        if codes & {"S101", "S102", "S103", "S105"} and not any(code[0] == "Y" for code in codes):
            found.append(path.with_suffix(".yaml"))
    whole = [path for path in found if "extends" not in (read(path).data or {})]
    return [path for path in whole if path.stem not in BEYOND_A_SCHEMA]


@pytest.mark.parametrize("path", _only_for_a_schema(), ids=lambda path: path.stem)
def test_bad_specs_do_not_satisfy_the_committed_schema(path: Path) -> None:
    validator = Draft202012Validator(json.loads((DOCS / "schema" / "spec.schema.json").read_text()))
    assert not validator.is_valid(read(path).data)


def test_keys_are_told_in_words() -> None:
    schema = {
        "required": ["a"],
        "properties": {
            "a": {"$ref": "#/$defs/few", "description": "how many"},
            "b": {"type": ["string", "object"], "properties": {"c": {"enum": ["x|y", "z"], "default": "z"}}},
            "d": {"type": "array", "items": {"type": "number", "exclusiveMaximum": 1}, "examples": [[0.5]]},
        },
    }
    rows = list(Keys({"few": {"type": "integer", "minimum": 1, "maximum": 3}}).rows(schema, ({"a": 2},)))
    assert rows == [
        ("`a`", "whole number, 1 to 3", "needed", "how many", "`2`"),
        ("`b`", "text or mapping", "", "", ""),
        ("`b.c`", "`x|y` or `z`", '`"z"`', "", "`z`"),
        ("`d`", "list (number, less than 1)", "", "", "`[0.5]`"),
    ]
