"""Registered rules: what they mean, and what is wrong with those that do not fit their test."""

from __future__ import annotations

import pytest

from emspec.errors import SpecError
from emspec.model.decision import Criterion, Decision

H1 = "H1: {test: self-leakage, claim: it leaks to itself"


def asked(compiled, rule: str) -> Decision:  # type: ignore[no-untyped-def]
    [h1, *_] = compiled((H1, f"{H1}, decide: {rule}")).hypotheses
    return h1.decide


def wrong(compiled, rule: str) -> list[tuple[str, str, str]]:  # type: ignore[no-untyped-def]
    with pytest.raises(SpecError) as caught:
        asked(compiled, rule)
    return [(one.code, one.message, one.fix) for one in caught.value.problems]


def test_a_rule_is_read_as_values(compiled) -> None:
    found = asked(compiled, '{effect: ">= 5pp", p: "< .05", in: 3 of testable}')
    assert found == Decision((Criterion("effect", ">=", 0.05, "pp"), Criterion("p", "<", 0.05, "p")), least=3)
    assert found.to_json() == {
        "criteria": [
            {"metric": "effect", "comparison": ">=", "value": 0.05, "unit": "pp"},
            {"metric": "p", "comparison": "<", "value": 0.05, "unit": "p"},
        ],
        "in": 3,
    }
    corrected = asked(compiled, '{p: " <1e-2 ", correction: benjamini-hochberg, family: 150, draws: 10000}')
    assert corrected == Decision((Criterion("p", "<", 0.01, "p"),), None, None, "benjamini-hochberg", 150, 10_000)
    assert corrected.to_json()["family"] == 150
    assert asked(compiled, '{effect: "> -0.5", p: "< .05", in: 3 of 4 testable}').of == 4


@pytest.mark.parametrize(
    ("comparison", "below", "equal", "above"),
    [("<", True, False, False), ("<=", True, True, False), (">", False, False, True), (">=", False, True, True)],
)
def test_a_criterion_holds(comparison: str, below: bool, equal: bool, above: bool) -> None:
    asked = Criterion("p", comparison, 0.05)  # type: ignore[arg-type]
    assert [asked.holds(value) for value in (0.04, 0.05, 0.06)] == [below, equal, above]


def test_no_rule_is_none(compiled) -> None:
    assert [one.decide for one in compiled().hypotheses] == [None, None, None]


@pytest.mark.parametrize(
    ("rule", "code", "message", "fix"),
    [
        ('{efect: ">= 5pp"}', "S102", "`decide` has no `efect`", "did you mean effect?"),
        ('{p: "= .05"}', "S101", "`p` must be a comparison in quotes, such as", "write a comparison in quotes"),
        ("{p: 0.05}", "S101", "not the number 0.05", "write a comparison in quotes"),
        ('{p: "< 5pp"}', "S101", "`p` is a probability, which is not in percentage points", 'write p: "< 0.05"'),
        (
            '{p: "> 1.5"}',
            "S101",
            "`p` is the p value of the test, at most 1, not > 1.5",
            "write a number that p can have",
        ),
        ('{effect: ">= 5"}', "S101", "at most 100pp, not >= 5", 'write effect: ">= 5pp"'),
        ('{p: "< .05", in: 4 of 3 testable}', "S106", "4 of 3 conditions cannot be", "write 3 of 4 testable"),
        (
            '{p: "< .05", in: 3}',
            "S101",
            "`in` must be NUMBER of testable, such as 3 of testable",
            "write NUMBER of testable",
        ),
        ('{low: "> 0", in: 3 of testable}', "S106", "`low` of self-leakage is one figure for all", "leave `in` out"),
        ("[a]", "S101", "`decide` must be a mapping, not a list", "write a mapping"),
        ("{in: 3 of testable}", "S106", "the rule compares nothing", "add a figure of self-leakage"),
        ('{effect: "> 0", draws: 100}', "S106", "`draws` is about a p value, and the rule asks for none", "add p:"),
        ('{p: "< .05", correction: holm}', "S106", "holm corrects over a family", "add family: NUMBER"),
        ('{p: "< .05", family: 3}', "S106", "a family of 3 with no correction", "add correction: holm"),
        ('{p: "< .05", correction: bh}', "S101", "`correction` cannot be bh", "choose from: benjamini-hochberg"),
    ],
)
def test_a_rule_that_does_not_fit_is_an_error(compiled, rule: str, code: str, message: str, fix: str) -> None:
    [(found, says, way_out)] = wrong(compiled, rule)
    assert found == code
    assert message in says
    assert way_out.startswith(fix)


def test_all_that_is_wrong_with_a_rule_is_said_at_once(compiled) -> None:
    assert len(wrong(compiled, '{p: "< 5pp", effect: ">= 5", in: 4 of 3 testable}')) == 3


def test_a_test_that_nobody_brings_is_accepted_with_its_rule_and_left_out_of_the_analysis(compiled) -> None:
    rule = '{p: "< .01", correction: benjamini-hochberg, family: 150, draws: 10000}'
    spec = (H1, f"M1: {{test: cosine-collapse, of: induce, against: couple-only, alpha: 0.01, decide: {rule}}}\n  {H1}")
    experiment = compiled(spec)
    first = experiment.hypotheses[0]
    assert (first.name, first.installed, first.decide.family) == ("M1", False, 150)
    found = experiment.attainable["M1"]
    assert found.foregone == "untestable"
    assert found.remarks == ("untestable: no installed plugin brings the test cosine-collapse",)


def test_an_uninstalled_test_names_steps_and_conditions_that_are_there(compiled) -> None:
    with pytest.raises(SpecError) as caught:
        compiled((H1, f"M1: {{test: cosine-collapse, of: indce, against: E9, nope: 1}}\n  {H1}"))
    assert {(one.code, one.message, one.fix.partition(":")[0]) for one in caught.value.problems} == {
        ("S102", "`M1` has no `nope`", "choose from"),
        ("S104", "there is no step indce", "did you mean induce?"),
        ("S104", "there is no condition E9", "choose from"),
    }


def test_an_unknown_test_is_an_error_with_the_nearest_of_all(compiled) -> None:
    with pytest.raises(SpecError) as caught:
        compiled((H1, f"M1: {{test: cosine-colapse}}\n  {H1}"))
    [problem] = caught.value.problems
    assert (problem.code, problem.fix) == ("S101", "did you mean cosine-collapse?")
