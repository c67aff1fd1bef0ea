from __future__ import annotations

import pytest

from emspec.schema import broken, completed, describe, in_fractions, inlined, nearest, problems
from emspec.source import parse

SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "share": {"type": "number", "default": 0.5, "description": "how much of it"},
        "colour": {"enum": ["red", "green"]},
        "sizes": {"type": "array", "uniqueItems": True, "items": {"type": "integer"}},
        "of": {"type": "object", "additionalProperties": {"type": "number"}, "propertyNames": {"pattern": "^[a-z]+$"}},
    },
    "additionalProperties": False,
}


def found(text: str) -> list[tuple[str, int, int, str, str]]:
    return [
        (one.code, one.place.line, one.place.column, one.message, one.fix) for one in problems(parse("f", text), SCHEMA)
    ]


WHOLE = "write a whole number"
MUST = "must be a whole number"
SHARE = "share: how much of it"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: a\ncount: 2\n", []),
        ("count: 2\n", [("S103", 1, 1, "the file lacks `name`", "add `name: ...`")]),
        ("name: a\ncuont: 2\n", [("S102", 2, 1, "there is no `cuont`", "did you mean count?")]),
        ("name: a\ncolour: rod\n", [("S101", 2, 9, "`colour` cannot be rod", "did you mean red?")]),
        ("name: 5\n", [("S101", 1, 7, "`name` must be text, not the number 5", "write text")]),
        ("name: ''\n", [("S101", 1, 7, "`name` must not be empty", "write text")]),
        ("name: a\ncount: 0\n", [("S101", 2, 8, "`count` must be at least 1, not the number 0", WHOLE)]),
        (
            "name: a\nshare: x\n",
            [("S101", 2, 8, "`share` must be a number, not the text x", f"write a number ({SHARE})")],
        ),
        ("name: a\nsizes: [1, x]\n", [("S101", 2, 12, f"item 2 of `sizes` {MUST}, not the text x", WHOLE)]),
        ("name: a\nsizes: [1, 1]\n", [("S101", 2, 12, "`sizes` has the number 1 twice", "remove one of the two")]),
        ("name: a\nof: {B: 1}\n", [("S101", 2, 6, "`B` cannot be a name here", "use another name")]),
        ("name: true\n", [("S101", 1, 7, "`name` must be text, not the value true", "write text")]),
    ],
)
def test_each_rule_in_words(text: str, expected: list[tuple[str, int, int, str, str]]) -> None:
    assert found(text) == expected


def test_everything_at_once_with_paths() -> None:
    document = parse("f", "cuont: 1\nweigth: 2\nshare: x\n")
    assert {(path, problem.code) for path, problem in broken(document, SCHEMA)} == {
        ((), "S103"),
        (("cuont",), "S102"),
        (("weigth",), "S102"),
        (("share",), "S101"),
    }


def test_references_are_inlined() -> None:
    definitions = {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"type": "string"}}
    assert inlined({"properties": {"x": {"$ref": "#/$defs/a"}}, "$defs": definitions}, definitions) == {
        "properties": {"x": {"items": {"type": "string"}}}
    }
    described = {"properties": {"x": {"$ref": "#/$defs/b", "description": "of its own"}}}
    assert inlined(described, definitions) == {"properties": {"x": {"type": "string", "description": "of its own"}}}


def test_defaults_and_the_types_of_numbers() -> None:
    value = completed({"name": "a", "count": 2.0, "of": {"x": 1}, "sizes": [1.0]}, SCHEMA)
    assert value == {"name": "a", "count": 2, "of": {"x": 1.0}, "sizes": [1], "share": 0.5}
    assert [type(one) for one in (value["count"], value["of"]["x"], value["sizes"][0])] == [int, float, int]


def test_percentage_points_are_fractions_where_a_number_is_asked_for() -> None:
    written = {"name": "5pp", "share": "10pp", "of": {"x": "-2.5pp", "y": "five"}}
    assert in_fractions(written, SCHEMA) == {"name": "5pp", "share": 0.1, "of": {"x": -0.025, "y": "five"}}


def test_nearest_names() -> None:
    assert nearest("vilain", ["villain", "librarian"]) == "did you mean villain?"
    assert nearest("nope", ["couple", "evaluate"]) == "choose from: couple, evaluate"
    assert nearest("VILLAIN", ["villain"]) == "did you mean villain?"
    assert nearest("zzz", ["b", "a"]) == "choose from: a, b"
    assert nearest("zzz", []) == "there is none to choose from"
    assert nearest("zzz", [f"n{number:02}" for number in range(20)]).endswith("n15 and 4 more")


def test_values_in_words() -> None:
    assert [describe(one) for one in (None, True, 3, 0.5, "x", [], {})] == [
        "empty",
        "the value true",
        "the number 3",
        "the number 0.5",
        "the text x",
        "a list",
        "a mapping",
    ]
    assert len(describe("x" * 500)) < 60
