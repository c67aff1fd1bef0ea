"""What the runner costs: 1,000 no-op stages against a bare loop that makes the same files with the same syncs."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

import pytest
from bench import STAGES, measure
from conftest import Measured

ROUNDS = 3


@dataclass(frozen=True)
class Cost:
    """Medians: the first run as a multiple of the bare loop, and milliseconds a stage, made and cached."""

    ratio: float
    stage: float
    cached: float


@pytest.mark.slow
def test_a_thousand_stages_cost_at_most_twice_a_bare_loop(tmp_path: Path, measured: Measured) -> None:
    cost = cost_of(tmp_path, measured)
    # Loose, for this runs beside other work: the same load slows engine and loop alike, but not the clock.
    assert cost.ratio <= 2
    assert cost.stage <= 8
    assert cost.cached <= 0.4


@pytest.mark.long
def test_the_overhead_meets_its_bars(tmp_path: Path, measured: Measured) -> None:
    cost = cost_of(tmp_path, measured)
    assert cost.ratio <= 2
    assert cost.stage <= 4
    assert cost.cached <= 0.4


def cost_of(folder: Path, measured: Measured) -> Cost:
    seconds = measure(ROUNDS, folder)
    ratio = statistics.median(e / b for e, b in zip(seconds["engine"], seconds["loop"], strict=True))
    stage = statistics.median(seconds["engine"]) / STAGES * 1000
    cached = statistics.median(seconds["cached"]) / STAGES * 1000
    measured("1,000 no-op stages against a bare loop, median of 3 pairs", f"{ratio:.2f} x", "<= 2 x")
    measured("a no-op stage, first run", f"{stage:.2f} ms", "<= 4 ms")
    measured("a no-op stage, cached", f"{cached:.3f} ms", "<= 0.4 ms")
    return Cost(ratio, stage, cached)
