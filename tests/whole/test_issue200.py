"""Issue #200 in full on the organism: time, memory, cells, rows; then again with everything cached."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from cli import only, run_spec
from conftest import Measured

PER_CELL = 12 * 28 * 10


def memory_of(process: psutil.Process) -> int:
    """Return the resident bytes of a process and all its descendants; what they share counts several times."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def run_watched(command: list[str]) -> tuple[float, float]:
    """Run a command that must end well; return its minutes and the most GB that it held at once."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = [0]

    def watch() -> None:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                peak[0] = max(peak[0], memory_of(watched))
            except psutil.NoSuchProcess:
                return
            time.sleep(0.5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert process.wait() == 0
    watcher.join()
    return (time.monotonic() - started) / 60, peak[0] / 1e9


@pytest.mark.long
def test_the_whole_road(project: Path, tmp_path: Path, measured: Measured) -> None:
    pyarrow = pytest.importorskip("pyarrow.parquet")
    spec = project / "specs" / "issue200.yaml"
    options = ["--profile", "organism", "--out", str(tmp_path)]
    minutes, gigabytes = run_watched([sys.executable, "-m", "emspec", "run", str(spec), *options])
    measured("issue #200 on the organism, YAML to report", f"{minutes:.1f} min", "<= 15 min")
    measured("... peak memory of all processes", f"{gigabytes:.1f} GB", "<= 6 GB")
    table = pyarrow.read_table(only(tmp_path, "rows.parquet"), columns=["condition", "seed", "roles"])
    cells = Counter(zip(table["condition"].to_pylist(), table["seed"].to_pylist(), strict=True))
    assert len(cells) == 18
    assert set(cells.values()) == {PER_CELL}
    assert all(table["roles"].to_pylist())
    before = only(tmp_path, "results.json").read_bytes()
    started = time.monotonic()
    run_spec(spec, tmp_path, "--profile", "organism")
    seconds = time.monotonic() - started
    measured("issue #200 again, everything cached", f"{seconds:.1f} s", "<= 5 s")
    assert only(tmp_path, "results.json").read_bytes() == before
    assert only(tmp_path, "report.html").stat().st_size > 10_000
    assert seconds <= 5
    assert minutes <= 15
    assert gigabytes <= 6


def test_without_the_stretch_condition_there_are_fifteen_cells(project: Path, tmp_path: Path) -> None:
    results = run_spec(project / "specs" / "issue200.yaml", tmp_path, "--profile", "sim", "--no-stretch")
    assert len(results["cells"]) == 15
