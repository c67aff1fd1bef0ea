"""What the runner costs: 1,000 no-op stages against a bare loop that makes the same files with the same syncs."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from bench import STAGES, measure
from conftest import Measured

ROUNDS = 3


@pytest.mark.slow
def test_a_thousand_stages_cost_at_most_twice_a_bare_loop(tmp_path: Path, measured: Measured) -> None:
    seconds = measure(ROUNDS, tmp_path)
    ratio = statistics.median(e / b for e, b in zip(seconds["engine"], seconds["loop"], strict=True))
    stage = statistics.median(seconds["engine"]) / STAGES * 1000
    cached = statistics.median(seconds["cached"]) / STAGES * 1000
    measured("1,000 no-op stages against a bare loop, median of 3 pairs", f"{ratio:.2f} x", "<= 2 x")
    measured("a no-op stage, first run", f"{stage:.2f} ms", "<= 4 ms")
    measured("a no-op stage, cached", f"{cached:.3f} ms", "<= 0.4 ms")
    assert ratio <= 2
    assert cached <= 0.4
    assert stage <= 8, "twice the target, for a disk that is busy with other things"
