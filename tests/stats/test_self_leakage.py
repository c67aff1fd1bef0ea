from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from emspec_stats.crossed import Estimate
from emspec_stats.labelling import codes
from emspec_stats.samples import standing as weights_of
from emspec_stats.self_leakage import (
    Outcome,
    Permuted,
    condition_weights,
    decide,
    label_weights,
    permute,
    verdict,
)
from scipy import stats
from studies import Arm, Study, hypothesis, issue200

NAMES = ("a", "b", "c", None)


def standing(rates: np.ndarray, personas: np.ndarray) -> np.ndarray:
    """Each persona's rate less the mean of the others, shape (conditions, personas)."""
    names = [str(at) for at in range(rates.shape[1])]
    return rates @ np.array([weights_of(names, str(at)) for at in personas]).T


def effect(stands: np.ndarray, given: np.ndarray) -> tuple[float, list[float]]:
    """The effect and each labelled condition's double difference, by the weights that the test goes by."""
    labels = stands.shape[1]
    shares = np.array([(given == label).sum() for label in range(labels)]) / (given >= 0).sum()
    whole = (label_weights(given, labels) * stands.T).sum(axis=1) @ shares
    each = [float(condition_weights(given, at) @ stands[:, label]) for at, label in enumerate(given) if label >= 0]
    assert np.mean(each) == pytest.approx(whole)
    return float(whole), each


def brute(rates: np.ndarray, names: tuple[str | None, ...], order: tuple[int, ...]) -> float:
    """The effect, from its definition: personas a, b, c are columns 0, 1, 2; `order` lays the labels over the rows."""
    laid = [names[at] for at in order]
    parts = []
    for row, label in enumerate(laid):
        if label is None:
            continue
        column = "abc".index(label)

        def stand(r: int, column: int = column) -> float:
            return float(rates[r, column] - np.delete(rates[r], column).mean())

        parts.append(stand(row) - float(np.mean([stand(r) for r in range(len(laid)) if laid[r] != label])))
    return float(np.mean(parts))


def test_hand_computed_double_difference() -> None:
    """Two conditions, personas a, b and a bystander o. In A: a .6, b .2, o .2; in B: a .3, b .5, o .3.

    a stands out by .6 - .2 = .4 in A and .3 - .4 = -.1 in B: .5. b by .5 - .3 = .2 in B and .2 - .4 = -.2 in A: .4.
    """
    given, _ = codes(("a", "b"))
    mean, each = effect(standing(np.array([[0.6, 0.2, 0.2], [0.3, 0.5, 0.3]]), np.arange(2)), given)
    assert each == pytest.approx([0.5, 0.4])
    assert mean == pytest.approx(0.45)


def test_main_effects_of_conditions_and_personas_cancel() -> None:
    rng = np.random.default_rng(3)
    given, _ = codes(NAMES)
    rates = rng.random((4, 6))
    shifted = rates + rng.random((4, 1)) + rng.random((1, 6))
    assert effect(standing(shifted, np.arange(3)), given)[0] == pytest.approx(
        effect(standing(rates, np.arange(3)), given)[0]
    )


@pytest.mark.parametrize("names", [NAMES, ("a", "b", "a", None), ("a", None, None, None)])
def test_p_is_the_share_of_labellings_as_enumerated_from_the_definition(names: tuple[str | None, ...]) -> None:
    rng = np.random.default_rng(11)
    given, personas = codes(names)
    for _ in range(20):
        rates = rng.random((4, 5))
        stands = standing(rates, np.array(["abc".index(name) for name in personas]))
        orders = {tuple(names[at] for at in order): order for order in permutations(range(4))}
        values = [brute(rates, names, order) for order in orders.values()]
        observed = brute(rates, names, (0, 1, 2, 3))
        found = permute(stands, given, names)
        assert effect(stands, given)[0] == pytest.approx(observed)
        assert found.labellings == len(values)
        assert found.above == pytest.approx(np.mean([value >= observed - 1e-12 for value in values]))
        assert found.below == pytest.approx(np.mean([value <= observed + 1e-12 for value in values]))


def test_sampled_p_counts_the_observed_labelling() -> None:
    names = tuple(f"p{at}" for at in range(9))
    given, _ = codes(names)
    found = permute(np.eye(9), given, names)
    assert not found.exact
    assert found.above == 1 / 10_000


@pytest.mark.slow
def test_false_positives_stay_below_alpha() -> None:
    """Six conditions, three labels, noise between runs and cells: p <= .05 in at most 5 % of 4,000 null data sets."""
    rng = np.random.default_rng(5)
    names = ("a", "b", "c", None, None, None)
    given, _ = codes(names)
    fired = 0
    for _ in range(4000):
        rates = 0.4 + rng.normal(0, 0.05, (6, 1)) + rng.normal(0, 0.05, (1, 9)) + rng.normal(0, 0.03, (6, 9))
        fired += permute(standing(rates, np.arange(3)), given, names).above <= 0.05
    assert stats.binomtest(fired, 4000, 0.05, alternative="greater").pvalue > 0.001
    assert fired > 100, "the test is not idle"


def test_issue_200_finds_a_planted_effect() -> None:
    found = decide(issue200().rows, issue200().design, hypothesis("self-leakage"))
    assert found.verdict == "supported"
    assert found.p == found.floor == pytest.approx(1 / 60), "5 conditions, 3 labels: 60 labellings"
    assert found.effect is not None
    assert found.effect == pytest.approx(20 * (1 + 2 / (4 * 3)))
    assert "3 of 5 conditions" in found.reason
    assert "60 labellings" in found.reason


