"""The fast part of `make calibrate`: a test or an interval that breaks its word clearly is seen here."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from tools.calibrate.coverage import coverage
from tools.calibrate.nulls import ALPHA, rates
from tools.calibrate.page import Outcome, page
from tools.calibrate.power import powers

NULLS = 150
COVERAGE = 40
LUCK = 1e-5
"""The chance that a test which keeps exactly to alpha is called broken, each of 21 times."""


@pytest.mark.slow
def test_false_positives_of_every_test_stay_near_alpha() -> None:
    """Fails with probability below 21 x 1e-5 where every error rate is 5 %, and almost surely where one is 25 %."""
    most = int(binom.isf(LUCK, NULLS, ALPHA))
    found = rates(NULLS, run_sds=(0.049,), workers=1)
    assert len(found) == 21
    assert {one.null.question for one in found} >= {"H1", "H2", "H3", "contrast, more", "trend"}
    for one in found:
        assert one.count <= most, f"{one.null.question} {one.null.wrong}: {one.count} of {one.draws} ({one.null.what})"
    assert binom.sf(most, NULLS, 0.25) > 0.99
    assert sum(one.count for one in found if one.null.question == "contrast, more") > 0, "the tests are not idle"


@pytest.mark.slow
def test_intervals_of_every_kind_hold_the_truth() -> None:
    """At two rates, within 4 standard errors (at least 1.5 pp) of 93 to 98 %."""
    found = coverage(COVERAGE, rates=(0.03, 0.47), workers=1)
    assert len(found) == 16
    for one in found:
        slack = 4 * max(one.error, 0.015)
        assert 0.93 - slack <= one.share, f"{one.kind} at {one.rate}: {one.share:.3f} ± {one.error:.3f}"
        assert one.width > 0


@pytest.mark.slow
def test_the_page_is_made_of_what_was_counted() -> None:
    covered, wrong, power = coverage(2, (0.47,), 1), rates(2, (0.049,), 1), powers(2, (3,), 1)
    text = page(Outcome("2026-01-01", covered, wrong, power, (2, 2, 2)))
    assert "| contrast, personas sampled | " in text
    assert (
        "| H1, published rank | each testable condition's own persona leaks 10 pp more there | supported | 0.0 % |"
        in text
    )
    assert text.count("| H3 | ") == 2
    assert "on 2026-01-01" in text
