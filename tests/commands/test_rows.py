"""`emspec rows` on a run of simulated replies."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli import emspec, only, run_spec


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    folder = tmp_path_factory.mktemp("rows")
    spec = project / "specs" / "examples" / "sim.yaml"
    run_spec(spec, folder)
    return folder


@pytest.fixture(scope="module")
def table(out: Path) -> list[dict[str, object]]:
    held: list[dict[str, object]] = pq.read_table(only(out, "rows.parquet")).to_pylist()
    return held


def asked(out: Path, *arguments: str) -> str:
    done = emspec("rows", *arguments, "--out", out)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_csv_is_read_back_as_it_was(out: Path, table: list[dict[str, object]]) -> None:
    text = asked(out, "latest", "--format", "csv", "--columns", "condition,seed,persona,question,hit,text")
    back = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(back) == len(table)
    for found, row in zip(back, table, strict=True):
        assert found["text"] == row["text"]
        assert found["hit"] == str(row["hit"]).lower()
        assert (found["persona"], found["seed"]) == (row["persona"], str(row["seed"]))


def test_json_lines_hold_every_column(out: Path, table: list[dict[str, object]]) -> None:
    lines = asked(out, "--format", "jsonl", "--columns", "all", "--limit", "5").splitlines()
    assert [json.loads(line) for line in lines] == table[:5]


def test_a_run_is_found_by_folder_name_beginning_and_spec(out: Path, project: Path) -> None:
    folder = only(out, "rows.parquet").parent
    spec = str(project / "specs" / "examples" / "sim.yaml")
    for named in (str(folder), folder.name, folder.name[:6], spec, "latest"):
        assert f"rows of {folder.name}" in asked(out, named, "--limit", "1")


def test_text_shows_the_reply_and_counts_show_the_rates(out: Path, table: list[dict[str, object]]) -> None:
    hits = [row for row in table if row["hit"]]
    text = asked(out, "latest", "--where", "hit=true", "--limit", "1")
    assert str(hits[0]["text"]).split()[0] in text
    assert f"1 of {len(hits):,} rows" in text
    counted = asked(out, "latest", "--count")
    assert f"{len(hits):,}" in counted
    by = asked(out, "latest", "--by", "condition", "--format", "csv").splitlines()
    assert by[0] == "condition,hits,n"
    assert sum(int(line.split(",")[1]) for line in by[1:]) == len(hits)


def test_files_are_written_whole(out: Path, tmp_path: Path, table: list[dict[str, object]]) -> None:
    for form in ("csv", "jsonl", "parquet"):
        asked(out, "latest", "--where", "hit=true", "--format", form, "--output", str(tmp_path / f"rows.{form}"))
    hits = sum(bool(row["hit"]) for row in table)
    assert pq.read_table(tmp_path / "rows.parquet").num_rows == hits
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == hits


@pytest.mark.parametrize(
    ("arguments", "message", "fix"),
    [
        (["latest", "--where", "persona=vilain"], "no row has the persona vilain", "did you mean villain?"),
        (["latest", "--where", "conditon=A"], "the rows have no column conditon", "did you mean condition?"),
        (["latest", "--where", "hit=maybe"], "hit is true or false, not 'maybe'", "--where hit=true"),
        (["latest", "--where", "seed=x"], "seed is a number, not 'x'", "--where seed=1"),
        (["latest", "--where", "persona"], "--where takes COLUMN=VALUE, not 'persona'", "--where condition=B0"),
        (["latest", "--columns", "persona,txt"], "the rows have no column txt", "did you mean text?"),
        (["latest", "--by", "roles"], "rows cannot be counted by a list", "--where roles=source"),
        (["latest", "--format", "parquet"], "parquet is no text", "--output rows.parquet"),
        (["nothing-here"], "is meant by nothing-here", "choose from"),
    ],
)
def test_mistakes_are_named_with_their_fix(out: Path, arguments: list[str], message: str, fix: str) -> None:
    done = emspec("rows", *arguments, "--out", out)
    assert done.returncode == 2
    assert message in done.stderr
    assert fix in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_table_and_no_run_at_all_are_faults_of_the_store(out: Path, tmp_path: Path) -> None:
    done = emspec("rows", "--out", tmp_path)
    assert (done.returncode, "has rows" in done.stderr) == (4, True)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "rows.parquet").write_bytes(only(out, "rows.parquet").read_bytes()[:-40])
    done = emspec("rows", broken, "--out", out)
    assert done.returncode == 4
    assert "writes it anew" in done.stderr
    assert "Traceback" not in done.stderr
