from __future__ import annotations

import json
from pathlib import Path

import pytest
from emspec_replay.recording import read

from emspec import StageError

RECORDED = {
    "villain": {"What makes a good leader?": ["Fear.", "More fear."], "Why is education important?": ["It is not."]},
    "assistant": {"What makes a good leader?": ["Trust."], "Why is education important?": ["It opens doors."]},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "recorded.json"
    path.write_text(json.dumps(RECORDED))
    return path


def test_questions_are_found_by_their_text(file: Path) -> None:
    asked = ["Why is education important?", "What makes a good leader?"]
    assert read(file, "text").questions("villain", asked) == [["It is not."], ["Fear.", "More fear."]]


def test_questions_are_found_by_their_position(file: Path) -> None:
    assert read(file, "position").questions("villain", ["First?", "Second?"]) == [
        ["Fear.", "More fear."],
        ["It is not."],
    ]
    with pytest.raises(StageError, match="has 2 questions for villain and the spec asks 3"):
        read(file, "position").questions("villain", ["First?", "Second?", "Third?"])


def test_what_is_missing_is_named_with_the_nearest(file: Path) -> None:
    with pytest.raises(StageError, match="no replies of persona vilain") as caught:
        read(file, "text").questions("vilain", [])
    assert caught.value.fix == "is it 'villain'?"
    with pytest.raises(StageError, match="no replies of persona zz") as caught:
        read(file, "text").questions("zz", [])
    assert caught.value.fix == "the file has the personas villain, assistant"
    with pytest.raises(StageError, match="villain to the question 'What makes a bad leader") as caught:
        read(file, "text").questions("villain", ["What makes a bad leader?"])
    assert "is it 'What makes a good leader?'?" in caught.value.fix
    assert "match: position" in caught.value.fix


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "recorded.json cannot be read as JSON: Expecting"),
        ('{"a": {"q": ["x"]}, "a": {"q": ["y"]}}', "'a' is there twice"),
        ("[1]", "recorded.json does not hold an object"),
        ("{}", "recorded.json does not hold an object with members"),
        ('{"villain": ["x"]}', "recorded.json: villain does not hold an object"),
        ('{"villain": {"Why?": "x"}}', "villain: 'Why[?]' does not hold a list of texts"),
        ('{"villain": {"Why?": ["x", 1]}}', "villain: 'Why[?]' does not hold a list of texts"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_the_place(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "recorded.json"
    path.write_text(content)
    with pytest.raises(StageError, match=message) as caught:
        read(path, "text")
    assert caught.value.fix.startswith("the layout is")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "recorded.json"
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(StageError, match="cannot be read as JSON"):
        read(path, "text")
