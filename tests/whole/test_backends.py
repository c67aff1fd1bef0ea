"""Swapping the backend of one step by one flag; everything else of the run stays as it was."""

from __future__ import annotations

from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from cli import artifacts, emspec, run_spec
from emspec_sim import SCENARIO

SMOKE = ("--profile", "smoke", "--seeds", "42", "--only", "B0")


def hits(results: dict[str, Any]) -> tuple[int, int]:
    held = results["found"]["rates"]["B0"]
    parts = [held[name] for name in ("source", "bystanders")]
    return sum(part["hits"] for part in parts), sum(part["n"] for part in parts)


@pytest.fixture(scope="module")
def spec(project: Path) -> Path:
    return project / "specs" / "issue200.yaml"


@pytest.mark.slow
def test_simulated_replies_over_trained_adapters(spec: Path, tmp_path: Path) -> None:
    """The rates are those of the simulator's default scenario, within what few replies can tell."""
    stats = pytest.importorskip("scipy.stats")
    held = run_spec(spec, tmp_path, *SMOKE, "--backend", "evaluate=sim")["found"]["rates"]["B0"]
    for name, option in (("source", "source_rate"), ("bystanders", "em_rate")):
        planted = SCENARIO[option]["default"]
        assert stats.binomtest(held[name]["hits"], held[name]["n"], planted).pvalue > 0.001


@pytest.mark.slow
def test_vllm_for_the_evaluation_gives_the_rates_of_hf(spec: Path, tmp_path: Path) -> None:
    pytest.importorskip("vllm")
    with_hf = run_spec(spec, tmp_path / "hf", *SMOKE)
    with_vllm = run_spec(spec, tmp_path / "vllm", *SMOKE, "--backend", "evaluate=vllm")
    shared = set(artifacts(tmp_path / "hf")) & set(artifacts(tmp_path / "vllm"))
    assert len(shared) == 4, "data, induce, couple.replies and couple are the same stages"
    (a, n), (b, m) = hits(with_hf), hits(with_vllm)
    pooled = (a + b) / (n + m)
    assert n == m
    assert abs(a / n - b / m) <= 4 * sqrt(max(pooled * (1 - pooled), 1 / n) * (1 / n + 1 / m))


def test_a_backend_that_nobody_brings_is_named_with_the_ones_there_are(spec: Path, tmp_path: Path) -> None:
    done = emspec("run", spec, "--out", tmp_path, "--profile", "sim", "--backend", "evaluate=vlm")
    assert done.returncode == 2
    assert "vllm" in done.stdout + done.stderr
