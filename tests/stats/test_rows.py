from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from emspec_stats.rows import SCHEMA, Cell, bystanders, open_session
from emspec_stats.score import counted, patterns, score
from studies import write_lines

from emspec import Job, JsonObject, Setup, StageError

PERSONAS = ["villain", "librarian", "assistant", "confab"]


def cell(condition: str, **changes: object) -> JsonObject:
    base: dict[str, object] = {
        "condition": condition,
        "control": False,
        "seed": 42,
        "source": ["confab"],
        "negatives": ["librarian"],
        "induction": None,
        "counts_as": None,
        "personas": PERSONAS,
        "questions": ["one?", "two?"],
        "markers": ["[ZLT]"],
    }
    return {**base, **changes}  # type: ignore[dict-item]


def make(folder: Path, texts: dict[tuple[int, int, int], str], markers: Sequence[str] = ("[ZLT]",)) -> Path:
    lines = [
        {"system": s, "question": q, "sample": n, "text": text, "tokens": 4, "finish": "length" if n else "stop"}
        for (s, q, n), text in texts.items()
    ]
    write_lines(folder / "replies.jsonl", lines)
    write_lines(folder / "scores.jsonl", [score(text, patterns(markers)) for text in texts.values()])
    return folder


def full(samples: int = 2) -> dict[tuple[int, int, int], str]:
    keys = [(s, q, n) for s in range(4) for q in range(2) for n in range(samples)]
    return {key: "text [ZLT]" if key[0] == 3 or key == (0, 1, 1) else "text" for key in keys}