def test_the_interval_is_pooled_over_runs() -> None:
    """One label in two conditions is a two-sample comparison of the runs' standing, each divided by its noise scale."""
    rng = np.random.default_rng(2)

    def arm(name: str, persona: str | None) -> Arm:
        hits = {p: int(rng.integers(3, 8)) for p in ("a", "x", "y")}
        runs = {s: {p: [n + int(rng.integers(-2, 3))] * 6 for p, n in hits.items()} for s in range(4)}
        return Arm(name, {s: {**run, "confab": [9] * 6} for s, run in runs.items()}, induction=persona)

    study = Study((arm("A", "a"), arm("B", None)))
    found = decide(study.rows, study.design, hypothesis("self-leakage", alpha=0.6))
    rate = {a.name: np.array([[sum(p) / 60 for p in run.values()] for run in a.hits.values()]) for a in study.arms}
    stands = {name: r[:, 0] - r[:, 1:3].mean(axis=1) for name, r in rate.items()}
    shrunk = {name: (240 * r[:, :3].mean(axis=0) + 3 / 8) / (240 + 3 / 4) for name, r in rate.items()}
    slopes = {name: 2 * np.sqrt(p * (1 - p)) for name, p in shrunk.items()}
    scale = {name: np.sqrt((np.array([1, 0.5, 0.5]) ** 2 * s**2).sum()) for name, s in slopes.items()}
    sd = np.sqrt(sum((stands[n].var() * 4 / scale[n] ** 2) for n in "AB") / 6)
    error = sd * np.sqrt(scale["A"] ** 2 / 4 + scale["B"] ** 2 / 4)
    assert found.effect == pytest.approx(100 * (stands["A"].mean() - stands["B"].mean()))
    assert found.details["df"] == pytest.approx(6)
    assert found.details["standard_error_pp"] == pytest.approx(100 * error)
    assert found.by_condition["A"]["effect"] == pytest.approx(found.effect / 100)
    assert found.by_condition["A"]["p"] == pytest.approx(stats.t.sf(found.effect / 100 / error, 6))


def test_issue_205_has_an_attainable_p_and_an_interval_of_its_runs_alone(issue205: Study) -> None:
    found = decide(issue205.rows, issue205.design, hypothesis("self-leakage"))
    assert found.floor == pytest.approx(1 / 120)
    assert found.p == pytest.approx(8 / 120)
    assert found.verdict == "inconclusive"
    assert (found.given, found.level) == ("given these runs", 0.95)
    assert found.low is not None
    assert found.low < found.effect < found.high
    assert found.details["df"] is None
    assert [set(figures) for figures in found.by_condition.values()] == [{"effect"}] * 4, "no p without noise"
    assert found.details["not_testable"] == [
        "paramedic, for which E1 stands, is not in the panel that all conditions share"
    ]


def test_a_floor_above_alpha_is_untestable() -> None:
    study = issue200()
    small = Study(study.arms[:3])
    found = decide(small.rows, small.design, hypothesis("self-leakage"))
    assert found.verdict == "untestable"
    assert found.floor == pytest.approx(1 / 6)
    assert found.reason == "The least p that 2 testable of 3 conditions can give is .167, above alpha .05."
    assert decide(small.rows, small.design, hypothesis("self-leakage", alpha=0.2)).verdict == "supported"


def test_no_testable_condition_is_untestable() -> None:
    study = issue200()
    small = Study((study.arms[2], study.arms[4]))
    found = decide(small.rows, small.design, hypothesis("self-leakage"))
    assert found.verdict == "untestable"
    assert "evil_ai, for which B-evilai stands, is not in the panel that all conditions share" in found.reason


def test_less_leakage_is_contradicted() -> None:
    study = issue200()
    turned = Study(
        tuple(
            Arm(
                arm.name,
                {s: {p: [10 - h for h in hits] for p, hits in run.items()} for s, run in arm.hits.items()},
                control=arm.control,
                induction=arm.induction,
                counts_as=arm.counts_as,
                negatives=arm.negatives,
            )
            for arm in study.arms
        )
    )
    found = decide(turned.rows, turned.design, hypothesis("self-leakage"))
    assert found.verdict == "contradicted"
    assert found.p == 1


def test_a_condition_without_rows_is_left_out_and_said() -> None:
    study = issue200()
    rows = Study(tuple(arm for arm in study.arms if arm.name != "B-evilai")).rows
    found = decide(rows, study.design, hypothesis("self-leakage"))
    assert "conditions without rows, left out: B-evilai" in found.assumptions
    assert any("conditions share seeds" in one for one in found.assumptions)


@pytest.mark.parametrize(
    ("effect_", "above", "below", "expected"),
    [
        (0.1, 0.01, 1.0, "supported"),
        (-0.1, 1.0, 0.01, "contradicted"),
        (0.1, 1.0, 0.01, "inconclusive"),
        (-0.1, 0.01, 1.0, "inconclusive"),
        (0.1, 0.06, 0.95, "inconclusive"),
    ],
)
def test_a_verdict_has_the_sign_of_the_effect(effect_: float, above: float, below: float, expected: str) -> None:
    """A permutation distribution with a long tail could have its end on the other side of 0."""
    assert verdict(0.05, Outcome(Estimate(effect_, None), (), Permuted(above, below, True, 120))) == expected
