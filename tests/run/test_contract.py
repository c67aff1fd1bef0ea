"""What is in a stage's files: a breach is named by its line, before anything is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from plans import plan_of, stage

from emspec.model.stage import REQUIRED_FILES, Stage
from emspec.run.contract import breach
from emspec.run.execute import execute
from emspec.run.work import Slot
from emspec.store import Store
from emspec.store.files import describe


def generate(systems: int = 1, questions: int = 2, samples: int = 2, **more: object) -> Stage:
    asked = {"systems": ["s"] * systems, "questions": ["q"] * questions, "samples": samples}
    return replace(stage("replies", **asked, **more), kind="generate")


def replies(systems: int = 1, questions: int = 2, samples: int = 2) -> list[dict[str, object]]:
    places = product(range(systems), range(questions), range(samples))
    rest = {"text": "a\u2028b", "tokens": 0, "finish": "stop"}
    return [{"system": s, "question": q, "sample": n, **rest} for s, q, n in places]


def breach_of(folder: Path, asked: Stage, lines: Sequence[object]) -> str:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "replies.jsonl").write_text(text, encoding="utf-8")
    return breach(asked, describe(folder), folder)


def test_the_replies_that_were_asked_for_are_no_breach(tmp_path: Path) -> None:
    assert breach_of(tmp_path, generate(), replies()) == ""
    path = tmp_path / "replies.jsonl"
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))
    assert breach(generate(), describe(tmp_path), tmp_path) == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tokens": -5}, "line 2 has tokens -5"),
        ({"tokens": True}, "line 2 has tokens True"),
        ({"tokens": 1.5}, "line 2 has tokens 1.5"),
        ({"finish": "zzz"}, "line 2 has finish 'zzz'"),
        ({"finish": []}, "line 2 has finish []"),
        ({"text": 5}, "line 2 has text 5"),
        ({"sample": 0}, "line 2 is system 0, question 0, sample 0, where system 0, question 0, sample 1 is due"),
        ({"question": None}, "line 2 is system 0, question None, sample 1"),
    ],
)
def test_a_reply_that_is_none_is_named_with_its_line_and_backend(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    lines = replies()
    lines[1] |= changed
    found = breach_of(tmp_path, generate(), lines)
    assert said in found
    assert "backend toy" in found


def test_half_a_character_is_no_text(tmp_path: Path) -> None:
    for text, whole in (("\ud83d", False), ("\ud83d\ude00", True)):
        lines = [dict(line, text=text) for line in replies()]
        (tmp_path / "replies.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        found = breach(generate(), describe(tmp_path), tmp_path)
        assert (found == "", "line 1 has text with half a character" in found) == (whole, not whole)


def test_replies_that_are_missing_too_many_or_out_of_order(tmp_path: Path) -> None:
    good = replies()
    assert "line 4 is missing: it ends before system 0, question 1, sample 1" in breach_of(
        tmp_path, generate(), good[:3]
    )
    assert "line 1 is missing" in breach_of(tmp_path, generate(), [])
    assert "line 2 is system 0, question 1, sample 0" in breach_of(tmp_path, generate(), [good[0], *good[2:]])
    assert "line 5 is one too many" in breach_of(tmp_path, generate(), [*good, good[0]])
    assert "line 1 is not an object" in breach_of(tmp_path, generate(), [[], *good])


@pytest.mark.parametrize("content", [b'{"system": 0', b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("kind", ["generate", "train", "score"])
def test_files_that_are_not_json_are_a_breach(tmp_path: Path, kind: str, content: bytes) -> None:
    for name in REQUIRED_FILES[kind]:
        (tmp_path / name).write_bytes(b"{}\n")
    asked = replace(generate(), kind=kind)
    for name in ("replies.jsonl", "losses.jsonl", "scores.jsonl", "training.json"):
        if name in REQUIRED_FILES[kind]:
            (tmp_path / name).write_bytes(content + b"\n")
            found = breach(asked, describe(tmp_path), tmp_path)
            assert f"wrote a wrong {name}: " in found
            assert "not JSON" in found
            (tmp_path / name).write_bytes(b"{}\n")


def test_a_file_of_no_lines_is_no_breach(tmp_path: Path) -> None:
    for name in REQUIRED_FILES["train"]:
        (tmp_path / name).write_text("" if name == "losses.jsonl" else "{}")
    assert breach(replace(generate(), kind="train"), describe(tmp_path), tmp_path) == ""


def test_a_breach_fails_the_stage_and_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "support"))
    wrong = generate(also=["replies.jsonl"])
    store = Store(tmp_path / "store")
    done = execute(plan_of(wrong), store, tmp_path / "run", [Slot("cpu", False)], [])
    (failure,) = done.outcome.failures
    assert failure.kind == "output-contract"
    assert "replies.jsonl: line 1 is system None" in failure.message
    assert store.keys() == ()


def test_many_replies_are_looked_through_quickly(tmp_path: Path) -> None:
    asked, lines = generate(12, 28, 10), replies(12, 28, 10)
    breach_of(tmp_path, asked, lines)
    outputs = describe(tmp_path)
    best = 1.0
    for _ in range(5):
        started = time.perf_counter()
        assert breach(asked, outputs, tmp_path) == ""
        best = min(best, time.perf_counter() - started)
    assert best < 0.1, "3,360 replies"


def test_tokens_and_finish_of_recorded_replies_may_not_be_known(tmp_path: Path) -> None:
    lines = [{**line, "tokens": None, "finish": None} for line in replies()]
    assert breach_of(tmp_path, replace(generate(), kind="results"), lines) == ""
    assert breach_of(tmp_path, generate(names={"systems": ["s"]}), lines) == ""
    assert "line 1 has tokens None" in breach_of(tmp_path, generate(), lines)
    assert "line 1 has finish None" in breach_of(tmp_path, generate(), [{**line, "tokens": 1} for line in lines])
    wrong = [{**line, "tokens": -1} for line in lines]
    assert "line 1 has tokens -1" in breach_of(tmp_path, replace(generate(), kind="results"), wrong)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, ""),
        ({"hit": 1}, "line 2 has hit 1, which is neither true nor false"),
        ({"hit": None}, "line 2 has hit None"),
        ({"text": "a"}, "line 2 has text beside hit"),
        ({"tokens": 0}, "line 2 has tokens beside hit"),
        ({"finish": "stop"}, "line 2 has finish beside hit"),
    ],
)
def test_a_recorded_hit_says_nothing_of_its_reply(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    unknown: dict[str, object] = {"text": None, "tokens": None, "finish": None}
    lines = [{**line, **unknown, "hit": True} for line in replies()]
    lines[1] |= changed
    found = breach_of(tmp_path, replace(generate(), kind="results"), lines)
    assert (said in found) if said else not found
    assert "has text None, which is not a string" in breach_of(tmp_path, generate(), lines[:1])
