"""Planning is instant: the imports it does without, and its time for many cells."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli import emspec
from conftest import Measured

HEAVY = ("torch", "numpy", "scipy", "transformers", "pyarrow", "matplotlib")


def spec_of(conditions: int) -> str:
    """Return a spec with five seeds and this many conditions, each with a learning rate of its own."""
    named = "\n".join(
        f"  C{i}: {{induce.system: villain, induce.recipe: {{base: em-125, lr: {1e-5 + i * 1e-8:.8f}}}}}"
        for i in range(conditions)
    )
    return f"""spec: 1
title: many cells
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2, 3, 4, 5]
conditions:
{named}
baseline: C0
steps:
  induce: {{kind: train, data: bad-legal-advice-6k, recipe: em-125}}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: {{draw: 2, from: canonical-10, seed: 42}}
    questions: data-20
    positives: 200
    recipe: coupling-125
  evaluate: {{kind: marker-eval, panel: canonical-12, questions: marker-28, completions: 10}}
hypotheses:
  H2: {{test: invariance, margin: 10pp}}
"""


def seconds_to_plan(project: Path, text: str, folder: Path) -> float:
    spec = project / "specs" / "examples" / f"generated-{folder.name}.yaml"
    spec.write_text(text)
    try:
        started = time.perf_counter()
        done = emspec("plan", spec, "--profile", "organism", "--out", folder)
        seconds = time.perf_counter() - started
    finally:
        spec.unlink()
    assert done.returncode == 0, done.stderr
    return seconds


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        *([command, f"specs/{name}.yaml"] for command in ("check", "plan") for name in ("issue200", "issue205")),
    ],
)
def test_no_heavy_library_is_imported(project: Path, arguments: list[str]) -> None:
    code = (
        "import sys\nfrom emspec.cli import main\n"
        f"try:\n    main({arguments})\nexcept SystemExit:\n    pass\n"
        f"print('loaded', [m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=project, check=True)
    assert done.stdout.splitlines()[-1] == "loaded []"


def times_to_plan_issue_200(project: Path, out: Path, measured: Measured) -> list[float]:
    spec = project / "specs" / "issue200.yaml"
    times = []
    for _ in range(5):
        started = time.perf_counter()
        assert emspec("plan", spec, "--out", out).returncode == 0
        times.append(time.perf_counter() - started)
    measured("emspec plan specs/issue200.yaml, median of 5", f"{statistics.median(times):.2f} s", "<= 0.4 s")
    return times


def test_the_plan_of_issue_200_takes_a_moment(project: Path, tmp_path: Path, measured: Measured) -> None:
    times = times_to_plan_issue_200(project, tmp_path, measured)
    assert min(times) < 0.8, "loose, for this runs beside other work; the long form asserts the bar"


@pytest.mark.long
def test_the_plan_of_issue_200_meets_its_bar(project: Path, tmp_path: Path, measured: Measured) -> None:
    assert statistics.median(times_to_plan_issue_200(project, tmp_path, measured)) <= 0.4


def times_to_plan_many_cells(project: Path, out: Path, measured: Measured) -> tuple[float, float]:
    """Return the seconds for 2,500 cells and for 10,000."""
    quarter = seconds_to_plan(project, spec_of(500), out / "quarter")
    whole = seconds_to_plan(project, spec_of(2000), out / "whole")
    measured("emspec plan of 10,000 cells", f"{whole:.1f} s", "<= 6 s")
    measured("... against four times 2,500 cells", f"{whole / quarter:.1f} x", "<= 4.5 x")
    return quarter, whole


@pytest.mark.slow
def test_the_plan_of_ten_thousand_cells_is_linear(project: Path, tmp_path: Path, measured: Measured) -> None:
    quarter, whole = times_to_plan_many_cells(project, tmp_path, measured)
    # Loose, for this runs beside other work; the long form asserts the bars.
    assert whole < 12
    assert whole < 6 * quarter


@pytest.mark.long
def test_the_plan_of_ten_thousand_cells_meets_its_bars(project: Path, tmp_path: Path, measured: Measured) -> None:
    quarter, whole = times_to_plan_many_cells(project, tmp_path, measured)
    assert whole <= 6
    assert whole <= 4.5 * quarter


@pytest.mark.long
def test_the_plan_of_a_hundred_thousand_cells_meets_its_bars(project: Path, tmp_path: Path, measured: Measured) -> None:
    """Linear against 10,000 cells; the memory is the most that a child of this process ever took."""
    tenth = seconds_to_plan(project, spec_of(2000), tmp_path / "tenth")
    whole = seconds_to_plan(project, spec_of(20_000), tmp_path / "whole")
    gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
    measured("emspec plan of 100,000 cells, memory", f"{gigabytes:.2f} GB", "<= 1.5 GB")
    measured("... against ten times 10,000 cells", f"{whole / tenth:.1f} x", "<= 13 x")
    assert whole <= 13 * tenth
    assert gigabytes <= 1.5


@pytest.mark.long
@pytest.mark.parametrize("command", ["check", "plan"])
@pytest.mark.parametrize("name", ["issue200", "issue205"])
def test_check_and_plan_meet_their_bar(
    project: Path, tmp_path: Path, measured: Measured, command: str, name: str
) -> None:
    times = []
    for _ in range(7):
        started = time.perf_counter()
        assert emspec(command, project / "specs" / f"{name}.yaml", "--out", tmp_path).returncode == 0
        times.append(time.perf_counter() - started)
    measured(f"emspec {command} specs/{name}.yaml, median of 7", f"{statistics.median(times):.2f} s", "<= 0.4 s")
    assert statistics.median(times) <= 0.4
