"""`kill -9` of the runner or a worker, then the same command: the same results, at most the work in flight repeated."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cli import artifacts, events, only, run_spec
from conftest import Measured

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


def workers_of(runner: int) -> list[int]:
    children = Path(f"/proc/{runner}/task/{runner}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


def undisturbed(spec: Path, out: Path, *options: str) -> Undisturbed:
    run_spec(spec, out, *options)
    return Undisturbed(spec, options, only(out, "results.json").read_bytes(), artifacts(out))


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


@pytest.fixture(scope="module")
def survived() -> list[int]:
    """The moments that a run with real models was killed at and went on from."""
    return []


@pytest.mark.long
@pytest.mark.parametrize("moment", range(MOMENTS, 2 * MOMENTS))
def test_the_same_command_goes_on_with_real_models(
    tmp_path: Path, moment: int, smoke: Undisturbed, survived: list[int], measured: Measured
) -> None:
    kill_and_resume(tmp_path, moment, smoke)
    survived.append(moment)
    what = f"kill -9 of runner or workers at {MOMENTS} random moments, same command again: same results, nothing redone"
    measured(what, f"{len(survived)} of {MOMENTS}", f"{MOMENTS} of {MOMENTS}")


@pytest.mark.slow
def test_twice_from_an_empty_store_is_the_same(tmp_path: Path, smoke: Undisturbed) -> None:
    again = undisturbed(smoke.spec, tmp_path / "another place", *smoke.options)
    assert again.results == smoke.results
    assert again.artifacts == smoke.artifacts


def was_killed(event: Mapping[str, Any]) -> bool:
    return event["event"] == "stage-retried" or (event["event"] == "worker-ended" and event.get("status", 0) != 0)


def kill_a_worker(runner: subprocess.Popen[bytes], out: Path) -> None:
    """Kill the workers, and again where none of them had work at that moment, until the runner has lost one."""
    while runner.poll() is None and not any(map(was_killed, events(out) if [*out.glob("runs/*/events.jsonl")] else ())):
        for victim in workers_of(runner.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        time.sleep(0.2)


def kill_and_resume(out: Path, moment: int, expected: Undisturbed) -> None:
    """Kill the runner (odd moments) or its workers (even ones) at a random moment, run again, and compare.

    A moment is a share of the stages and a little more: a share of the time may come after the end on a machine whose
    speed changes.
    """
    options = ["--out", str(out), "--workers", str(WORKERS), *expected.options]
    command = [sys.executable, "-m", "emspec", "run", str(expected.spec), *options]
    runner = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    chance = random.Random(moment)
    done = int(chance.uniform(0, 0.9) * len(expected.artifacts))
    while runner.poll() is None and len(artifacts(out)) < done:
        time.sleep(0.005)
    time.sleep(chance.uniform(0, 0.05))
    if moment % 2:
        runner.kill()
    else:
        kill_a_worker(runner, out)
    code = runner.wait(600)
    if moment % 2:
        assert code == -signal.SIGKILL, "the runner was killed in the middle of its work"
    else:
        assert any(was_killed(event) for event in events(out)), "a worker was killed in the middle of its work"
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