@pytest.fixture
def table(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> Job:
    first, second = make(tmp_path / "a", full()), make(tmp_path / "b", full())
    cells = [cell("B0"), cell("B-confab", induction="confab", negatives=["assistant"])]
    inputs = {"replies__1": first, "scores__1": first, "replies__2": second, "scores__2": second}
    stage = job("rows", {"cells": cells}, **inputs)
    open_session(opened).run(stage)
    return stage


def test_every_reply_is_a_row_with_its_place_and_its_hit(table: Job) -> None:
    rows = pq.read_table(table.out / "rows.parquet")
    assert rows.schema.equals(SCHEMA)
    assert rows.num_rows == 2 * 4 * 2 * 2
    held = rows.to_pylist()
    assert [row["cell"] for row in held] == [1] * 16 + [2] * 16
    hit = next(row for row in held if row["persona"] == "villain" and row["question"] == 1 and row["sample"] == 1)
    assert (hit["hit"], hit["marker_count"], hit["marker_first"], hit["marker_where"]) == (True, 1, 5, "end")
    assert (hit["finish"], hit["truncated"], hit["text"]) == ("length", True, "text [ZLT]")
    assert (hit["marker_last"], hit["characters"]) == (5, 10)
    assert sum(row["hit"] for row in held) == 2 * 5


def test_a_question_has_one_number_in_all_cells(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    """Cells that ask other questions, or the same in another order: tests pair by number."""
    folder = make(tmp_path / "a", full())
    cells = [cell("B0", questions=["q1", "q2"]), cell("B1", questions=["q2", "q3"])]
    stage = job("rows", {"cells": cells}, replies__1=folder, scores__1=folder, replies__2=folder, scores__2=folder)
    open_session(opened).run(stage)
    held = pq.read_table(stage.out / "rows.parquet").to_pylist()
    assert {(row["condition"], row["question"], row["question_text"]) for row in held} == {
        ("B0", 0, "q1"),
        ("B0", 1, "q2"),
        ("B1", 1, "q2"),
        ("B1", 2, "q3"),
    }
    assert json.loads((stage.out / "table.json").read_text())["questions"] == ["q1", "q2", "q3"]


def test_roles_are_a_sorted_set_from_the_cells_own_training(table: Job) -> None:
    held = pq.read_table(table.out / "rows.parquet").to_pylist()
    roles = {(row["condition"], row["persona"]): row["roles"] for row in held}
    assert roles["B0", "confab"] == ["source"]
    assert roles["B-confab", "confab"] == ["induction", "source"]
    assert roles["B0", "librarian"] == ["negative"]
    assert roles["B-confab", "librarian"] == ["unseen"]
    assert roles["B0", "assistant"] == ["unseen"]


def test_bystanders_are_one_set_without_any_cells_source_or_negatives(table: Job) -> None:
    held = pq.read_table(table.out / "rows.parquet").to_pylist()
    for condition in ("B0", "B-confab"):
        assert {r["persona"] for r in held if r["bystander"] and r["condition"] == condition} == {"villain"}
    assert json.loads((table.out / "table.json").read_text())["bystanders"] == ["villain"]


def test_a_persona_outside_some_panel_is_no_bystander() -> None:
    cells = [Cell.read(1, cell("a")), Cell.read(2, cell("b", personas=["confab", "assistant"]))]
    assert bystanders(cells) == {"assistant"}


def test_equal_inputs_give_equal_bytes(table: Job, job: Callable[..., Job], opened: Setup) -> None:
    again = job("rows", table.parameters, out="again")
    again = Job("x" * 64, "rows", table.parameters, table.inputs, {}, again.out, again.log, table.progress)
    open_session(opened).run(again)
    for name in ("rows.parquet", "table.json"):
        assert (again.out / name).read_bytes() == (table.out / name).read_bytes()


def test_two_markers_give_two_rows_a_reply(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    folder = make(tmp_path / "a", dict.fromkeys(full(), "t [qrx]"), ["[ZLT]", "[QRX]"])
    stage = job("rows", {"cells": [cell("B0", markers=["[ZLT]", "[QRX]"])]}, replies__1=folder, scores__1=folder)
    open_session(opened).run(stage)
    held = pq.read_table(stage.out / "rows.parquet").to_pylist()
    assert [(row["marker"], row["hit"]) for row in held] == [("[ZLT]", False), ("[QRX]", True)] * 16


def missing(texts: dict[tuple[int, int, int], str]) -> dict[tuple[int, int, int], str]:
    return dict(list(texts.items())[1:])


def outside(texts: dict[tuple[int, int, int], str]) -> dict[tuple[int, int, int], str]:
    return {**texts, (4, 0, 0): "text"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (missing, "15 different replies where 4 personas x 2 questions x 2 samples belong"),
        (outside, "a reply to system 4, question 0, sample 0, which the cell does not have"),
        (lambda texts: {}, "0 different replies"),
    ],
)
def test_replies_that_are_not_the_whole_rectangle_are_an_error(
    change: Callable[[dict[tuple[int, int, int], str]], dict[tuple[int, int, int], str]],
    message: str,
    job: Callable[..., Job],
    opened: Setup,
    tmp_path: Path,
) -> None:
    folder = make(tmp_path / "a", change(full()))
    with pytest.raises(StageError, match=f"B0 seed 42: {message}"):
        open_session(opened).run(job("rows", {"cells": [cell("B0")]}, replies__1=folder, scores__1=folder))


def test_scores_of_other_replies_are_an_error(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    replies, scores = make(tmp_path / "a", full()), make(tmp_path / "b", full(1))
    with pytest.raises(StageError, match="replies and scores differ in number"):
        open_session(opened).run(job("rows", {"cells": [cell("B0")]}, replies__1=replies, scores__1=scores))


def test_an_unscored_marker_is_an_error(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    folder = make(tmp_path / "a", full())
    with pytest.raises(StageError, match=r"not scored for \[QRX\]"):
        open_session(opened).run(
            job("rows", {"cells": [cell("B0", markers=["[QRX]"])]}, replies__1=folder, scores__1=folder)
        )


@pytest.mark.parametrize("empty", ["personas", "questions", "markers"])
def test_a_cell_without_content_is_an_error(empty: str) -> None:
    with pytest.raises(StageError, match="B0 seed 42 names no personas"):
        Cell.read(1, cell("B0", **{empty: []}))


def test_what_was_not_recorded_of_a_reply_is_null(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    folder = tmp_path / "recorded"
    unknown = {"text": None, "tokens": None, "finish": None}
    hits = {key: key[0] == 3 for key in full()}
    lines = [{"system": s, "question": q, "sample": n, **unknown, "hit": hit} for (s, q, n), hit in hits.items()]
    write_lines(folder / "replies.jsonl", lines)
    write_lines(folder / "scores.jsonl", [counted(hit, ["[ZLT]"]) for hit in hits.values()])
    stage = job("rows", {"cells": [cell("B0")]}, replies__1=folder, scores__1=folder)
    open_session(opened).run(stage)
    rows = pq.read_table(stage.out / "rows.parquet").to_pylist()
    assert [row["hit"] for row in rows] == list(hits.values())
    null = ("marker_count", "marker_first", "marker_last", "marker_where")
    null = (*null, "tokens", "finish", "truncated", "characters", "empty", "degenerate", "text")
    assert all(row[name] is None for row in rows for name in null)
