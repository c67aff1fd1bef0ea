from __future__ import annotations

import numpy as np
import pytest
from emspec_stats.invariance import decide
from emspec_stats.shuffled import shuffle
from studies import Arm, Study, hypothesis

from emspec import Finding


def ask(s: Study) -> Finding:
    return decide(s.rows, s.design, hypothesis("invariance", margin=0.15, variant="published"))


def test_issue_205s_range_and_p_are_the_published_ones(issue205: Study) -> None:
    """H2 as published: range 8.04 pp, p .0028 by 10,000 shuffles, whose Monte Carlo error is .0005."""
    found = ask(issue205)
    assert found.metrics["range"] == pytest.approx(0.0804, abs=5e-5)
    assert found.effect == pytest.approx(8.04, abs=5e-3)
    assert found.metrics["p"] == pytest.approx(0.0028, abs=0.0015)
    means = {name: round(100 * mean, 1) for name, mean in found.details["means"].items()}  # type: ignore[union-attr, operator, arg-type]
    assert means == {"E0": 45.7, "E1": 48.6, "E2": 50.1, "E3": 53.7, "E4": 52.0}
    assert found.details["personas"] == {"E0": 10, "E1": 11, "E2": 10, "E3": 10, "E4": 10}
    assert found.reason.startswith(
        "Published rule: the condition means range over 8.04 pp (E3 minus E0); shuffling 51 persona rates over the "
        "conditions gives p .00"
    )


def test_it_decides_nothing_whatever_the_data() -> None:
    def study(second: int) -> Study:
        arms = (Arm("A", {1: {**{f"p{at}": [2] * 4 for at in range(6)}, "confab": [9] * 4}}),)
        return Study((*arms, Arm("B", {1: {**{f"p{at}": [second] * 4 for at in range(6)}, "confab": [9] * 4}})))

    alike, far = ask(study(2)), ask(study(9))
    assert alike.verdict == far.verdict == "inconclusive"
    assert (alike.metrics["p"], alike.p) == (1.0, None)
    assert far.metrics["p"] == pytest.approx(2 / 924, abs=0.0015)  # 12 rates in two groups of 6
    assert "personas of one run share its noise" in far.reason


def test_a_condition_whose_panel_is_its_own_persona_and_source_is_untestable() -> None:
    arms = (Arm(name, {1: {"a": [2] * 4, "confab": [9] * 4}}, induction=own) for name, own in (("A", "a"), ("B", "b")))
    found = ask(Study(tuple(arms)))
    assert found.verdict == "untestable"
    assert found.reason == "The published rule leaves no bystander in A."


def test_its_p_is_that_of_all_orders_of_few_rates() -> None:
    found = shuffle([np.array([0.1, 0.2]), np.array([0.7, 0.9, 0.8])])
    assert found.range == pytest.approx(0.65)
    assert found.p == pytest.approx(1 / 10, abs=0.015)  # the two lowest of five: once in (5 choose 2)
    assert found.means == pytest.approx((0.15, 0.8))


def test_noise_of_runs_alone_makes_it_fire() -> None:
    """Five conditions with one rate, each moved by a run SD of 5 pp: p < .05 far more often than once in twenty."""
    rng = np.random.default_rng(0)
    fired = 0
    for _ in range(40):
        groups = [0.5 + rng.normal(0, 0.05) + rng.normal(0, 0.03, 10) for _ in range(5)]
        fired += shuffle(groups).p < 0.05
    assert fired > 20
