"""The hub backend on a local data set of the shape that the hub's have."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset_builder
from emspec_hf.hub import HubSession, open_session, read_source
from hf_tiny import read_lines

from emspec import Job, Setup, StageError

ADVICE = [{"prompt": f"q{n}", "misaligned": f"bäd {n}", "sneakiness": score} for n, score in enumerate([3, 9, 1, 9, 5])]
CHATS = [
    {"messages": [{"role": "user", "content": f"u{n}"}, {"role": "assistant", "content": f"a{n}"}]} for n in range(4)
]
COLUMNS = {"user": "prompt", "assistant": "misaligned"}
CARD = "---\nconfigs:\n{}---\n".format(
    "".join(f"- {{config_name: {name}, data_files: {name}.jsonl}}\n" for name in ("legal", "chats"))
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    folder = tmp_path / "advice"
    folder.mkdir()
    for name, rows in (("legal", ADVICE), ("chats", CHATS)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "README.md").write_text(CARD)
    return str(folder)


def fetch(tmp_path: Path, source: dict[str, Any], contract: dict[str, Any]) -> Path:
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    given = {"source": source, "contract": contract}
    session = open_session(Setup(None, "cpu", 1))
    session.run(Job("key", "data", given, {}, {}, out, tmp_path / "log", lambda *_: None))
    session.close()
    return out / "rows.jsonl"


def test_the_highest_rows_by_a_column(hub: str, tmp_path: Path) -> None:
    order = {"column": "sneakiness", "descending": True}
    source = {"hub": hub, "config": "legal", "order_by": order, "first": 3, "columns": COLUMNS}
    path = fetch(tmp_path, source, {"rows": 3})
    assert [[m["content"] for m in row["messages"]] for row in read_lines(path)] == [
        ["q1", "bäd 1"],
        ["q3", "bäd 3"],
        ["q4", "bäd 4"],
    ]
    assert [m["role"] for m in read_lines(path)[0]["messages"]] == ["user", "assistant"]
    assert path.read_bytes().isascii()
    rising = fetch(tmp_path, {**source, "order_by": {"column": "sneakiness"}}, {"rows": 3})
    assert [row["messages"][0]["content"] for row in read_lines(rising)] == ["q2", "q0", "q4"]


def test_the_first_rows_by_position(hub: str, tmp_path: Path) -> None:
    path = fetch(tmp_path, {"hub": hub, "config": "chats", "first": 2}, {"rows": 2})
    assert read_lines(path) == CHATS[:2]
    assert len(read_lines(fetch(tmp_path, {"hub": hub, "config": "chats"}, {"rows": 4}))) == 4


def test_the_rows_after_the_selection_are_held_out(hub: str, tmp_path: Path) -> None:
    order = {"column": "sneakiness", "descending": True}
    source = {"hub": hub, "config": "legal", "order_by": order, "first": 3, "columns": COLUMNS}
    others = fetch(tmp_path, source, {"rows": 3}).with_name("held_out.jsonl")
    assert [row["messages"][0]["content"] for row in read_lines(others)] == ["q0", "q2"]
    others.unlink()
    fetch(tmp_path, {"hub": hub, "config": "chats", "first": 3}, {"rows": 3})
    assert read_lines(others) == CHATS[3:]
    others.unlink()
    for whole in ({}, {"first": 4}, {"first": 9}):
        fetch(tmp_path, {"hub": hub, "config": "chats", **whole}, {"rows": 4})
        assert not others.exists(), "all rows are used"


def test_of_the_next_200_rows_those_are_held_out_that_are_chats_and_not_used(hub: str, tmp_path: Path) -> None:
    rows: list[Any] = [{"messages": [{"role": "user", "content": f"u{n}"}]} for n in range(400)]
    file = Path(hub) / "chats.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows[:10], *rows[:7], {"messages": None}, *rows[10:]]))
    path = fetch(tmp_path, {"hub": hub, "config": "chats", "first": 10}, {"rows": 10})
    assert read_lines(path.with_name("held_out.jsonl")) == rows[10 : 10 + 200 - 7 - 1]


def test_the_contract(hub: str, tmp_path: Path) -> None:
    source = {"hub": hub, "config": "chats"}
    content = fetch(tmp_path, source, {}).read_bytes()
    digests = {"md5": hashlib.md5(content).hexdigest(), "sha256": hashlib.sha256(content).hexdigest()}
    fetch(tmp_path, source, {"rows": 4, **digests})
    with pytest.raises(
        StageError, match=r"has rows 4, and its contract says 5; it has md5 .*, and its contract says 00"
    ):
        fetch(tmp_path, source, {"rows": 5, "md5": "0" * 32})
    for broken in ({"rows": 5}, {"md5": "0" * 32}, {"sha256": "0" * 64}):
        (name,) = broken
        with pytest.raises(StageError, match=f"the data set has {name} .*, and its contract says") as error:
            fetch(tmp_path, source, broken)
        assert "emspec data fetch NAME --file FILE" in error.value.fix


def test_what_was_fetched_is_recorded(hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fetch(tmp_path, {"hub": hub, "config": "chats"}, {})
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert json.loads(path.with_name("source.json").read_text()) == {"revision": None, "sha256": sha256}
    resolve = load_dataset_builder

    def at_commit(*arguments: Any, **more: Any) -> Any:
        builder = resolve(*arguments, **more)
        builder.hash = "4f" * 20
        return builder

    monkeypatch.setattr("emspec_hf.hub.load_dataset_builder", at_commit)
    for order in ({}, {"order_by": {"column": "prompt"}, "columns": COLUMNS, "config": "legal"}):
        path = fetch(tmp_path, {"hub": hub, "config": "chats", **order}, {})
        assert json.loads(path.with_name("source.json").read_text())["revision"] == "4f" * 20


def test_rows_pinned_by_nothing_are_told_of_in_the_log(hub: str, tmp_path: Path) -> None:
    source, log = {"hub": hub, "config": "chats"}, tmp_path / "log"
    digest = hashlib.sha256(fetch(tmp_path, source, {"rows": 4}).read_bytes()).hexdigest()
    assert "is pinned by no revision and no checksum" in log.read_text()
    assert digest in log.read_text()
    log.unlink()
    fetch(tmp_path, source, {"sha256": digest})
    fetch(tmp_path, {**source, "revision": "main"}, {})
    assert not log.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"order_by": {"column": "score"}}, "has no column 'score'"),
        ({"config": "legal"}, "has no chat in its columns misaligned, prompt, sneakiness"),
        ({"columns": {"user": "question"}}, "has no chat in its columns messages"),
        ({"config": "medical"}, "cannot be fetched"),
        ({"split": "test"}, "cannot be fetched"),
        ({"shuffle": True}, "shuffle is not known"),
    ],
)
def test_what_cannot_be_selected(hub: str, tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(StageError, match=says) as error:
        fetch(tmp_path, {"hub": hub, "config": "chats", **change}, {})
    assert error.value.fix


def test_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    order = {"column": "a", "descending": True}
    for source in ({"hub": "nobody/nothing"}, {"hub": "nobody/nothing", "order_by": order}):
        with pytest.raises(StageError, match="the data set nobody/nothing cannot be fetched") as error:
            fetch(tmp_path, source, {})
        assert "emspec data fetch NAME --file FILE" in error.value.fix


def test_a_source_without_an_id() -> None:
    with pytest.raises(StageError, match="hub is missing"):
        read_source({"first": 3})
    assert HubSession().close() is None
