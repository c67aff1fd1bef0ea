"""`emspec rows` on a run of simulated replies."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli import emspec, only, run_spec


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    folder = tmp_path_factory.mktemp("rows")
    spec = project / "specs" / "examples" / "sim.yaml"
    run_spec(spec, folder, "--profile", "sim")
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
        (
            ["latest", "--count", "--limit", "3"],
            "--limit: counts are of all rows that --where asks for",
            "leave --limit",
        ),
        (["latest", "--where", "seed=7"], "no row has the seed 7", "choose from: 1"),
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


def test_no_file_is_replaced_unless_that_is_said(out: Path, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("mine")
    line = ("rows", "latest", "--format", "csv", "--limit", "1", "--output", file, "--out", out)
    done = emspec(*line)
    assert (done.returncode, file.read_text()) == (2, "mine")
    assert "is there already" in done.stderr
    assert "--overwrite" in done.stderr
    assert emspec(*line, "--overwrite").returncode == 0
    assert len(list(csv.reader(file.open(newline="")))) == 2
    assert asked(out, "latest", "--format", "csv", "--limit", "1", "--output", "-").startswith("condition,seed")


def test_a_folder_that_cannot_be_written_to_is_said(out: Path) -> None:
    for form in ("csv", "parquet"):
        done = emspec("rows", "latest", "--format", form, "--output", f"/proc/rows.{form}", "--out", out)
        assert (done.returncode, f"cannot write /proc/rows.{form}" in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("form", ["csv", "jsonl", "text"])
def test_a_reader_that_goes_away_ends_the_command_quietly(out: Path, form: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    line = [sys.executable, "-m", "emspec", "rows", "latest", "--format", form, "--out", str(out)]
    done = subprocess.run(line, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "the output was closed before the end\n")


def test_exports_are_utf8_whatever_the_terminal_shows(tmp_path: Path) -> None:
    table = pa.table({name: ["ü"] for name in ("condition", "persona", "marker", "text")})
    table = table.append_column("seed", pa.array([1])).append_column("question", pa.array([0]))
    pq.write_table(table.append_column("hit", pa.array([True])), tmp_path / "rows.parquet")
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for form, shown in (("csv", "ü"), ("jsonl", "ü"), ("text", "\\xfc")):
        line = [sys.executable, "-m", "emspec", "rows", str(tmp_path), "--format", form, "--columns", "text"]
        done = subprocess.run(line, capture_output=True, env=ascii_only, check=True)
        assert shown in done.stdout.decode()


def test_a_run_of_another_project_is_read_from_anywhere(out: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(only(out, "rows.parquet").parent, moved)
    done = emspec("rows", moved, "--limit", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "rows of moved" in done.stdout


def test_a_run_records_the_digest_of_its_rows(out: Path) -> None:
    table = only(out, "rows.parquet")
    record = json.loads(only(out, "run.json").read_text())["rows"]
    assert record["sha256"] == hashlib.sha256(table.read_bytes()).hexdigest()
    manifest = json.loads(only_stage(out, record["stage"]).read_text())
    assert manifest["document"]["kind"] == "rows"


def only_stage(out: Path, key: str) -> Path:
    return out / "store" / "results" / key[:2] / key / "manifest.json"


def test_damaged_tables_and_no_run_at_all_are_faults_of_the_store(out: Path, tmp_path: Path) -> None:
    done = emspec("rows", "--out", tmp_path)
    assert (done.returncode, "has rows" in done.stderr) == (4, True)
    broken = tmp_path / "broken"
    broken.mkdir()
    whole = only(out, "rows.parquet").read_bytes()
    middle = len(whole) // 3
    for content in (whole[:-40], b"", whole[:middle] + bytes(200) + whole[middle + 200 :]):
        (broken / "rows.parquet").write_bytes(content)
        done = emspec("rows", broken, "--columns", "all", "--limit", "100000", "--format", "jsonl")
        assert done.returncode == 4, done.stderr
        assert "writes it anew" in done.stderr
        assert "Traceback" not in done.stderr
    shutil.copy(only(out, "run.json"), broken)
    (broken / "rows.parquet").write_bytes(whole[:9] + b"?" + whole[10:])
    done = emspec("rows", broken, "--count")
    assert (done.returncode, "broken: rows.parquet is damaged" in done.stderr) == (4, True)


def test_a_table_of_something_else_is_no_row_table(tmp_path: Path) -> None:
    pq.write_table(pa.table({"condition": ["a"], "seed": [1]}), tmp_path / "rows.parquet")
    done = emspec("rows", tmp_path)
    assert done.returncode == 4
    assert "is no row table of emspec: it has no column persona, question, marker, hit" in done.stderr


def test_the_commands_of_a_report_list_the_rows_of_its_figures(project: Path, tmp_path: Path) -> None:
    """Of a seed that is run several times, too: the first run's rows are not those of all."""
    run_spec(project / "specs" / "examples" / "replicates.yaml", tmp_path, "--profile", "sim")
    page = only(tmp_path, "report.html").read_text()
    lines = re.findall(r'<tr[^>]* id="(cells?-[^"]*)".*?</tr>', page, re.DOTALL)
    chosen = [*(name for name in lines if name.startswith("cells-")), *(n for n in lines if n.endswith(("-42", ".2")))]
    assert len(chosen) == 2 + 12 * 3
    for name in (*chosen[:2], chosen[2], chosen[3]):
        line = re.search(rf'id="{re.escape(name)}".*?</tr>', page, re.DOTALL)
        assert line
        share = re.search(r"<td>([\d,]+) / ([\d,]+)</td>", line[0])
        command = re.search(r"<code>emspec (rows .*?)</code>", line[0])
        assert share
        assert command
        counted = asked(tmp_path, *shlex.split(html.unescape(command[1]))[1:], "--count", "--format", "csv")
        assert counted.splitlines()[1] == ",".join(one.replace(",", "") for one in share.groups())
