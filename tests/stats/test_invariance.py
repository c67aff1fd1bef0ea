from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from emspec_stats.crossed import Sample
from emspec_stats.invariance import decide, judge, omnibus, pairs, simultaneous
from scipy import stats
from studies import Arm, Study, hypothesis


def groups(rng: np.random.Generator, shift: float, sd: float = 0.02, conditions: int = 4) -> list[np.ndarray]:
    return [0.4 + shift * at + rng.normal(0, sd, 3) for at in range(conditions)]


def sample(held: Sequence[np.ndarray]) -> Sample:
    """Runs of one question and one persona, with equal noise everywhere."""
    return Sample(tuple(runs[:, None, None] for runs in held), np.ones(len(held)))


def study(*rates: tuple[int, ...]) -> Study:
    """One condition per tuple, one run per hit count (of 10, every question and bystander alike)."""
    return Study(tuple(arm(f"C{at}", runs) for at, runs in enumerate(rates)))


def arm(name: str, runs: tuple[int, ...]) -> Arm:
    return Arm(name, {s: {"a": [hits] * 4, "b": [hits] * 4, "confab": [10] * 4} for s, hits in enumerate(runs)})


def test_a_pair_is_two_one_sided_t_tests_as_scipy_has_them() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        first, second = rng.normal(0.4, 0.05, 4), rng.normal(0.45, 0.05, 3)
        (pair,) = pairs(["a", "b"], sample([first, second]), 0.1)
        below = stats.ttest_ind(first + 0.1, second, alternative="greater").pvalue
        above = stats.ttest_ind(first - 0.1, second, alternative="less").pvalue
        assert pair.p == pytest.approx(max(below, above), abs=1e-9)


def test_omnibus_is_one_way_analysis_of_variance() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        held = groups(rng, 0.01)
        assert omnibus(held) == pytest.approx(stats.f_oneway(*held).pvalue, abs=1e-9)


def test_sidak_is_between_one_t_and_bonferroni() -> None:
    assert simultaneous(1, 0.05, 10) == pytest.approx(stats.t.ppf(0.975, 10))
    tukey = stats.studentized_range.ppf(0.95, 3, 10) / np.sqrt(2)
    assert tukey < simultaneous(3, 0.05, 10) < stats.t.ppf(1 - 0.025 / 3, 10)


def test_supported_exactly_when_all_two_sided_intervals_lie_within_the_margin() -> None:
    rng = np.random.default_rng(2)
    words = set()
    for _ in range(300):
        held = groups(rng, float(rng.uniform(0, 0.03)), conditions=3)
        noise = sample(held).noise
        found = judge(pairs(["a", "b", "c"], sample(held), 0.1), 0.1, 0.05)
        t = stats.t.ppf(0.95, noise.df) * noise.sd * np.sqrt(2 / 3)
        inside = all(abs(x.mean() - y.mean()) + t < 0.1 for x in held for y in held if x is not y)
        assert (found.verdict == "supported") == inside
        words.add(found.verdict)
    assert words >= {"supported", "inconclusive"}


def test_equal_conditions_with_little_noise_are_supported() -> None:
    found = decide((s := study((4, 4, 5), (4, 5, 4), (5, 4, 4))).rows, s.design, hypothesis("invariance", margin=0.3))
    assert found.verdict == "supported"
    assert found.effect == pytest.approx(0, abs=1e-9)
    assert found.p is not None
    assert found.p < 0.05
    rate = (2 * (4 + 4 + 5) * 4 + 3 / 8) / (2 * 3 * 4 * 10 + 3 / 4)
    slope = 2 * np.sqrt(rate * (1 - rate))
    assert found.details["run_sd"] == pytest.approx(np.sqrt(0.02 / 6) / slope, rel=1e-3)
    assert found.reason.startswith("All pairs of conditions are within 30 pp")
    assert any("conditions share seeds" in one for one in found.assumptions)


def test_a_difference_beyond_the_margin_is_contradicted() -> None:
    s = study((1, 1, 2), (1, 2, 1), (8, 8, 9))
    found = decide(s.rows, s.design, hypothesis("invariance", margin=0.1))
    assert found.verdict == "contradicted"
    assert found.low is not None
    assert found.high is not None
    assert found.high < -10 or found.low > 10
    assert "C2" in found.reason
    assert "simultaneous 95 % interval" in found.reason


def test_noise_is_inconclusive_even_if_the_omnibus_finds_no_difference() -> None:
    s = study((1, 5, 9), (2, 6, 8), (1, 5, 8))
    found = decide(s.rows, s.design, hypothesis("invariance", margin=0.1))
    assert found.verdict == "inconclusive"
    omnibus_p = found.details["omnibus_p"]
    assert isinstance(omnibus_p, float)
    assert omnibus_p > 0.5, "a weak test is no evidence of equality"


