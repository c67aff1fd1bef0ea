"""`python -m tools.calibrate`: write docs/calibration.md. Takes about half an hour on two idle cores."""

from __future__ import annotations

from datetime import UTC, datetime

from tools.calibrate.coverage import coverage
from tools.calibrate.nulls import rates
from tools.calibrate.page import Outcome, page
from tools.calibrate.power import powers
from tools.calibrate.world import ROOT

DRAWS = (500, 10_000, 500)
"""Experiments of each rate for coverage, of each null, and of each planted effect."""
PAGE = ROOT / "docs" / "calibration.md"


def main() -> None:
    """Count, and write the page."""
    of_coverage, of_nulls, of_power = DRAWS
    found = Outcome(
        date=datetime.now(UTC).date().isoformat(),
        covered=coverage(of_coverage),
        rates=rates(of_nulls),
        powers=powers(of_power),
        draws=DRAWS,
    )
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
