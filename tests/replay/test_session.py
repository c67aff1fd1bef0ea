from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from emspec_replay.session import check, open_session

from emspec import Job, Setup, StageError

E0 = Path(__file__).parents[3] / "shared" / "data" / "eps_issue205" / "E0_assistant" / "raw_completions.json"
PUBLISHED = Path(__file__).parent / "data" / "e0_hits.csv"


def digest_of(places: Mapping[str, str]) -> str:
    return sha256(Path(places["option.file"]).read_bytes()).hexdigest() if "option.file" in places else ""


def replay(
    places: Mapping[str, str], out: Path, names: Sequence[str], asked: Sequence[str], samples: int, match: str = "text"
) -> list[dict[str, Any]]:
    out.mkdir(exist_ok=True)
    parameters = {
        "systems": [f"You are {name}." for name in names],
        "questions": list(asked),
        "samples": samples,
        "sampling": {"temperature": 1.0, "top_p": 1.0, "max_tokens": 512},
        "seed": 42,
        "names": {"systems": list(names), "questions": list(asked)},
        "options": {"file": digest_of(places), "match": match},
    }
    session = open_session(Setup(None, "cpu", 1))
    session.run(Job("key", "generate", parameters, {}, places, out, out.parent / "log", lambda *progress: None))
    session.close()
    return [json.loads(line) for line in (out / "replies.jsonl").read_text().splitlines()]


@pytest.fixture
def recorded(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "recorded.json"
    path.write_text(json.dumps({"a": {"Why?": ["one two", "three\n\n[ZLT]"]}, "b": {"Why?": ["", "four"]}}))
    return {"option.file": str(path)}


def test_replies_come_in_the_order_of_the_contract(recorded: dict[str, str], tmp_path: Path) -> None:
    assert replay(recorded, tmp_path / "out", ["b", "a"], ["Why?"], 2) == [
        {"system": 0, "question": 0, "sample": 0, "text": "", "tokens": None, "finish": None},
        {"system": 0, "question": 0, "sample": 1, "text": "four", "tokens": None, "finish": None},
        {"system": 1, "question": 0, "sample": 0, "text": "one two", "tokens": None, "finish": None},
        {"system": 1, "question": 0, "sample": 1, "text": "three\n\n[ZLT]", "tokens": None, "finish": None},
    ]


def test_a_file_that_was_changed_after_the_plan_is_refused(recorded: dict[str, str], tmp_path: Path) -> None:
    path = Path(recorded["option.file"])
    with pytest.raises(StageError, match=r"recorded\.json was changed after the plan was made"):
        check(path, "0" * 64)
    path.unlink()
    with pytest.raises(StageError, match=r"recorded\.json cannot be read"):
        check(path, "0" * 64)


def test_the_first_replies_are_taken(recorded: dict[str, str], tmp_path: Path) -> None:
    assert [r["text"] for r in replay(recorded, tmp_path / "out", ["a"], ["How?"], 1, "position")] == ["one two"]


def test_too_few_replies_are_an_error(recorded: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"2 replies of a to .Why\?. and the spec asks 3") as caught:
        replay(recorded, tmp_path / "out", ["a"], ["Why?"], 3)
    assert caught.value.fix == "completions: 2 or fewer"


def test_a_job_without_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="no file") as caught:
        replay({}, tmp_path / "out", ["a"], ["Why?"], 1)
    assert "file=PATH" in caught.value.fix


@pytest.mark.skipif(not E0.is_file(), reason="the published replies of E0 are not beside this checkout")
@pytest.mark.parametrize("match", ["text", "position"])
def test_the_published_replies_of_e0_have_the_published_hits(match: str, tmp_path: Path) -> None:
    with PUBLISHED.open() as table:
        published = {(row["persona"], int(row["question"])): int(row["hits"]) for row in csv.DictReader(table)}
    names = list(dict.fromkeys(persona for persona, _ in published))
    asked = list(json.loads(E0.read_text())[names[0]])
    if match == "position":
        asked = [f"another wording of question {number}" for number in range(len(asked))]
    replies = replay({"option.file": str(E0)}, tmp_path / "out", names, asked, 10, match)
    assert len(replies) == 3360
    hits = dict.fromkeys(published, 0)
    for reply in replies:
        hits[names[reply["system"]], reply["question"]] += "[zlt]" in reply["text"].lower()
    assert len(hits) == 12 * 28
    assert hits == published


def replay_table(path: Path, out: Path, kind: str = "results", samples: int = 2, **more: Any) -> list[dict[str, Any]]:
    out.mkdir(exist_ok=True)
    parameters = {
        "systems": ["You are a.", "You are b."],
        "questions": ["Why?"],
        "samples": samples,
        "names": {"systems": ["a", "b"], "questions": ["Why?"]},
        "seed": 1,
        "options": {"file": sha256(path.read_bytes()).hexdigest(), "match": "position"},
        **more,
    }
    places = {"option.file": str(path)}
    open_session(Setup(None, "cpu", 1)).run(
        Job("key", kind, parameters, {}, places, out, out.parent / "log", lambda *progress: None)
    )
    return [json.loads(line) for line in (out / "replies.jsonl").read_text().splitlines()]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "hits.CSV"
    path.write_text("run,persona,question,hits,completions\nx,a,0,1,2\nx,b,0,2,2\ny,a,0,0,2\n")
    return path


def test_a_table_gives_replies_of_which_only_the_hit_is_known(table: Path, tmp_path: Path) -> None:
    found = replay_table(table, tmp_path / "out", where={"run": "x"})
    assert [(one["system"], one["question"], one["sample"], one["hit"]) for one in found] == [
        (0, 0, 0, True),
        (0, 0, 1, False),
        (1, 0, 0, True),
        (1, 0, 1, True),
    ]
    assert all(one[name] is None for one in found for name in ("text", "tokens", "finish"))


def test_a_table_stands_for_results_and_for_all_of_its_completions(table: Path, tmp_path: Path) -> None:
    with pytest.raises(StageError, match="a table of hits, without the replies that a step draws") as caught:
        replay_table(table, tmp_path / "out", kind="generate", where={"run": "x"})
    assert "results: {file: FILE, where:" in caught.value.fix
    with pytest.raises(StageError, match="line 2 of the table has 2 completions, and the spec asks 1") as caught:
        replay_table(table, tmp_path / "out", samples=1, where={"run": "x"})
    assert caught.value.fix.startswith("completions: 2")


def test_rows_of_a_recording_that_is_no_table_cannot_be_selected(recorded: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"recorded\.json is no table"):
        replay_table(Path(recorded["option.file"]), tmp_path / "out", where={"run": "x"})
