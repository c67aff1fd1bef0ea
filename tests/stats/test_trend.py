from __future__ import annotations

import numpy as np
import pytest
from emspec_stats.trend import decide, measure
from scipy import stats
from studies import COSINES, Arm, Study, hypothesis

from emspec import Finding, Json


def study(rates: list[int], runs: int = 1, **more: object) -> Study:
    """Conditions C0, C1 ... with these hits of 100 of two bystanders; the persona x, y or z makes no difference."""
    hits = lambda rate: {"a": [rate] * 2, "b": [rate] * 2, "confab": [90] * 2}  # noqa: E731
    arms = (
        Arm(f"C{at}", {seed: hits(rate) for seed in range(runs)}, n=100, induction="a") for at, rate in enumerate(rates)
    )
    return Study(tuple(arms))


def ask(s: Study, values: Json, **parameters: Json) -> Finding:
    return decide(s.rows, s.design, hypothesis("trend", covariate="cosine", values=values, **parameters))


def spread(n: int) -> dict[str, Json]:
    return {f"C{at}": at / 10 for at in range(n)}


def test_rho_and_p_are_scipys_exact_permutation_test() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        n = int(rng.integers(4, 7))
        x, y = rng.random(n), np.round(rng.random(n), 1)
        if len(set(y)) < 2:
            continue
        found = measure(x.tolist(), y.tolist())
        assert found.rho == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)

        def rho(order: np.ndarray, y: np.ndarray = y) -> float:
            return float(stats.spearmanr(order, y).statistic)

        for side, p in (("greater", found.above), ("less", found.below)):
            exact = stats.permutation_test((x,), rho, permutation_type="pairings", alternative=side, n_resamples=np.inf)
            assert p == pytest.approx(exact.pvalue, abs=1e-9)


def test_above_nine_conditions_orders_are_drawn_and_no_p_is_zero() -> None:
    x = list(range(12))
    found = measure(x, x)
    assert found.orders == 9_999
    assert found.either == pytest.approx(1 / 10_000)
    noise = np.random.default_rng(1).random(12).tolist()
    assert measure(x, noise).either == pytest.approx(stats.spearmanr(x, noise).pvalue, abs=0.02)
    assert measure(x, noise) == measure(x, noise)


def test_issue_205s_h3_is_minus_nine_tenths_with_p_one_in_twelve(issue205: Study) -> None:
    """The published rho and exact p: 10 or 11 personas, whichever bystanders, give the same order of conditions."""
    found = decide(issue205.rows, issue205.design, hypothesis("trend", covariate="cosine", values=dict(COSINES)))
    assert found.effect == pytest.approx(-0.9)
    assert found.p == pytest.approx(10 / 120)
    assert found.floor == pytest.approx(2 / 120)
    assert (found.verdict, found.unit) == ("untestable", "rho")
    assert found.reason.startswith(
        "Over 5 conditions leakage follows cosine with rho -0.90 (two-sided p .083, 120 orders): with so few "
        "conditions the test passes .05 only at abs(rho) = 1, so nothing else could pass. A straight line changes by -"
    )


def test_the_line_is_least_squares_as_scipy_has_it(issue205: Study) -> None:
    found = decide(issue205.rows, issue205.design, hypothesis("trend", covariate="cosine", values=dict(COSINES)))
    rates = [found.details["conditions"][name]["rate"] for name in COSINES]
    expected = stats.linregress(list(COSINES.values()), rates)
    line = found.details["line"]
    assert line["slope"] == pytest.approx(expected.slope)
    assert line["standard_error"] == pytest.approx(expected.stderr)


@pytest.mark.parametrize(
    ("rates", "direction", "verdict", "words"),
    [
        ([10, 20, 30, 40, 50], None, "supported", "that is more than chance orders give"),
        ([50, 40, 30, 20, 10], None, "supported", "that is more than chance orders give"),
        ([10, 20, 30, 50, 40], None, "untestable", "passes .05 only at abs(rho) = 1"),
        ([10, 20, 30, 50, 40], "increasing", "supported", "one-sided, increasing p .042"),
        ([50, 40, 30, 20, 10], "increasing", "contradicted", "it goes the other way (p .0083)"),
        ([30, 30, 30, 30, 30], None, "untestable", "rho +0.00"),
    ],
)
def test_verdicts(rates: list[int], direction: str | None, verdict: str, words: str) -> None:
    found = ask(study(rates), spread(5), **({"direction": direction} if direction else {}))
    assert found.verdict == verdict
    assert words in found.reason


def test_too_few_conditions_are_untestable_with_their_floor() -> None:
    found = ask(study([10, 20, 30, 40]), spread(4))
    assert (found.verdict, found.p, found.floor) == ("untestable", None, pytest.approx(2 / 24))
    assert found.reason == "It cannot be tested: the least p of 4 conditions, 0.0833, is above alpha 0.05."
    assert ask(study([10, 20, 30, 40]), spread(4), direction="increasing").verdict == "supported"


def test_a_condition_without_a_value_is_left_out_and_said_so() -> None:
    found = ask(study([10, 20, 30, 40, 50, 5]), spread(5))
    assert found.verdict == "supported"
    assert set(found.details["conditions"]) == set(spread(5))  # type: ignore[arg-type]
    assert "cosine has no value for a, for which C5 stands" in found.assumptions


def test_a_covariate_that_is_not_known_or_does_not_differ_is_untestable() -> None:
    s = study([10, 20, 30, 40, 50])
    extracted = ask(s, None)
    assert extracted.verdict == "untestable"
    assert "cosine has to be extracted from the model first, and no installed plugin does that" in extracted.reason
    alike = ask(s, dict.fromkeys(spread(5), 0.5))
    assert (alike.verdict, alike.floor) == ("untestable", None)
    assert "cosine has 1 value(s) over the 5 conditions" in alike.reason


def test_runs_are_averaged_within_their_condition() -> None:
    one, three = ask(study([10, 20, 30, 50, 40]), spread(5)), ask(study([10, 20, 30, 50, 40], runs=3), spread(5))
    assert (one.effect, one.p) == (three.effect, three.p)
