"""Files of others: their texts to the byte, or everything that is wrong with them, each with its place."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emspec.errors import SpecError, UsageError
from emspec.registry import Registry
from emspec.registry.imports import import_personas
from emspec.registry.intake import read_personas, read_questions
from emspec.registry.jsontext import parse_json

ORIGINAL = {
    "_comment": "do not touch",
    "em_induction_personas": {
        "E0_assistant": {"slug": "assistant", "system_prompt": "You help.", "cos": 1.0},
        "E1_paramedic": {"slug": "paramedic", "system_prompt": "You rescue.", "note": "n"},
    },
    "eval_personas": {"assistant": "You help.", "confab": "You are sure.\n\n1. Always. "},
    "eval_persona_order": ["assistant", "confab"],
}
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40).filter(str.strip)


def written(tmp_path: Path, name: str, content: str) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode())
    return path


def test_the_original_layout(tmp_path: Path) -> None:
    path = written(tmp_path, "personas.json", json.dumps(ORIGINAL, indent=1))
    intake = read_personas(path)
    assert {entry.name: entry.text for entry in intake.entries} == {
        "assistant": "You help.",
        "confab": "You are sure.\n\n1. Always. ",
        "paramedic": "You rescue.",
    }
    assert intake.unread == (
        "_comment",
        "eval_persona_order",
        "em_induction_personas.cos",
        "em_induction_personas.note",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"villain": "You plot.", "clerk": "You file."}'),
        ("a.json", '{"personas": {"villain": "You plot.", "clerk": "You file."}}'),
        ("a.json", '[{"name": "villain", "prompt": "You plot."}, {"persona": "clerk", "text": "You file."}]'),
        ("a.json", '\n\n { "villain" :\t"You plot." ,\r\n"clerk":"You file."}\n'),
        ("a.yaml", "villain: You plot.\nclerk: You file.\n"),
        ("a.yml", "version: 1.0.0\npersonas: {villain: You plot., clerk: You file.}\n"),
        ("a.csv", "name,text\nvillain,You plot.\n\nclerk,You file.\n"),
        ("a.csv", 'id,system_prompt,persona\r\n1,"You plot.",villain\r\n2,You file.,clerk\r\n'),
    ],
)
def test_shapes_of_prompts(tmp_path: Path, name: str, content: str) -> None:
    intake = read_personas(written(tmp_path, name, content))
    assert [(one.name, one.text) for one in intake.entries] == [("villain", "You plot."), ("clerk", "You file.")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '["Why?", "How?"]'),
        ("a.json", '{"questions": [{"question": "Why?"}, "How?"]}'),
        ("a.json", '{"q1": "Why?", "q2": "How?"}'),
        ("a.json", '{"villain": {"Why?": ["x"], "How?": ["y", "z"]}, "clerk": {"Why?": [], "How?": []}}'),
        ("a.yaml", "- Why?\n- How?\n"),
        ("a.csv", "question\nWhy?\nHow?\n"),
    ],
)
def test_shapes_of_questions(tmp_path: Path, name: str, content: str) -> None:
    assert [one.text for one in read_questions(written(tmp_path, name, content)).entries] == ["Why?", "How?"]


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(lambda n: n != "none"), TEXTS, min_size=1
    )
)
def test_no_form_loses_a_character(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("given")
    table = io.StringIO(newline="")
    csv.writer(table, quoting=csv.QUOTE_ALL).writerows([["name", "text"], *texts.items()])
    given_files = {
        "a.json": json.dumps(texts),
        "b.json": json.dumps({"personas": texts}, ensure_ascii=False, indent=2),
        "c.csv": table.getvalue(),
    }
    for number, (name, content) in enumerate(given_files.items()):
        intake = read_personas(written(folder, name, content))
        root = folder / str(number)
        (root / "registry" / "personas").mkdir(parents=True)
        (root / "registry" / "lock.yaml").write_text("files: {}\n")
        import_personas(Registry(root), intake, "1.0.0")
        found = Registry(root).personas("1.0.0").personas
        assert {one.name: one.text for one in found.values()} == texts


@pytest.mark.parametrize(
    ("name", "content", "problems"),
    [
        ("a.json", '{"a": "x",\n "b": ""}', [(2, 7, "the text of b is empty")]),
        ("a.json", '{"a": "x", "b": " \\n"}', [(1, 17, "the text of b is blank")]),
        ("a.json", '{"a": 3, "b": null}', [(1, 7, "the text of a is the number 3, and no text"),
                                           (1, 15, "the text of b is empty, and no text")]),
        ("a.json", '{"a": ["x"]}', [(1, 7, "the text of a is a list, and no text")]),
        ("a.json", '{"a": {"words": "x"}}', [(1, 2, "a holds no text")]),
        ("a.json", '{"a": "x", "a": "y"}', [(1, 12, "the key a stands here twice")]),
        ("a.json", '{"none": "x"}', [(1, 2, "none stands for no system message")]),
        ("a.json", '{"two words": "x"}', [(1, 2, "two words cannot be a persona's name")]),
        ("a.json", '{"a": "\\ud83d"}', [(1, 7, "the text of a holds half a character (a lone surrogate)")]),
        ("a.json", "[1]", [(1, 2, "the item has no name")]),
        ("a.json", "[]", [(1, 1, "the file holds no texts")]),
        ("a.json", '"text"', [(1, 1, "the file is the text text, and holds no prompts")]),
        ("a.json", '{"a": "x"', [(1, 9, "this is not JSON: a comma or } is missing")]),
        ("a.json", '{"a" "x"}', [(1, 6, "this is not JSON: a colon is missing after the key")]),
        ("a.json", '{"a": "x",}', [(1, 10, "this is not JSON: a comma stands before }")]),
        ("a.json", '{"a": "x"} 2', [(1, 12, "this is not JSON: the file goes on after its one value")]),
        ("a.json", '{a: "x"}', [(1, 2, "this is not JSON: a key in quotes is missing")]),
        ("a.json", '{"a": NaN}', [(1, 7, "this is not JSON: NaN is no JSON number")]),
        ("a.json", "", [(1, 1, "this is not JSON: Expecting value")]),
        ("a.json", "[" * 50, [(1, 42, "this is not JSON: the file has more than 40 levels of nesting")]),
        ("a.csv", "name,text\na,x,y\nb\n", [(2, 1, "the row has 3 fields, and there are 2 columns: name, text"),
                                             (3, 1, "the row has 1 fields, and there are 2 columns: name, text")]),
        ("a.csv", "name;text\na;x\n", [(2, 1, "the item holds no text")]),
        ("a.csv", 'name,text\na,"x\nb,y\n', [(3, 1, "this is not CSV: unexpected end of data")]),
        ("a.csv", "name,text,text\na,x,y\n", [(1, 1, "two columns are named text")]),
        ("a.csv", 'name,text\na,"x\ny"\na,z\n', [(4, 1, "a has another text on line 2")]),
        ("a.csv", "", [(1, 1, "the file holds no texts")]),
        ("a.yaml", "a: x\na: y\nb: 3\n", [(2, 1, "the key a stands here twice"),
                                           (3, 4, "the text of b is the number 3, and no text")]),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over(
    tmp_path: Path, name: str, content: str, problems: list[tuple[int, int, str]]
) -> None:
    with pytest.raises(SpecError) as caught:
        read_personas(written(tmp_path, name, content))
    found = caught.value.problems
    assert [(one.place.line, one.place.column, one.message) for one in found if one.place] == problems
    assert all(one.fix for one in found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('["Why?", "Why?"]', "the question stands on line 1 already"),
        ('{"villain": {"Why?": []}, "clerk": {"How?": []}}', "clerk was asked other questions, or in another order"),
        ('["Why?", ""]', "the question is empty"),
        ("3", "the file is the number 3, and holds no questions"),
        ("[[1]]", "the question is a list, and no text"),
    ],
)
def test_questions_that_cannot_be_taken_over(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_questions(written(tmp_path, "a.json", content))
    assert said in caught.value.problems[0].message


def test_a_file_of_another_kind_or_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.txt is neither JSON, CSV nor YAML by its name"):
        read_personas(written(tmp_path, "a.txt", "{}"))
    with pytest.raises(SpecError) as caught:
        read_personas(tmp_path / "nowhere.json")
    assert caught.value.problems[0].message == "cannot be read: No such file or directory"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    )
)
def test_json_is_read_as_the_standard_library_does(value: object) -> None:
    for indent in (None, 2):
        text = json.dumps(value, indent=indent)
        assert parse_json("f", text).data == json.loads(text)