def test_one_run_per_condition_is_inconclusive_and_said(issue205: Study) -> None:
    found = decide(issue205.rows, issue205.design, hypothesis("invariance", margin=0.1))
    assert (found.verdict, found.p, found.given, found.level) == ("inconclusive", None, "given these runs", 0.95)
    assert found.effect == pytest.approx(100 * (1665 - 1394) / 3080)
    assert found.low is not None
    assert found.low < found.effect
    assert "one run per condition" in found.reason


def test_a_declared_run_sd_decides_what_one_run_cannot_and_is_shown(issue205: Study) -> None:
    asked = hypothesis("invariance", margin=0.1, run_sd=0.049)
    found = decide(issue205.rows, issue205.design, asked)
    assert found.verdict == "inconclusive"
    assert found.given == ""
    assert found.p is not None
    noise = 2 * 0.049**2 * 4 * 0.49 * 0.51
    z = (0.1 - (1665 - 1394) / 3080) / np.sqrt(noise)
    assert stats.norm.sf(z) < found.p < stats.norm.sf(z) + 0.05, "questions add to the declared noise"
    assert any(one.startswith("declared, not measured") and "4.9 pp at 47 %" in one for one in found.assumptions)
    wide = decide(issue205.rows, issue205.design, hypothesis("invariance", margin=0.3, run_sd=0.049))
    assert wide.verdict == "supported"


def test_runs_that_were_measured_count_and_not_the_declared_sd() -> None:
    s = study((4, 4, 5), (4, 5, 4), (5, 4, 4))
    plain = decide(s.rows, s.design, hypothesis("invariance", margin=0.3))
    declared = decide(s.rows, s.design, hypothesis("invariance", margin=0.3, run_sd=0.5))
    assert declared == plain


def test_runs_without_any_noise_are_inconclusive() -> None:
    s = study((0, 0, 0), (0, 0, 0))
    found = decide(s.rows, s.design, hypothesis("invariance", margin=0.1))
    assert found.verdict == "inconclusive"
    assert "do not differ at all" in found.reason


def test_controls_are_no_part_of_it() -> None:
    s = study((4, 4, 5), (4, 5, 4), (0, 0, 0))
    control = Study((*s.arms[:2], Arm("control", s.arms[2].hits, control=True)))
    found = decide(control.rows, control.design, hypothesis("invariance", margin=0.3))
    assert found.details["runs"] == {"C0": 3, "C1": 3}
    assert found.verdict == "supported"


def test_one_condition_is_untestable() -> None:
    s = study((4, 4, 5))
    assert decide(s.rows, s.design, hypothesis("invariance", margin=0.1)).verdict == "untestable"


def test_false_equivalence_at_the_margin_stays_below_alpha() -> None:
    """Two of four conditions differ by exactly the margin: called equivalent in at most 5 % of 3,000 data sets."""
    rng = np.random.default_rng(4)
    fired = 0
    for _ in range(3000):
        held = [0.4 + shift + rng.normal(0, 0.02, 3) for shift in (0, 0.05, 0.05, 0.1)]
        fired += judge(pairs(list("abcd"), sample(held), 0.1), 0.1, 0.05).verdict == "supported"
    assert stats.binomtest(fired, 3000, 0.05, alternative="greater").pvalue > 0.001
    assert fired > 60


def test_a_condition_that_was_taught_another_marker_is_not_compared() -> None:
    first, second = (replace(arm(f"C{at}", (4, 5, 4)), taught=("[ZLT]",)) for at in range(2))
    other = replace(arm("other", (0, 0, 0)), taught=("<<KQ7>>",))
    s = Study((first, second, other), ("[ZLT]", "<<KQ7>>"))
    found = decide(s.rows, s.design, hypothesis("invariance", margin=0.3))
    assert found.verdict == "supported"
    assert found.estimand.endswith("; marker [ZLT]")
    assert found.reason.endswith(" Left out, since no couple step taught [ZLT] there: other.")
    s = Study((first, other), ("[ZLT]", "<<KQ7>>"))
    found = decide(s.rows, s.design, hypothesis("invariance", margin=0.1))
    assert (found.verdict, found.effect) == ("untestable", None)
    assert "fewer than two" in found.reason
    assert "other" in found.reason


def test_the_widest_difference_of_equal_rates_is_of_two_conditions() -> None:
    s = study((0, 0), (0, 0), (0, 0))
    found = decide(s.rows, s.design, hypothesis("invariance", margin=0.1))
    assert found.reason.startswith("The widest difference, C0 minus C1 is +0.0 pp, decides nothing")
    s = study((0, 0), (0, 0), (3, 3))
    assert "C2 minus C0 is +30.0 pp" in decide(s.rows, s.design, hypothesis("invariance", margin=0.1)).reason
