"""Planning is instant: the imports it does without, and its time for many cells."""

from __future__ import annotations

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


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "specs/issue200.yaml"], ["check", "specs/issue200.yaml"]])
def test_no_heavy_library_is_imported(project: Path, arguments: list[str]) -> None:
    code = (
        "import sys\nfrom emspec.cli import main\n"
        f"try:\n    main({arguments})\nexcept SystemExit:\n    pass\n"
        f"print('loaded', [m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=project, check=True)
    assert done.stdout.splitlines()[-1] == "loaded []"


def test_the_plan_of_issue_200_takes_a_moment(project: Path, tmp_path: Path, measured: Measured) -> None:
    spec = project / "specs" / "issue200.yaml"
    times = []
    for _ in range(5):
        started = time.perf_counter()
        assert emspec("plan", spec, "--out", tmp_path).returncode == 0
        times.append(time.perf_counter() - started)
    measured("emspec plan specs/issue200.yaml, median of 5", f"{statistics.median(times):.2f} s", "<= 0.4 s")
    assert min(times) < 0.8, "twice the target, for a machine that does other things too"


@pytest.mark.slow
def test_the_plan_of_ten_thousand_cells_is_linear(project: Path, tmp_path: Path, measured: Measured) -> None:
    quarter = seconds_to_plan(project, spec_of(500), tmp_path / "quarter")
    whole = seconds_to_plan(project, spec_of(2000), tmp_path / "whole")
    measured("emspec plan of 10,000 cells", f"{whole:.1f} s", "<= 6 s")
    measured("... against four times 2,500 cells", f"{whole / quarter:.1f} x", "<= 4.5 x")
    assert whole < 12
    assert whole < 6 * quarter
