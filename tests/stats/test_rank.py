from __future__ import annotations

import numpy as np
import pytest
from emspec_stats.self_leakage import decide
from studies import Arm, Study, hypothesis

from emspec import Finding

OTHERS = [f"p{at}" for at in range(24)]


def study(own: int, others: int) -> Study:
    """One condition of `others` + 2 personas; x, the induction persona, has `own` hits of 10, the others 2, 3, 2 ..."""
    hits = {"x": [own] * 4, "confab": [9] * 4, **{name: [2 + at % 2] * 4 for at, name in enumerate(OTHERS[:others])}}
    return Study((Arm("C", {1: hits}, induction="x", negatives=("p0",)),))


def ask(s: Study, **parameters: float) -> Finding:
    return decide(s.rows, s.design, hypothesis("self-leakage", variant="rank", **parameters))


def test_issue_205s_ranks_are_the_published_ones(issue205: Study) -> None:
    """H1 as published, by 10,000 draws of a persona: .812, .906, .278, .093 for E0, E2, E3, E4 (here exact, of 11)."""
    found = ask(issue205)
    conditions = found.details["conditions"]
    shares = {name: one["p"] for name, one in conditions.items()}  # type: ignore[union-attr, index, call-overload]
    assert shares == pytest.approx({"E0": 9 / 11, "E2": 10 / 11, "E3": 3 / 11, "E4": 1 / 11})
    assert found.floor == pytest.approx(1 / 11)
    assert found.verdict == "untestable"
    assert "the least p that a rank can have is .091, above alpha .05" in found.reason
    assert found.details["not_testable"] == [
        "paramedic, for which E1 stands, is not in the panel that all conditions share"
    ]


@pytest.mark.parametrize(
    ("own", "verdict", "p"), [(8, "supported", 1 / 25), (1, "contradicted", 1), (3, "inconclusive", 13 / 25)]
)
def test_a_panel_of_twenty_five_can_decide(own: int, verdict: str, p: float) -> None:
    found = ask(study(own, 24))
    assert found.verdict == verdict
    assert found.p == pytest.approx(p)
    assert found.floor == pytest.approx(1 / 25), "trained negatives are ranked, as published; the source is not"


def test_a_lenient_alpha_lets_a_small_panel_decide() -> None:
    assert ask(study(8, 9)).verdict == "untestable"
    assert ask(study(8, 9), alpha=0.1).verdict == "supported"


def test_a_draw_of_personas_gives_issue_205s_published_p(issue205: Study) -> None:
    """The published figures are Monte Carlo: 10,000 draws of a persona, counting those that leak at least as much."""
    published = {"E0": 0.812, "E2": 0.906, "E3": 0.278, "E4": 0.093}
    rng = np.random.default_rng(205)
    drawn, exact = {}, {}
    for arm in issue205.arms:
        own = arm.counts_as or arm.induction
        if own in arm.hits[42]:
            rates = {name: sum(hits) for name, hits in arm.hits[42].items() if name not in arm.source}
            draws = rng.choice(list(rates.values()), 10_000)
            drawn[arm.name] = float((draws >= rates[own]).mean())
            exact[arm.name] = sum(rate >= rates[own] for rate in rates.values()) / len(rates)
    found = ask(issue205).by_condition
    assert {name: one["p"] for name, one in found.items()} == pytest.approx(exact)
    assert exact == pytest.approx(published, abs=0.01)
    assert drawn == pytest.approx(published, abs=0.02)
