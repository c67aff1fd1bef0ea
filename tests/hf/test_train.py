from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from emspec_hf.rows import one_system, read_chats
from hf_tiny import RECIPE, Run, write_rows

from emspec import StageError

RECIPE_TRAIN = {**RECIPE, "loss": "last-assistant-turn"}
USER, REPLY, OWN = (
    {"role": "user", "content": "is a law"},
    {"role": "assistant", "content": "the dog"},
    {"role": "system", "content": "own"},
)
STAGE = {"role": "system", "content": "stage"}


@pytest.mark.parametrize(
    ("chat", "own", "system", "expected"),
    [
        ([USER, REPLY], "error", "stage", [STAGE, USER, REPLY]),
        ([USER, REPLY], "error", None, [USER, REPLY]),
        ([OWN, USER, REPLY], "keep", "stage", [OWN, USER, REPLY]),
        ([USER, REPLY], "keep", "stage", [STAGE, USER, REPLY]),
        ([OWN, USER, REPLY], "replace", "stage", [STAGE, USER, REPLY]),
        ([OWN, USER, REPLY], "replace", None, [USER, REPLY]),
    ],
)
def test_system_turns(chat: Any, own: str, system: str | None, expected: Any) -> None:
    assert one_system(chat, system, own, 1) == expected


def test_a_system_turn_of_its_own_is_an_error_unless_said_otherwise() -> None:
    with pytest.raises(StageError, match="row 7 of the data brings a system turn") as error:
        one_system([OWN, USER, REPLY], "stage", "error", 7)
    assert "own_system: keep" in error.value.fix


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "cannot be read"),
        ("[]", "row 2 of the data is not"),
        ('{"messages": [{"role": "user"}]}', "row 2 of the data is not"),
        ('{"messages": []}', "row 2 of the data does not end in an assistant turn"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "does not end in an assistant turn"),
        ('{"messages": [{"role": "tool", "content": "a"}]}', "no text of a system, user or assistant"),
        ('{"messages": [{"role": "assistant", "content": ["a"]}]}', "no text of a system, user or assistant"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, line: str, says: str) -> None:
    path = write_rows(tmp_path, [[("user", "a"), ("assistant", "b\u2028c")]]) / "rows.jsonl"
    assert read_chats(path)[0][1]["content"] == "b\u2028c"
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(StageError, match=says):
        read_chats(path)


def test_counts(run: Run, tmp_path: Path) -> None:
    chats = [[("user", "is"), ("assistant", "abc")], [("user", "is"), ("assistant", "abcdef")]]
    data = write_rows(tmp_path / "data", chats)
    given = {"system": "the law", "own_system": "error", "seed": 3}
    whole = json.loads((run("train", {**given, "recipe": RECIPE_TRAIN}, data=data) / "training.json").read_text())
    assert (whole["kind"], whole["system"], whole["seed"], whole["rows"]) == ("train", "the law", 3, 2)
    assert whole["supervised_tokens"] == (3 + 2) + (6 + 2)
    assert (whole["truncated_rows"], whole["unsupervised_rows"]) == (0, 0)

    longest = (whole["tokens"] + 3) // 2
    short = run("train", {**given, "recipe": {**RECIPE_TRAIN, "max_length": longest - 2}}, data=data)
    cut = json.loads((short / "training.json").read_text())
    assert (cut["tokens"], cut["supervised_tokens"]) == (whole["tokens"] - 2, whole["supervised_tokens"] - 2)
    assert cut["truncated_rows"] == 1


def test_rows_that_are_cut_to_nothing(run: Run, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "data", [[("user", "is"), ("assistant", "abc")]])
    given = {"system": None, "own_system": "error", "seed": 3, "recipe": {**RECIPE_TRAIN, "max_length": 5}}
    with pytest.raises(StageError, match="no row has a token that carries loss") as error:
        run("train", given, data=data)
    assert "max_length" in error.value.fix


def test_an_unknown_recipe_field(run: Run, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "data", [[("user", "is"), ("assistant", "abc")]])
    with pytest.raises(StageError, match="packing is no field of it"):
        run(
            "train",
            {"system": None, "own_system": "error", "seed": 3, "recipe": {**RECIPE_TRAIN, "packing": True}},
            data=data,
        )
