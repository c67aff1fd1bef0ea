"""`kill -9` of the runner or a worker, then the same command: the same results, at most the work in flight repeated."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli import artifacts, events, only, run_spec

from emspec.run.work import LIGHT

MOMENTS = 10
SIM = ("--profile", "sim", "--seeds", "42")
SMOKE = ("--profile", "smoke", "--seeds", "42")
WORKERS = 2


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed."""

    spec: Path
    options: tuple[str, ...]
    results: bytes
    artifacts: dict[str, str]
    seconds: float


def workers_of(runner: int) -> list[int]:
    children = Path(f"/proc/{runner}/task/{runner}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


def undisturbed(spec: Path, out: Path, *options: str) -> Undisturbed:
    started = time.monotonic()
    run_spec(spec, out, *options)
    seconds = time.monotonic() - started
    return Undisturbed(spec, options, only(out, "results.json").read_bytes(), artifacts(out), seconds)


@pytest.fixture(scope="module")
def simulated(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(project / "specs" / "issue200.yaml", tmp_path_factory.mktemp("simulated"), *SIM)


@pytest.fixture(scope="module")
def smoke(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(project / "specs" / "issue200.yaml", tmp_path_factory.mktemp("smoke"), *SMOKE)


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(MOMENTS))
def test_the_same_command_goes_on(tmp_path: Path, moment: int, simulated: Undisturbed) -> None:
    kill_and_resume(tmp_path, moment, simulated)


@pytest.mark.long
@pytest.mark.parametrize("moment", range(MOMENTS))
def test_the_same_command_goes_on_with_real_models(tmp_path: Path, moment: int, smoke: Undisturbed) -> None:
    kill_and_resume(tmp_path, moment, smoke)


@pytest.mark.slow
def test_twice_from_an_empty_store_is_the_same(tmp_path: Path, smoke: Undisturbed) -> None:
    again = undisturbed(smoke.spec, tmp_path / "another place", *smoke.options)
    assert again.results == smoke.results
    assert again.artifacts == smoke.artifacts


def kill_and_resume(out: Path, moment: int, expected: Undisturbed) -> None:
    """Kill the runner (odd moments) or its workers (even ones) at a random time, run again, and compare."""
    options = ["--out", str(out), "--workers", str(WORKERS), *expected.options]
    command = [sys.executable, "-m", "emspec", "run", str(expected.spec), *options]
    runner = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.Random(moment).uniform(0.1, 0.9) * expected.seconds)
    victims = [runner.pid]
    while moment % 2 == 0 and not (victims := workers_of(runner.pid)) and runner.poll() is None:
        time.sleep(0.01)
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    runner.wait(600)
    for published in out.glob("runs/*/results.json"):
        assert published.read_bytes() == expected.results, "what was published before the kill is whole"
    run_spec(expected.spec, out, *expected.options)
    assert only(out, "results.json").read_bytes() == expected.results
    assert artifacts(out) == expected.artifacts
    seen = events(out)
    finished = Counter(e["key"] for e in seen if e["event"] == "stage-finished")
    assert max(finished.values()) == 1, "no stage that had finished ran again"
    started = Counter(e["key"] for e in seen if e["event"] == "stage-started")
    assert started.total() - len(started) <= WORKERS + LIGHT, "at most the stage in flight of each worker was repeated"
