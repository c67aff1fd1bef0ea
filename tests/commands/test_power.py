"""emspec power as a user runs it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli import artifacts, emspec

SPEC = """\
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2]
conditions:
  A: {induce.system: villain}
  B: {induce.system: assistant}
  C: {induce.system: zelthari_scholar}
  D: {induce.system: police_officer}
noise: {rate: 0.4}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: [librarian, comedian]
    questions: data-20
    positives: 20
    recipe: coupling-125
  evaluate: {kind: marker-eval, panel: canonical-12, questions: {from: data-20, first: 4}, completions: 2}
hypotheses:
  H1: {test: self-leakage, claim: it leaks more}
  H2: {test: invariance, margin: 10pp}
"""


@pytest.fixture(scope="module")
def spec(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "specs").mkdir()
    (root / "registry").symlink_to(project / "registry")
    (root / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    path = root / "specs" / "spec.yaml"
    path.write_text(SPEC)
    return path


def power(spec: Path, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = emspec("power", spec, "--profile", "sim", "--out", out, *arguments)
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.slow
def test_what_it_prints_and_that_it_is_cached(spec: Path, tmp_path: Path) -> None:
    done = power(spec, tmp_path, "--draws", "20", "--effect", "H1=20pp")
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "H1 self-leakage: it leaks more" in lines
    assert any(line.startswith("at 20 pp (by --effect), at 40 %: supported in ") for line in lines)
    (seed,) = (line for line in lines if line.startswith("1 seed"))
    assert seed.endswith("cannot fire")
    assert any(line.startswith("H2: the design has ") for line in lines)
    again = power(spec, tmp_path, "--draws", "20", "--effect", "H1=20pp", "--format", "json")
    assert again.stderr == ""
    found: dict[str, Any] = json.loads(again.stdout)
    assert found["noise"]["rate"] == 0.4
    designed = [one for one in found["powers"] if one["variant"] == "as designed"]
    assert [one["at"]["draws"] for one in designed] == [20, 20]
    assert {one["why"].partition(":")[0] for one in found["powers"] if one["variant"] == "1 seed"} == {
        "",
        "inconclusive by design",
    }


@pytest.mark.slow
def test_the_figures_do_not_depend_on_workers_or_profile_nor_on_a_kill(spec: Path, tmp_path: Path) -> None:
    one = power(spec, tmp_path / "one", "--quick", "--draws", "60", "--workers", "1")
    two = power(spec, tmp_path / "two", "--quick", "--draws", "60", "--workers", "2", "--profile", "organism")
    assert (one.returncode, one.stdout) == (two.returncode, two.stdout)
    assert artifacts(tmp_path / "one") == artifacts(tmp_path / "two")
    killed = tmp_path / "killed"
    command = [sys.executable, "-m", "emspec", "power", spec, "--profile", "sim", "--quick", "--draws", "60"]
    process = subprocess.Popen([*command, "--workers", "1", "--out", killed], stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 120
    while not artifacts(killed) and time.monotonic() < limit:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = power(spec, killed, "--quick", "--draws", "60", "--workers", "1")
    assert (done.returncode, done.stdout) == (0, one.stdout)
    assert artifacts(killed) == artifacts(tmp_path / "one")


@pytest.mark.parametrize(
    ("arguments", "message", "fix"),
    [
        (["--effect", "5"], "--effect takes NUMBERpp or NAME=NUMBERpp, not '5'", "for example --effect H1=5pp"),
        (["--effect", "H9=5pp"], "--effect names H9, which is no hypothesis", "for example --effect H1=5pp"),
        (["--rate", "47"], "--rate takes a fraction between 0 and 1, not 47", "for example --rate 0.11"),
        (["--rate", "nan"], "--rate takes a fraction between 0 and 1, not nan", "for example --rate 0.11"),
    ],
)
def test_options_without_sense_are_refused(
    spec: Path, tmp_path: Path, arguments: list[str], message: str, fix: str
) -> None:
    done = power(spec, tmp_path / "out", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert fix in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_core_loads_no_arrays_for_it() -> None:
    code = "import sys, emspec.commands.power; sys.exit(bool({'numpy', 'scipy', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
