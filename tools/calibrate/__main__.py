"""`python -m tools.calibrate`: write docs/calibration.md. Takes about 35 minutes on two idle cores."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from tools.calibrate.coverage import coverage
from tools.calibrate.elsewhere import elsewhere
from tools.calibrate.nulls import counted, rates
from tools.calibrate.page import Draws, Outcome, page
from tools.calibrate.power import powers
from tools.calibrate.world import ROOT

DRAWS = Draws(shown=400, decided=2000, nulls=10_000, elsewhere=4000, power=600)
PAGE = ROOT / "docs" / "calibration.md"


def measured(draws: Draws, workers: int | None = None) -> Outcome:
    """Return everything that the page shows."""
    _say("false positives")
    of_nulls = rates(draws.nulls, workers=workers)
    _say("false positives elsewhere")
    beyond = counted(list(elsewhere()), draws.elsewhere, workers)
    _say("coverage")
    covered = coverage((draws.shown, draws.decided), workers=workers)
    _say("power")
    found = powers(draws.power, workers=workers)
    return Outcome(datetime.now(UTC).date().isoformat(), draws, covered, of_nulls, beyond, found)


def _say(what: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    PAGE.write_text(page(measured(DRAWS)), encoding="utf-8")
