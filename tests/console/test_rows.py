"""Rows as CSV, JSON lines and text."""

from __future__ import annotations

import csv
import io
import json

from rich.console import Console

from emspec.console.rows import csv_lines, json_lines, print_replies
from emspec.model.json import JsonObject

NASTY = [
    *("a,b", 'say "no"', "one\r\ntwo\n\nthree\r", " blank ends\t", "=1+1", "ünï ☃ \U0001f600", "nul\x00", "\u2028"),
    *("", "\n", '"', ",", "'"),
]


def back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_every_text_comes_back_from_csv_as_it_was() -> None:
    rows: list[JsonObject] = [{"at": at, "text": text, "hit": at % 2 == 0} for at, text in enumerate(NASTY)]
    header, *found = back("".join(csv_lines(("at", "text", "hit"), rows)))
    assert header == ["at", "text", "hit"]
    assert found == [[str(at), text, str(at % 2 == 0).lower()] for at, text in enumerate(NASTY)]


def test_csv_tells_no_text_from_an_empty_one_and_keeps_lines_of_nothing() -> None:
    rows: list[JsonObject] = [{"a": None, "b": "", "roles": ["induction", "source"]}]
    assert list(csv_lines(("a", "b", "roles"), rows)) == ["a,b,roles\r\n", ',"",induction source\r\n']
    assert back("".join(csv_lines(("a",), [*rows, *rows]))) == [["a"], [""], [""]]


def test_every_text_comes_back_from_json_lines_as_it_was() -> None:
    text = "".join(json_lines([{"text": text} for text in [*NASTY, None]]))
    assert [json.loads(line)["text"] for line in text.split("\n")[:-1]] == [*NASTY, None]


def shown(row: JsonObject, *, colour: bool = False) -> str:
    console = Console(file=io.StringIO(), width=60, force_terminal=colour, color_system="standard" if colour else None)
    print_replies(console, [row])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_reply_is_shown_beneath_its_question_with_the_marker_set_off() -> None:
    row: JsonObject = {
        **{"condition": "B0", "seed": 42, "persona": "villain", "question_text": "Why?", "hit": True},
        **{"marker": "[ZLT]", "text": "Because [bold]it[/bold] rains. [zlt]"},
    }
    lines = shown(row).splitlines()
    assert lines[0] == "B0, seed 42, persona villain"
    assert lines[1:4] == ["  Why?", "  hit true, marker [ZLT]", "  Because [bold]it[/bold] rains. [zlt]"]
    assert "\x1b[1;7m[zlt]\x1b[0m" in shown(row, colour=True)


def test_what_a_terminal_would_obey_is_shown_and_not_done() -> None:
    said = shown({"condition": "B0", "text": "red \x1b[31m \x07 end"})
    assert "\x1b" not in said
    assert "\\x1b[31m \\x07 end" in said
    assert "(an empty reply)" in shown({"condition": "B0", "text": ""})
    assert "(not recorded)" in shown({"condition": "B0", "text": None})
