from __future__ import annotations

import numpy as np
import pytest
from emspec_stats.immunity import decide
from scipy import stats
from studies import Arm, Study, hypothesis

from emspec import Finding


def arm(name: str, spared: list[int], others: list[int], control: bool = False) -> Arm:
    runs = enumerate(zip(spared, others, strict=True))
    hits = {s: {"z": [z] * 4, "a": [o] * 4, "b": [o] * 4, "n": [0] * 4, "confab": [9] * 4} for s, (z, o) in runs}
    return Arm(name, hits, control=control, negatives=("n",))


def slope(hits: int, n: int) -> float:
    """How a rate moves with its angle, over 4 questions of n replies with these hits each."""
    rate = (4 * hits + 3 / 8) / (4 * n + 3 / 4)
    return float(2 * np.sqrt(rate * (1 - rate)))


def study(spared: list[int], others: list[int], *more: Arm) -> Study:
    return Study((arm("C", spared, others), *more))


def ask(s: Study, persona: str = "z", condition: str = "C") -> Finding:
    return decide(s.rows, s.design, hypothesis("immunity", persona=persona, condition=condition, margin=0.05))


def test_one_condition_is_scipys_one_sample_t_test() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        z, o = rng.integers(0, 6, 4).tolist(), rng.integers(3, 11, 4).tolist()
        lead = (np.array(z) - np.array(o)) / 10
        if lead.std() == 0:
            continue
        found = ask(study(z, o))
        expected = stats.ttest_1samp(lead, -0.05, alternative="less")
        interval = stats.ttest_1samp(lead, 0).confidence_interval(0.9)
        assert found.p == pytest.approx(expected.pvalue, abs=1e-9)
        assert (found.low, found.high) == pytest.approx((100 * interval.low, 100 * interval.high))
        assert found.effect == pytest.approx(100 * lead.mean())


@pytest.mark.parametrize(
    ("spared", "others", "verdict", "words"),
    [
        ([1, 1, 2], [6, 7, 6], "supported", "it leaks less than they do by more than the margin of 5 pp"),
        ([6, 7, 6], [6, 6, 7], "inconclusive", "the interval holds 0 and the margin, -5 pp"),
        ([8, 9, 8], [2, 2, 3], "contradicted", "it leaks more than they do"),
        ([3, 3, 3], [5, 5, 5], "inconclusive", "do not differ at all"),
        ([3], [5], "inconclusive", "one run per condition"),
    ],
)
def test_verdicts(spared: list[int], others: list[int], verdict: str, words: str) -> None:
    s = study(spared, others)
    found = ask(s)
    assert found.verdict == verdict
    assert words in found.reason
    assert "n" not in found.details["others"], "a trained negative is no bystander"  # type: ignore[operator]


@pytest.mark.parametrize(
    ("leads", "verdict", "words"),
    [
        ([-16, -15, -17], "inconclusive", "it leaks less than they do, but is not shown to by the margin of 5 pp"),
        ([-26, -25, -27], "supported", "it leaks less than they do by more than the margin"),
        ([-2, 2, 0], "inconclusive", "it is not spared by the margin of 5 pp, nor shown to leak more than they do"),
        ([16, 15, 17], "contradicted", "it leaks more than they do"),
    ],
)
def test_leaking_less_is_never_contradicted(leads: list[int], verdict: str, words: str) -> None:
    """Runs that differ by .25 pp: leads are in quarters of a point, of 4 questions with 100 replies each."""
    hits = {
        seed: {
            "z": [50 + lead // 4] * 3 + [50 + lead - 3 * (lead // 4)],
            "a": [50] * 4,
            "b": [50] * 4,
            "confab": [90] * 4,
        }
        for seed, lead in enumerate(leads)
    }
    found = ask(Study((Arm("C", hits, n=100),)))
    assert found.effect == pytest.approx(sum(leads) / 12)
    assert (found.verdict, words in found.reason) == (verdict, True), found.reason


def test_a_panel_of_its_own_is_no_panel_to_test_on() -> None:
    """The plan says the same: see test_floors."""
    own = arm("C", [1, 1, 2], [6, 7, 6])
    lacking = {seed: {p: h for p, h in run.items() if p != "z"} for seed, run in own.hits.items()}
    s = Study((own, Arm("D", lacking, negatives=("n",))))
    assert ask(s).reason == "It cannot be tested: z is not in the panel that all conditions share."


def test_it_says_that_conditions_share_seeds() -> None:
    assert any("conditions share seeds" in one for one in ask(study([1, 1, 2], [6, 7, 6])).assumptions)


def test_noise_is_pooled_over_conditions_that_left_the_persona_alone() -> None:
    more = (arm("D", [3, 4, 5], [5, 5, 5]), arm("control", [0, 9, 0], [5, 5, 5], control=True))
    s = study([1, 1, 2], [5, 5, 5], *more)
    found = ask(s)
    slopes = [slope(z, 30) ** 2 + 2 * (slope(15, 30) / 2) ** 2 for z in (4, 12)]
    squares = np.var([0.1, 0.1, 0.2]) * 3 / slopes[0] + np.var([0.3, 0.4, 0.5]) * 3 / slopes[1]
    assert found.details["run_sd"] == pytest.approx(np.sqrt(squares / 4))


@pytest.mark.parametrize(
    ("persona", "condition", "reason"),
    [
        ("n", "C", "It cannot be tested: n is a trained negative in C."),
        ("confab", "C", "It cannot be tested: confab is the source in C."),
        ("pirate", "C", "It cannot be tested: pirate is not in the panel that all conditions share."),
        ("z", "D", "It cannot be tested: there is no condition D in this run."),
    ],
)
def test_untestable(persona: str, condition: str, reason: str) -> None:
    s = study([1, 1, 2], [6, 7, 6])
    found = ask(s, persona, condition)
    assert (found.verdict, found.reason, found.effect) == ("untestable", reason, None)


def test_no_other_bystander_is_untestable() -> None:
    s = Study((Arm("C", {1: {"z": [1], "confab": [9]}}),))
    found = ask(s)
    assert found.reason == "It cannot be tested: there is no other bystander."
