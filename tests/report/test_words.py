from __future__ import annotations

import pytest

from emspec.model.finding import Finding, Rate
from emspec.report import words


@pytest.mark.parametrize(
    ("p", "written"),
    [(None, "–"), (0.05, ".050"), (0.0123, ".012"), (0.0083, ".0083"), (1 / 10001, "< .0001"), (1.0, "> .999")],
)
def test_p_values(p: float | None, written: str) -> None:
    assert words.chance(p) == written


def test_effects_carry_sign_and_unit() -> None:
    finding = Finding("H", "t", "c", "supported", "r", "e", effect=3.14, low=-1.0, high=7.25)
    assert words.effect(finding) == "+3.1 pp"
    assert words.span(finding) == "-1.0 to +7.2 pp (95 %)"
    rho = Finding("H", "t", "c", "supported", "r", "e", effect=-0.9, unit="")
    assert (words.effect(rho), words.span(rho)) == ("-0.9", "–")


def test_rates() -> None:
    rate = Rate(1394, 3080, 1394 / 3080, 0.41, 0.496, "m")
    assert (words.percent(rate.rate), words.interval(rate), words.share(rate)) == (
        "45.3 %",
        "41.0 to 49.6 %",
        "1,394 / 3,080",
    )
    assert words.percent(None) == words.interval(None) == words.share(None) == "–"


def test_letters_leave_unseen_out() -> None:
    assert words.letters(("unseen",)) == ""
    assert words.letters(("induction", "source")) == "I S"
    assert words.letters(("unseen", "counts as induction")) == "(I)"


def test_an_interval_says_what_it_is_given() -> None:
    found = Finding("H", "t", "c", "inconclusive", "r", "e", effect=1.0, low=-1.0, high=3.0, given="given these runs")
    assert words.span(found) == "-1.0 to +3.0 pp (95 %, given these runs)"
