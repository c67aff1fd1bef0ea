"""Registered rules: met, not met, or not to be told; corrected over families of which all or not all p are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest
from emspec_stats.registered import all_of, at_least, beside, decision, evaluate, in_words
from studies import findings_of, hypothesis, issue200

from emspec import Criterion, Decision, Finding, JsonObject, Verdict

EFFECT = Criterion("effect", ">=", 0.05, "pp")
P = Criterion("p", "<", 0.05, "p")
BOTH = Decision((EFFECT, P))


def finding(verdict: Verdict = "supported", **figures: float | None) -> Finding:
    return Finding("H", "t", "c", verdict, "r", "e", metrics=figures)


def by_condition(**figures: Mapping[str, float]) -> Finding:
    return replace(finding("inconclusive"), by_condition=figures)


def said(found: Finding, rule: Decision) -> dict[str, Any]:
    [one] = beside([found], [rule], [found.verdict])
    assert one is not None
    return dict(one)


def test_a_rule_is_met_where_all_its_lines_hold() -> None:
    met = said(finding(effect=0.061, p=0.012), BOTH)
    assert (met["met"], met["agrees"], met["remarks"]) == (True, True, [])
    assert met["rule"] == "effect >= 5 pp and p < .05"
    assert met["reason"] == "The registered rule (effect >= 5 pp and p < .05) is met: effect +6.1 pp, p .012."
    assert met["lines"] == [
        {"metric": "effect", "comparison": ">=", "value": 0.05, "unit": "pp", "found": 0.061, "holds": True},
        {"metric": "p", "comparison": "<", "value": 0.05, "unit": "p", "found": 0.012, "holds": True},
    ]
    assert "conditions" not in met


@pytest.mark.parametrize(
    ("figures", "met"),
    [
        ({"effect": 0.04, "p": 0.012}, False),
        ({"effect": 0.06, "p": 0.2}, False),
        ({"effect": 0.04}, False),
        ({"effect": 0.06}, None),
        ({"effect": 0.06, "p": None}, None),
        ({"effect": 0.06, "p": float("nan")}, None),
        ({}, None),
    ],
)
def test_what_is_not_known_decides_only_where_it_must(figures: dict[str, float | None], met: bool | None) -> None:
    assert said(finding(**figures), BOTH)["met"] is met


def test_three_values_are_joined_without_flattering() -> None:
    assert (all_of([True, None]), all_of([False, None]), all_of([True, True])) == (None, False, True)
    assert at_least(2, [True, True, None]) is True
    assert at_least(2, [True, None, False]) is None
    assert at_least(2, [True, False, False]) is False
    assert at_least(3, [True, True]) is False, "more conditions than can be tested"
    assert at_least(1, []) is None


def test_the_verdict_and_the_rule_may_disagree() -> None:
    rule_alone = said(finding("inconclusive", effect=0.06, p=0.01), BOTH)
    assert rule_alone["agrees"] is False
    assert rule_alone["remarks"] == [
        "The two disagree: the rule is met, and the verdict is inconclusive. The rule changes nothing."
    ]
    verdict_alone = said(finding("supported", effect=0.01, p=0.01), BOTH)
    assert verdict_alone["remarks"][-1].startswith("The two disagree: the rule is not met, and the verdict is supp")
    assert said(finding("contradicted", effect=-0.06, p=0.99), BOTH)["agrees"] is True
    assert said(finding("untestable"), BOTH)["agrees"] is None


def test_a_count_of_conditions() -> None:
    found = by_condition(E0={"effect": 0.10, "p": 0.01}, E2={"effect": 0.06, "p": 0.30}, E3={"effect": 0.08, "p": 0.02})
    three = said(found, replace(BOTH, least=3, of=4))
    assert three["met"] is False
    assert three["rule"] == "effect >= 5 pp and p < .05 in at least 3 of 4 testable conditions"
    assert three["remarks"] == ["It was registered of 4 testable conditions; 3 could be tested."]
    assert {name: one["met"] for name, one in three["conditions"].items()} == {"E0": True, "E2": False, "E3": True}
    assert three["reason"].endswith(
        "is not met: so in 2 of 3 testable conditions "
        "(E0 effect +10.0 pp, p .010; E2 effect +6.0 pp, p .300; E3 effect +8.0 pp, p .020)."
    )
    assert said(found, replace(BOTH, least=2, of=3))["met"] is True
    unknown = by_condition(E0={"effect": 0.10}, E2={"effect": 0.06, "p": 0.01})
    assert said(unknown, replace(BOTH, least=2))["met"] is None
    assert said(unknown, replace(BOTH, least=1))["met"] is True
    none = said(by_condition(), replace(BOTH, least=1, of=4))
    assert (none["met"], none["remarks"]) == (None, [])
    assert "no condition has the figures that it asks for" in none["reason"]


@pytest.mark.parametrize(
    ("p", "met"), [(0.0001, True), (0.05 / 150, False), (0.01, None), (0.04, None), (0.05, False), (0.2, False)]
)
def test_a_family_of_which_little_is_known_is_bounded(p: float, met: bool | None) -> None:
    rule = Decision((P,), correction="holm", family=150)
    expected = None if p == 0.05 / 150 else met
    assert said(finding(p=p), rule)["met"] is expected, "p x 150 is .05 itself: not below it, and p alone is"
    exact = said(finding(p=p), replace(rule, correction="bonferroni"))
    assert exact["met"] is (p == 0.0001), "Bonferroni's is known without the others"
    assert not any("Not all" in remark for remark in exact["remarks"])


def test_a_bound_is_said_to_be_one() -> None:
    rule = Decision((P,), correction="benjamini-hochberg", family=3, draws=10_000)
    found = said(finding("inconclusive", p=0.03), rule)
    assert found["met"] is None
    assert found["rule"] == (
        "p < .05, p corrected by Benjamini-Hochberg over 3 tests, p from 10,000 random permutations"
    )
    assert "p .030, corrected at most .090" in found["reason"]
    assert found["lines"][0]["corrected"] == {"low": 0.03, "high": 0.09}
    assert found["remarks"] == [
        "Not all 3 p values of its family are known: by Benjamini-Hochberg the corrected p lies between p and "
        "Bonferroni's 3 x p, and a line holds only where it does at both.",
        "It was registered with 10,000 random permutations; p here is the test's own.",
    ]


def test_a_family_of_which_all_is_known_is_corrected_exactly() -> None:
    rule = Decision((P,), correction="benjamini-hochberg", family=4)
    found = [finding(p=p) for p in (0.009, 0.0095, 0.0099, 0.01)]
    for one in beside(found, [rule] * 4, ["supported"] * 4):
        assert one is not None
        line = cast("list[dict[str, Any]]", one["lines"])[0]
        assert line["corrected"] == {"low": 0.01, "high": 0.01}
    lacking = beside([*found[:3], finding()], [rule] * 4, ["supported"] * 4)
    assert [cast("JsonObject", one)["met"] for one in lacking] == [True, True, True, None], "4 x .0099 is below .05"


def test_the_conditions_of_a_rule_are_a_family_where_they_are_as_many_as_it_says() -> None:
    found = by_condition(A={"p": 0.01}, B={"p": 0.02}, C={"p": 0.04})
    rule = Decision((P,), least=3, correction="benjamini-hochberg", family=3)
    conditions = said(found, rule)["conditions"]
    assert [one["lines"][0]["corrected"]["low"] for one in conditions.values()] == pytest.approx([0.03, 0.03, 0.04])
    assert said(found, rule)["met"] is True
    assert said(found, replace(rule, family=4))["met"] is None


def test_a_large_p_as_evidence_is_remarked_on() -> None:
    rule = Decision((Criterion("range", "<=", 0.15, "pp"), Criterion("p", ">", 0.10, "p")))
    found = said(finding("inconclusive", range=0.0804, p=0.31), rule)
    assert found["met"] is True
    assert found["remarks"][0] == "A weak test meets p > .1: that is no evidence that there is no effect."
    assert found["remarks"][1].startswith("The two disagree: the rule is met")
    assert "range +8.0 pp, p .310" in found["reason"]


def test_coefficients_are_written_as_such() -> None:
    rule = Decision((Criterion("abs(rho)", ">=", 0.7), P))
    found = evaluate(finding("untestable", **{"abs(rho)": 0.9, "p": 0.0833}), rule, {}, "untestable")
    assert in_words(rule) == "abs(rho) >= .7 and p < .05"
    assert found["reason"] == "The registered rule (abs(rho) >= .7 and p < .05) is not met: abs(rho) .9, p .083."


def test_a_rule_comes_back_as_it_was_written() -> None:
    for rule in (BOTH, Decision((P,), 3, 4, "holm", 5, 100), Decision((EFFECT,), least=2)):
        assert decision(rule.to_json()) == rule


def test_the_analysis_evaluates_the_rules_of_its_hypotheses() -> None:
    asked: JsonObject = {**hypothesis("self-leakage"), "decide": replace(BOTH, least=3).to_json()}
    found = findings_of(issue200(), asked, {**hypothesis("invariance", margin=0.1), "name": "H2"})
    first, second = cast("list[dict[str, Any]]", found["findings"])
    assert second["registered"] is None
    assert first["registered"]["met"] is True
    assert set(first["registered"]["conditions"]) == set(first["by_condition"]) == {"B0", "B-villain", "B-zelthari"}
    assert first["registered"]["agrees"] is True
