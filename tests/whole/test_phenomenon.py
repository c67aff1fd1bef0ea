"""The phenomenon on the organism: EM before the coupling spreads the marker to personas that it was not taught to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli import run_spec
from conftest import Measured

SPEC = "specs/examples/organism-control.yaml"


def rate(results: dict[str, Any], condition: str, of: str) -> float:
    return float(results["found"]["rates"][condition][of]["rate"])


@pytest.mark.slow
def test_one_seed(project: Path, tmp_path: Path) -> None:
    """A fixed-seed subset: wide bands, since one run says little."""
    results = run_spec(project / SPEC, tmp_path, "--profile", "organism", "--seeds", "42")
    for condition in ("B0", "couple-only"):
        assert rate(results, condition, "source") >= 0.6
    assert rate(results, "couple-only", "bystanders") <= 0.15
    assert rate(results, "B0", "bystanders") > rate(results, "couple-only", "bystanders")


@pytest.mark.long
def test_three_seeds(project: Path, tmp_path: Path, measured: Measured) -> None:
    results = run_spec(project / SPEC, tmp_path, "--profile", "organism")
    control, first = rate(results, "couple-only", "bystanders"), rate(results, "B0", "bystanders")
    sources = [rate(results, condition, "source") for condition in ("couple-only", "B0")]
    measured("organism: source rate, couple-only / EM first", " / ".join(f"{s:.1%}" for s in sources), ">= 80 %")
    measured("organism: bystanders, couple-only control", f"{control:.1%}", "<= 10 %")
    measured("organism: bystanders, EM first minus control", f"{100 * (first - control):+.1f} pp", ">= 8 pp")
    assert min(sources) >= 0.8
    assert control <= 0.1
    assert first - control >= 0.08
