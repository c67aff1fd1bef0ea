"""Corrections over a family, by hand and against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from emspec.model.family import Family, adjusted, levels, reached

BH, HOLM = "benjamini-hochberg", "holm"


def test_benjamini_and_hochberg_step_up() -> None:
    assert adjusted((0.009, 0.0095, 0.0099, 0.01), BH) == (0.01, 0.01, 0.01, 0.01)
    assert adjusted((0.04, 0.001, 0.03, 0.5), BH) == pytest.approx((0.16 / 3, 0.004, 0.16 / 3, 0.5))


def test_holm_steps_down() -> None:
    assert adjusted((0.01, 0.04, 0.03, 0.005), HOLM) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert adjusted((0.5, 0.6), HOLM) == (1.0, 1.0)
    assert adjusted((0.02, 0.02), HOLM) == (0.04, 0.04)


def test_bonferroni_is_beyond_both() -> None:
    ps = (0.01, 0.04, 0.03, 0.4)
    bound = adjusted(ps, "bonferroni")
    assert bound == pytest.approx((0.04, 0.16, 0.12, 1.0))
    for correction in (BH, HOLM):
        assert all(p <= one <= most for p, one, most in zip(ps, adjusted(ps, correction), bound, strict=True))


def test_200_random_vectors_against_scipy_and_a_plain_holm() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        ps = rng.random(rng.integers(1, 40)) ** rng.integers(1, 6)
        assert np.allclose(adjusted(ps.tolist(), BH), false_discovery_control(ps), rtol=0, atol=1e-12)
        order = np.argsort(ps, kind="stable")
        stepped = np.minimum(1, np.maximum.accumulate(ps[order] * np.arange(len(ps), 0, -1)))
        assert np.allclose(np.array(adjusted(ps.tolist(), HOLM))[order], stepped, rtol=0, atol=1e-12)


@pytest.mark.parametrize("correction", [BH, HOLM])
def test_a_p_reaches_its_level_exactly_where_its_adjusted_p_reaches_alpha(correction: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        ps = (rng.integers(1, 121, rng.integers(1, 12)) / 120 / rng.integers(1, 4)).tolist()
        for p, one, level in zip(ps, adjusted(ps, correction), levels(ps, correction, 0.05), strict=True):
            assert (p <= level) == reached(one, 0.05), (ps, p, one, level)
            assert level <= 0.05 or math.isclose(level, 0.05)


def test_levels_by_hand() -> None:
    assert levels((0.01, 0.02, 0.2), HOLM, 0.05) == pytest.approx((0.05 / 3, 0.025, 0.05))
    assert levels((0.02, 0.001, 0.5), HOLM, 0.05) == pytest.approx((0.025, 0.05 / 3, 0.05))
    assert levels((0.03, 0.02, 0.5), HOLM, 0.05) == pytest.approx((0.05 / 3,) * 3), "none passes after a failure"
    assert levels((0.03, 0.01, 0.5), BH, 0.05) == pytest.approx((0.1 / 3,) * 3)
    assert levels((0.3, 0.4), BH, 0.05) == (0.025, 0.025)


def test_a_family_in_words() -> None:
    family = Family("primary", ("H1", "H2", "H3"), HOLM)
    assert family.words == "the family primary (Holm over H1, H2 and H3, alpha .05)"
    assert family.to_json() == {
        "name": "primary",
        "hypotheses": ["H1", "H2", "H3"],
        "correction": "holm",
        "alpha": 0.05,
    }
