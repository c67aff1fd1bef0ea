"""`emspec run`: the road from a spec to verdicts, on simulated replies."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cli import emspec, events, only, run_spec

SIM = ("--profile", "sim", "--seeds", "42,137", "--only", "B0", "--only", "B-villain")


@pytest.fixture(scope="module")
def spec(project: Path) -> Path:
    return project / "specs" / "issue200.yaml"


@pytest.fixture(scope="module")
def finished(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out = tmp_path_factory.mktemp("out")
    done = emspec("run", spec, "--out", out, *SIM)
    assert done.returncode == 0, done.stdout + done.stderr
    return out, done.stdout


def test_it_announces_its_profile_and_ends_with_verdicts_and_the_report(finished: tuple[Path, str]) -> None:
    out, printed = finished
    assert "sim profile: simulated replies" in printed
    assert "state: archived, superseded by #205; it runs all the same" in printed
    for hypothesis in ("H1", "H2", "H3"):
        assert re.search(rf"^{hypothesis} +(supported|contradicted|inconclusive|untestable)", printed, re.M)
    assert printed.rstrip().splitlines()[-1] == f"report: {only(out, 'report.html')}"


def test_results_are_stamped_and_hold_no_time_host_or_path(finished: tuple[Path, str]) -> None:
    out, _ = finished
    text = only(out, "results.json").read_text()
    results = json.loads(text)
    assert results["profile"]["name"] == "sim"
    assert results["profile"]["replacements"][0]["from"] == "bad-legal-advice-6k"
    assert len(results["cells"]) == 4
    assert [verdict["hypothesis"] for verdict in results["verdicts"]] == ["H1", "H2", "H3"]
    for forbidden in (os.uname().nodename, str(out), "seconds", str(Path.home())):
        assert forbidden not in text
    run = json.loads(only(out, "run.json").read_text())
    assert "first stage started" in run["times"]


def test_the_report_is_one_file_without_outside_resources(finished: tuple[Path, str]) -> None:
    class Links(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [v for k, v in attrs if k in {"src", "href"} and v and not v.startswith(("#", "data:"))]

    out, _ = finished
    links = Links()
    links.feed(only(out, "report.html").read_text())
    assert links.found == []


def test_all_rows_are_kept_with_their_roles(finished: tuple[Path, str]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(only(finished[0], "rows.parquet"))
    assert table.num_rows == 4 * 12 * 28 * 10
    columns = (table[name].to_pylist() for name in ("condition", "persona", "roles"))
    roles = {(condition, persona): held for condition, persona, held in zip(*columns, strict=True)}
    assert roles["B0", "confab"] == ["source"]
    assert "induction" in roles["B-villain", "villain"]
    assert "induction" not in roles["B0", "villain"]
    assert "negative" in roles["B0", "comedian"]


def test_everything_cached_is_quick_and_the_same(finished: tuple[Path, str], spec: Path) -> None:
    out, _ = finished
    before = only(out, "results.json").read_bytes()
    started = time.monotonic()
    run_spec(spec, out, *SIM)
    assert time.monotonic() - started < 5
    assert only(out, "results.json").read_bytes() == before
    last = [e for e in events(out) if e["event"] == "run-started"][-1]
    assert last["to_run"] == 0


def test_a_failure_keeps_its_log_and_ends_with_the_command_that_resumes(
    spec: Path, tmp_path: Path, project: Path
) -> None:
    recorded = project / "data" / "wrong-recording.json"
    recorded.write_text('{"villain": {"A question that nobody asks?": ["A reply."]}}')
    try:
        swapped = f"evaluate=replay,file={recorded.relative_to(project)}"
        done = emspec("run", spec, "--out", tmp_path, *SIM, "--backend", swapped)
    finally:
        recorded.unlink()
    assert done.returncode == 5
    assert "failed B0 42 evaluate (backend):" in done.stdout
    assert "resume with: emspec run" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_run_too_impatient_for_its_workers_says_what_to_type(spec: Path, tmp_path: Path) -> None:
    done = emspec("run", spec, "--out", tmp_path, *SIM, "--silence", "0.0001")
    assert done.returncode == 5
    assert "(timeout): its worker said nothing for 0.0001 minutes and was ended" in done.stdout
    assert "allow it more: --silence MINUTES" in done.stdout


def test_full_without_a_gpu_says_what_is_missing_and_what_would_run(spec: Path, tmp_path: Path) -> None:
    done = emspec("run", spec, "--out", tmp_path, "--profile", "full", env={"CUDA_VISIBLE_DEVICES": ""})
    if "missing: an NVIDIA GPU" not in done.stdout:
        pytest.skip("this machine has a GPU")
    assert done.returncode == 3
    assert re.search(r"^induce +18 +0 +18 +hf on cuda", done.stdout, re.M)
    assert "qwen2.5-7b-instruct" in done.stdout


@contextmanager
def heeding_interrupts() -> Iterator[None]:
    """Undo what a shell does to its background jobs, in one of which the tests may run; a child inherits it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_at_once_and_loses_nothing(spec: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "emspec", "run", str(spec), "--out", str(tmp_path), "--profile", "sim"]
    with heeding_interrupts():
        runner = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("store/results/*/*/manifest.json")):
        time.sleep(0.05)
    children = Path(f"/proc/{runner.pid}/task/{runner.pid}/children").read_text().split()
    assert children, "a worker is at work"
    runner.send_signal(signal.SIGINT)
    _, said = runner.communicate(timeout=30)
    assert runner.returncode == 130
    assert "the same command goes on from here" in said
    deadline = time.monotonic() + 5  # a worker started at that very moment ends by its parent-death signal
    while left := [pid for pid in children if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, f"workers left behind: {left}"
        time.sleep(0.02)
