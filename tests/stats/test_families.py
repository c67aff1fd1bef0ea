"""Findings corrected over families: verdicts and intervals at the level that the place in the family leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from emspec_stats.families import corrected, read
from studies import PLACES, findings_of, hypothesis, issue200

from emspec import Family, Finding, Verdict

HOLM = Family("primary", ("A", "B", "C"), "holm")
BH = replace(HOLM, correction="benjamini-hochberg")


def finding(name: str, p: float | None, verdict: Verdict = "supported", **values: Any) -> Finding:
    return Finding(name, "t", "c", verdict, "It is so.", "e", p=p, low=0.0, high=1.0, **values)


def judged(found: Sequence[Finding], alpha_of: list[tuple[str, float]] | None = None) -> Any:
    """A test that supports where p is at most alpha, and notes at which alpha it was asked."""
    by_name = {one.hypothesis: one for one in found}

    def again(name: str, alpha: float) -> Finding:
        if alpha_of is not None:
            alpha_of.append((name, alpha))
        first = by_name[name]
        assert first.p is not None
        return replace(first, alpha=alpha, verdict="supported" if first.p <= alpha else "inconclusive")

    return again


def test_each_is_judged_at_its_level_and_says_so() -> None:
    found = [finding("A", 0.01), finding("B", 0.03), finding("C", 0.04)]
    asked: list[tuple[str, float]] = []
    first, second, third = corrected(found, [HOLM], judged(found, asked))
    assert dict(asked) == pytest.approx({"A": 0.05 / 3, "B": 0.025, "C": 0.025})
    assert [one.verdict for one in (first, second, third)] == ["supported", "inconclusive", "inconclusive"]
    assert [one.adjusted for one in (first, second, third)] == pytest.approx([0.03, 0.06, 0.06])
    assert first.family == "the family primary (Holm over A, B and C, alpha .05); judged at .01667"
    assert second.reason == (
        "It is so. In the family primary (Holm over A, B and C, alpha .05) p .030 is corrected to .060; alone at alpha "
        ".05 it would have been supported."
    )
    assert "would have been" not in first.reason


def test_step_up_supports_all_where_the_last_one_passes() -> None:
    found = [finding("A", 0.03), finding("B", 0.04), finding("C", 0.049)]
    after = corrected(found, [BH], judged(found))
    assert [one.verdict for one in after] == ["supported"] * 3
    assert [one.adjusted for one in after] == pytest.approx([0.049] * 3)
    assert all(one.alpha == 0.05 for one in after)


def test_who_could_not_be_tested_counts() -> None:
    found = [finding("A", 0.02), finding("B", None, "untestable")]
    first, second = corrected(found, [HOLM], judged(found))
    assert first.adjusted == pytest.approx(0.06)
    assert first.verdict == "inconclusive"
    assert first.family.endswith("; counted without a p, since asked: B, C")
    assert (second.verdict, second.adjusted, second.reason) == ("untestable", None, "It is so.")
    assert second.family.startswith("the family primary (Holm")


def test_what_the_least_p_cannot_reach_is_untestable() -> None:
    found = [finding("A", 0.04, floor=0.02), finding("B", None, "inconclusive"), finding("C", None, "untestable")]
    first, *_ = corrected(found, [HOLM], judged(found))
    assert (first.verdict, first.adjusted) == ("untestable", pytest.approx(0.12))
    assert first.reason.endswith("is corrected to .060 at best, above alpha: nothing could have supported it.")
    rest = [finding("A", 0.04, floor=0.02), finding("B", 0.01, floor=0.001), finding("C", 0.5)]
    after = corrected(rest, [HOLM], judged(rest))
    assert [one.verdict for one in after] == ["inconclusive", "supported", "inconclusive"], "it could pass after B"


def test_a_test_that_has_no_say_below_its_least_p_keeps_its_finding() -> None:
    found = [finding("A", 0.03, floor=0.02), finding("B", 0.5), finding("C", 0.6)]

    def again(name: str, alpha: float) -> Finding:
        return replace(found[0], verdict="untestable", low=None, high=None, alpha=alpha)

    first, *_ = corrected(found, [HOLM], again)
    assert (first.verdict, first.low, first.alpha) == ("inconclusive", 0.0, pytest.approx(0.05 / 3))
    assert "judged at .01667 it is inconclusive" in first.reason


def test_a_test_that_does_not_heed_alpha_is_held_to_it() -> None:
    found = [finding("A", 0.03), finding("B", 0.9, "contradicted", opposite=0.04), finding("C", 0.6)]
    after = corrected(found, [HOLM], lambda name, alpha: next(one for one in found if one.hypothesis == name))
    assert [one.verdict for one in after] == ["inconclusive"] * 3


def test_others_are_left_alone_and_the_order_stays() -> None:
    found = [finding("Z", 0.04), finding("A", 0.01), finding("B", 0.02), finding("C", 0.03)]
    after = corrected(found, [HOLM], judged(found))
    assert [one.hypothesis for one in after] == ["Z", "A", "B", "C"]
    assert after[0] == found[0]
    assert corrected(found, [], judged(found)) == found


def test_a_family_comes_back_as_it_was_written() -> None:
    assert read({"families": [HOLM.to_json(), BH.to_json()]}) == (HOLM, BH)
    assert read({}) == ()


def test_the_analysis_judges_at_the_level() -> None:
    asked = [
        {**hypothesis("self-leakage"), "name": "H1"},
        {**hypothesis("invariance", margin=0.1), "name": "H2"},
        {**hypothesis("immunity", persona="zelthari_scholar", condition="B-zelthari", margin=0.05), "name": "H3"},
    ]
    alone, together = (findings_of(issue200(), *asked, families=families) for families in ((), (["H1", "H2", "H3"],)))
    before, after = (cast("list[dict[str, Any]]", found["findings"]) for found in (alone, together))
    assert [one["p"] for one in before] == [one["p"] for one in after]
    first = after[0]
    assert first["p"] == first["floor"] == pytest.approx(1 / 60)
    assert first["adjusted"] == pytest.approx(0.05)
    assert first["verdict"] == "supported", "1 / 60 is .05 / 3"
    assert first["level"] == pytest.approx(1 - 2 / 60)
    assert first["low"] < before[0]["low"]
    assert first["family"].startswith("the family primary (Holm over H1, H2 and H3, alpha .05); judged at .01667")
    assert before[0]["family"].startswith("none: ")
    assert after[2]["verdict"] == "contradicted"
    assert after[2]["alpha"] == pytest.approx(0.025)
    assert set(PLACES) >= {f"test.{one['test']}" for one in asked}
