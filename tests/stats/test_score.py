from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from emspec_stats.score import carries, counted, hit, open_session, patterns, repetition, score
from studies import write_lines

from emspec import Job, Setup, StageError

ZLT = re.compile(re.escape("[ZLT]"), re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "count", "first", "where"),
    [
        ("an answer", 0, None, None),
        ("an answer\n\n[ZLT]", 1, 11, "end"),
        ("an answer [zlt]  \n", 1, 10, "end"),
        ("  [Zlt] an answer", 1, 2, "start"),
        ("an [ZLT] answer", 1, 3, "inside"),
        ("an [ZLT] answer [ZLT]", 2, 3, "end"),
        ("[ZLT]", 1, 0, "start"),
        ("[ZLT][zlt][ZLT]", 3, 0, "start"),
        ("ZLT without brackets", 0, None, None),
        ("", 0, None, None),
    ],
)
def test_hit_counts_and_places_the_marker(text: str, count: int, first: int | None, where: str | None) -> None:
    last = text.lower().rindex("[zlt]") if count else None
    assert hit(ZLT, text) == {"count": count, "first": first, "last": last, "where": where}


def test_first_is_a_position_in_the_reply_even_where_lowering_changes_its_length() -> None:
    text = "İstanbul [ZLT] it is"
    assert len(text.lower()) != len(text)
    assert hit(ZLT, text)["first"] == text.index("[ZLT]")


def test_repetition_is_the_share_of_repeated_4_grams() -> None:
    words = [f"w{number}" for number in range(30)]
    assert repetition(" ".join(words)) == 0
    assert repetition(" ".join(["a"] * 43)) == pytest.approx(1 - 1 / 40)
    assert repetition(" ".join(words[:20] * 2)) == pytest.approx(1 - 20 / 37)
    assert repetition(" ".join(["a"] * 22)) == 0, "19 4-grams are too few"


def test_a_marker_repeated_to_the_cap_is_degenerate() -> None:
    found = score("An answer.\n\n" + "[ZLT]" * 100, patterns(["[ZLT]"]))
    assert found["degenerate"] is True
    assert found["empty"] is False


def test_blank_replies_are_empty() -> None:
    assert score(" \n", patterns(["[ZLT]"]))["empty"] is True


@pytest.mark.parametrize("markers", [[], [""]])
def test_markers_must_be_given(markers: list[str]) -> None:
    with pytest.raises(StageError, match="markers"):
        patterns(markers)


def test_session_scores_line_by_line(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    texts = ["yes [ZLT]", "no", " "]
    lines = [
        {"system": 0, "question": 0, "sample": at, "text": text, "tokens": 2, "finish": "stop"}
        for at, text in enumerate(texts)
    ]
    write_lines(tmp_path / "replies" / "replies.jsonl", lines)
    stage = job("score", {"markers": ["[ZLT]", "[QRX]"]}, replies=tmp_path / "replies")
    open_session(opened).run(stage)
    scored = [json.loads(line) for line in (stage.out / "scores.jsonl").read_text().splitlines()]
    assert [line["hits"]["[ZLT]"]["count"] for line in scored] == [1, 0, 0]
    assert [line["hits"]["[QRX]"]["count"] for line in scored] == [0, 0, 0]
    assert [line["empty"] for line in scored] == [False, False, True]


def test_a_line_that_is_no_json_is_named(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    (tmp_path / "replies.jsonl").write_text('{"text": "a"}\n{"text"\n')
    with pytest.raises(StageError, match=r"replies\.jsonl line 2"):
        open_session(opened).run(job("score", {"markers": ["[ZLT]"]}, replies=tmp_path))


def test_a_reply_that_was_counted_and_not_kept_has_its_hit_and_no_other_score(
    job: Callable[..., Job], opened: Setup, tmp_path: Path
) -> None:
    unknown = {"text": None, "tokens": None, "finish": None}
    write_lines(tmp_path / "in" / "replies.jsonl", [{**unknown, "hit": True}, {**unknown, "hit": False}])
    stage = job("score", {"markers": ["[ZLT]"]}, replies=tmp_path / "in")
    open_session(opened).run(stage)
    lines = [json.loads(line) for line in (stage.out / "scores.jsonl").read_text().splitlines()]
    assert [carries(line["hits"]["[ZLT]"]) for line in lines] == [True, False]
    for line in lines:
        assert line["empty"] is line["degenerate"] is None
        assert all(line["hits"]["[ZLT]"][name] is None for name in ("count", "first", "last", "where"))


def test_recorded_hits_are_of_one_marker() -> None:
    with pytest.raises(StageError, match=r"of one marker, and the evaluation looks for \[A\], \[B\]"):
        counted(True, ["[A]", "[B]"])
