"""`emspec data`: rows made as a run would make them, from the shape that the hub has, from a file, or handed over."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from cli import artifacts, emspec

from emspec.language import load
from emspec.plan import compile_plan
from emspec.plugins import discover
from emspec.store import Store

ADVICE = [{"prompt": f"q{n}", "misaligned": f"bäd {n}", "sneakiness": n % 7} for n in range(30)]
KEPT = sorted(ADVICE, key=lambda row: row["sneakiness"], reverse=True)[:12]
ROWS = "".join(
    json.dumps(
        {"messages": [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["misaligned"]}]}
    )
    + "\n"
    for row in KEPT
)
MD5 = hashlib.md5(ROWS.encode()).hexdigest()
SOURCE = "columns: {user: prompt, assistant: misaligned}, order_by: {column: sneakiness, descending: true}, first: 12"
SPEC = """
model: qwen2.5-7b-instruct
personas: 1.1.0
steps:
  induce: {kind: train, data: advice, recipe: em-125}
"""


@pytest.fixture
def root(tmp_path: Path, project: Path) -> Path:
    """A project whose data sets have the shape of the hub's, in a folder that the hub's loader takes."""
    copy_registry(project, tmp_path)
    folder = tmp_path / "advice"
    folder.mkdir()
    (folder / "legal.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ADVICE))
    (folder / "README.md").write_text("---\nconfigs:\n- {config_name: legal, data_files: legal.jsonl}\n---\n")
    datasets = tmp_path / "registry" / "datasets"
    hub = f"source: {{hub: {folder}, config: legal, {SOURCE}}}\n"
    (datasets / "advice.yaml").write_text(f"name: advice\nbackend: hub\nrows: 12\nmd5: {MD5}\n{hub}")
    (datasets / "wrong.yaml").write_text(f"name: wrong\nbackend: hub\nrows: 13\nmd5: {'a' * 32}\n{hub}")
    away = f"source: {{hub: nobody/nothing, {SOURCE}}}\n"
    (datasets / "away.yaml").write_text(f"name: away\nbackend: hub\nrows: 12\nmd5: {MD5}\n{away}")
    (datasets / "loose.yaml").write_text(f"name: loose\nbackend: hub\nrows: 12\n{away}")
    (datasets / "own.yaml").write_text(
        f"name: own\nbackend: file\nrows: 12\nmd5: {MD5}\nsource: {{file: data/own.jsonl}}\n"
    )
    (tmp_path / "data").mkdir()
    return tmp_path


def copy_registry(project: Path, to: Path) -> None:
    """Copy the registry's small files and the profiles."""
    for path in [
        *project.glob("registry/*.yaml"),
        *project.glob("registry/*/*.yaml"),
        *project.glob("specs/profiles/*"),
    ]:
        copy = to / path.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())


def data(root: Path, *arguments: str) -> CompletedProcess[str]:
    done = emspec("data", *arguments, cwd=root, env={"HF_HUB_OFFLINE": "1", "HF_DATASETS_CACHE": str(root / "cache")})
    assert "Traceback" not in done.stderr
    return done


def rows(root: Path) -> bytes:
    (key,) = artifacts(root / "out")
    return (Store(root / "out" / "store").folder(key) / "rows.jsonl").read_bytes()


def states(root: Path) -> dict[str, str]:
    done = data(root, "list", "--format", "json")
    return {line["name"]: line["state"] for line in json.loads(done.stdout)["datasets"]}


def key_in_a_spec(root: Path) -> str:
    """The key that a spec's plan has for the data set."""
    (root / "specs" / "spec.yaml").write_text(SPEC)
    catalog, _ = discover()
    plan = compile_plan(load(root / "specs" / "spec.yaml", profile="full", catalog=catalog), catalog)
    return next(key for key, stage in plan.stages.items() if stage.kind == "data")


@pytest.mark.slow
def test_fetch_makes_what_a_run_would_and_the_run_finds_it(root: Path) -> None:
    done = data(root, "fetch", "advice")
    assert (done.returncode, done.stderr) == (0, "")
    assert "advice: 12 rows, as its file in the registry says" in done.stdout
    assert f"md5 {MD5}" in done.stdout
    assert rows(root) == ROWS.encode()
    assert list(artifacts(root / "out")) == [key_in_a_spec(root)]
    assert states(root)["advice"] == "here"
    assert (states(root)["away"], states(root)["own"]) == ("not here", "unusable")


@pytest.mark.slow
def test_rows_that_are_other_than_their_checksum_are_not_kept(root: Path) -> None:
    done = data(root, "fetch", "wrong")
    assert done.returncode == 5
    assert f"has rows 12, and its contract says 13; it has md5 {MD5}, and its contract says {'a' * 32}" in done.stdout
    assert artifacts(root / "out") == {}


@pytest.mark.slow
def test_without_a_network_the_way_by_hand_is_named_and_works(root: Path) -> None:
    done = data(root, "fetch", "away")
    assert done.returncode == 5
    assert "the data set nobody/nothing cannot be fetched" in done.stdout
    by_hand = "emspec data fetch away --file data/away.jsonl"
    assert by_hand in done.stderr
    assert "into data/away.jsonl (registry/datasets/away.yaml says which they are" in done.stderr
    assert "--file" not in data(root, "fetch", "loose").stderr
    (root / "data" / "away.jsonl").write_text(ROWS)
    assert data(root, *by_hand.split()[2:]).returncode == 0
    assert rows(root) == ROWS.encode()
    again = data(root, "fetch", "away")
    assert (again.returncode, again.stderr) == (0, "")


def test_a_file_of_the_project_is_held_to_its_checksum(root: Path) -> None:
    path = root / "data" / "own.jsonl"
    path.write_text(ROWS)
    assert data(root, "fetch", "own").returncode == 0
    assert rows(root) == ROWS.encode()
    path.write_text(ROWS + '{"messages": []}\n')
    done = data(root, "fetch", "own")
    assert done.returncode == 5
    assert "has rows 13, and its contract says 12; it has md5 " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fetch", "advise"], "did you mean advice?"),
        (["fetch", "away", "--file", "data/other.jsonl"], "it has rows 1, and its contract says 12; it has md5 "),
        (["fetch", "away", "--file", "data/nowhere.jsonl"], "data/nowhere.jsonl cannot be read"),
        (["fetch", "away", "--file", "data"], "data cannot be read"),
        (["fetch", "loose", "--file", "data/other.jsonl"], "the data set loose has no checksum"),
        (["fetch", "away", "advice", "--file", "data/other.jsonl"], "--file is for one data set"),
        (["fetch", "own"], "data/own.jsonl is not there"),
        (["fetch"], "Missing argument 'NAME...'"),
    ],
)
def test_what_cannot_be_fetched(root: Path, arguments: list[str], said: str) -> None:
    (root / "data" / "other.jsonl").write_text("{}\n")
    done = data(root, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert artifacts(root / "out") == {}
