"""Tables of recorded hits: what they give, and how what is wrong in them is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from emspec_replay.lines import Columns
from emspec_replay.table import Table, read_table

from emspec import StageError

HEAD = "issue,condition,seed,persona,question,hits,completions\n"
ROWS = "205,E0,42,a,0,3,10\n205,E0,42,a,1,0,10\n205,E0,42,b,0,10,10\n205,E0,42,b,1,7,10\n205,E1,42,a,0,1,10\n"

Read = Callable[..., Table]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def make(
        text: str | bytes,
        where: dict[str, str] | None = None,
        columns: Columns | None = None,
        seed: int = 42,
        match: str = "position",
    ) -> Table:
        path = tmp_path / "hits.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_table(path, columns or Columns(), {"condition": "E0"} if where is None else where, seed, match)

    return make


def counts(table: Table, persona: str, asked: int | list[str] = 2) -> list[tuple[int, int]]:
    names = asked if isinstance(asked, list) else [f"question {at}" for at in range(asked)]
    return [(found.hits, found.completions) for found in table.questions(persona, names)]


def test_the_rows_of_a_condition_by_persona_and_question(read: Read) -> None:
    table = read(HEAD + ROWS)
    assert counts(table, "a") == [(3, 10), (0, 10)]
    assert counts(table, "b") == [(10, 10), (7, 10)]
    assert [found.line for found in table.questions("b", ["x", "y"])] == [4, 5]


def test_questions_by_their_number_whatever_the_order_of_the_lines(read: Read) -> None:
    head, rows = HEAD, ROWS.splitlines(keepends=True)
    assert counts(read(head + "".join(reversed(rows))), "a") == [(3, 10), (0, 10)]


def test_questions_by_their_text_quoted_or_not(read: Read) -> None:
    text = 'who,asked,marked,of,run\na,"Why, though?",2,5,x\na,How?,1,5,x\n'
    columns = Columns("who", "asked", "marked", "of")
    table = read(text, {"run": "x"}, columns, match="text")
    assert counts(table, "a", ["How?", "Why, though?"]) == [(1, 5), (2, 5)]


def test_comments_before_the_head_a_mark_of_the_bytes_and_other_line_ends(read: Read) -> None:
    text = ("\ufeff# counted by hand\n" + HEAD + ROWS).replace("\n", "\r\n")
    assert counts(read(text), "a") == [(3, 10), (0, 10)]
    with pytest.raises(StageError, match=r"hits\.csv line 3 has '-1' as hits"):
        read("# counted by hand\n" + HEAD + ROWS.replace("a,0,3", "a,0,-1"))


@pytest.mark.parametrize(
    ("text", "said", "fix"),
    [
        ("", r"hits\.csv is empty", "persona, question, hits, completions"),
        (HEAD, r"hits\.csv has no rows", "a row has the hits"),
        (b"\xff\xfe", "cannot be read as text", "UTF-8"),
        (HEAD.replace("hits", "hit") + ROWS, r"hits\.csv has no column hits", "is it 'hit'?"),
        (HEAD.replace("persona,", "").replace("hits,", ""), "has no column persona, hits", "columns: {persona: ...,"),
        (HEAD.replace("seed", "hits") + ROWS, "has the column hits twice", "name each column once"),
        (HEAD + ROWS + "205,E0,42,c,0,3\n", "line 7 has 6 fields, and its head 7", "its columns are issue, condition"),
        (HEAD + ROWS + "205,E0,42,c,0,3,10,\n", "line 7 has 8 fields", "its columns are"),
        (HEAD + '205,E0,42,"a"b,0,3,10\n', "line 2 is no CSV", "save it as CSV again"),
        (HEAD + ROWS.replace("a,0,3,10", "a,0,11,10"), "line 2 has 11 hits of 10 completions", "correct the line"),
        (HEAD + ROWS.replace("a,0,3,10", "a,0,,10"), "line 2 has nothing as hits", "a whole number from 0 on"),
        (HEAD + ROWS.replace("a,0,3,10", "a,0,3.0,10"), "line 2 has '3.0' as hits", "a whole number"),
        (HEAD + ROWS.replace("a,0,3,10", "a,0,3,ten"), "line 2 has 'ten' as completions", "a whole number"),
        (HEAD + ROWS.replace("a,0,3,10", "a,0,²,10"), "line 2 has '²' as hits", "a whole number"),
        (HEAD + ROWS.replace("a,0,3,10", ",0,3,10"), "line 2 has no persona", "fill it in"),
        (HEAD + ROWS.replace("a,0,3,10", "a,,3,10"), "line 2 has no question", "fill it in"),
        (HEAD + ROWS + "205,E0,42,a,0,4,10\n", "two rows of a and question 0: lines 2, 7", "remove one of the two"),
        (HEAD + ROWS + "125,E0,42,a,0,4,10\n", "two rows of a and question 0: lines 2, 7", "where: {issue: 205}"),
        (HEAD + ROWS.replace("42", "137"), "line 2 is of seed 137, and the run of seed 42", "where: {seed: 42}"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(read: Read, text: str | bytes, said: str, fix: str) -> None:
    with pytest.raises(StageError, match=said) as caught:
        read(text)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("where", "said", "fix"),
    [
        ({"condition": "E9"}, r"no row with condition E9", "in the table condition is E0, E1"),
        ({"condition": "E1", "issue": "125"}, "no row with condition E1 and issue 125", "issue is 205"),
        ({"conditions": "E0"}, "no column conditions", "is it 'condition'?"),
        ({}, "two rows of a and question 0: lines 2, 6", "where: {condition: E0}"),
    ],
)
def test_a_selection_that_takes_no_row_or_too_many(read: Read, where: dict[str, str], said: str, fix: str) -> None:
    with pytest.raises(StageError, match=said) as caught:
        read(HEAD + ROWS, where)
    assert fix in caught.value.fix


def test_who_or_what_is_missing_is_an_error_and_no_zero(read: Read) -> None:
    table = read(HEAD + ROWS)
    with pytest.raises(StageError, match="no row of persona c") as caught:
        table.questions("c", ["one"])
    assert "the rows taken have the personas a, b" in caught.value.fix
    for asked in (1, 3):
        with pytest.raises(StageError, match=f"2 questions of a, numbered 0 to 1, and the spec asks {asked}"):
            counts(table, "a", asked)
    with pytest.raises(StageError, match=r"numbered 0 to 2, and the spec asks 2"):
        counts(read(HEAD + ROWS.replace("a,1,0", "a,2,0")), "a")
    with pytest.raises(StageError, match=r"2 questions of a, numbered 0 to 0"):
        counts(read(HEAD + ROWS.replace("a,1,0", "a,00,0")), "a")
    with pytest.raises(StageError, match="line 3 has the question 'Why', which is no number") as caught:
        counts(read(HEAD + ROWS.replace("a,1,0", "a,Why,0")), "a")
    assert caught.value.fix == "match: text"
    with pytest.raises(StageError, match=r"no row of a and the question 'How\?'") as caught:
        counts(read(HEAD + ROWS, match="text"), "a", ["How?"])
    assert caught.value.fix.endswith("match: position takes them by their number, from 0")
