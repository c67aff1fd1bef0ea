"""Registered rules, and hypotheses taken together: D133 to D135, D137, D139, D140, D142."""

from __future__ import annotations

import pytest
from design import fixes, found, messages

H1 = "test: self-leakage"
H2 = "H2: {test: invariance, margin: 10pp}"
TRAINED = ("{draw: 2, from: five, seed: 42}", "[paramedic]")


def ruled(rule: str) -> tuple[str, str]:
    return H1, f"{H1}, decide: {rule}"


def test_d133_a_large_p_is_taken_for_no_effect(compiled) -> None:
    rule = H2.replace("10pp}", '10pp, decide: {range: "<= 15pp", p: "> .10"}}')
    [(line, _, message)] = found(compiled((H2, rule)), "D133")
    assert line == 28
    assert message == "the rule of H2 takes p > 0.1 for evidence of no effect: weak data meet it surest"
    assert messages(compiled((H2, rule.replace('p: "> .10"', 'equivalence: "< .05"'))), "D133") == []


@pytest.mark.parametrize(
    ("comparison", "draws", "needed"), [("<", 10_000, "15,000"), ("<", 14_999, "15,000"), ("<=", 10_000, "14,999")]
)
def test_d134_a_family_that_no_lone_effect_passes(compiled, comparison: str, draws: int, needed: str) -> None:
    rule = f'{{p: "{comparison} .01", correction: benjamini-hochberg, family: 150, draws: {draws}}}'
    [message] = messages(compiled(ruled(rule)), "D134")
    least = 150 / (draws + 1)
    assert message.endswith(f"{draws:,} draws: the least adjusted p of a lone effect is {least:.4f}")
    assert fixes(compiled(ruled(rule)), "D134") == [f"at least {needed} draws (say draws: 20000), or a smaller family"]


@pytest.mark.parametrize(("comparison", "draws"), [("<", 15_000), ("<=", 14_999), ("<", 20_000)])
def test_d134_is_silent_where_a_lone_effect_can_pass(compiled, comparison: str, draws: int) -> None:
    rule = f'{{p: "{comparison} .01", correction: holm, family: 150, draws: {draws}}}'
    assert messages(compiled(ruled(rule)), "D134") == []


@pytest.mark.parametrize("value", ["0", "1e-99"])
def test_d134_names_no_number_of_draws_that_nobody_can_make(compiled, value: str) -> None:
    rule = f'{{p: "< {value}", correction: holm, family: 2, draws: 1}}'
    [fix] = fixes(compiled(ruled(rule)), "D134")
    assert fix == "no number of draws that can be made is enough: ask another value, or a smaller family"
    assert messages(compiled(ruled('{p: "<= 1", correction: holm, family: 1000000}')), "D134") == []


def test_d134_without_draws_takes_the_least_p_of_the_test(compiled) -> None:
    rule = '{p: "< .3", correction: holm, family: 2}'
    [message] = messages(compiled(ruled(rule), TRAINED), "D134")
    assert message.endswith(
        "over a family of 2 with a least p of 0.167: the least adjusted p of a lone effect is 0.3333"
    )


@pytest.mark.parametrize(
    ("count", "message"),
    [
        ("3 of testable", "the rule of H1 asks 3 testable conditions, and 2 can be tested: it cannot be met"),
        ("2 of testable", "the rule of H1 asks 2 testable conditions, which are all that can be tested"),
        ("1 of 3 testable", "the rule of H1 counts 3 testable conditions, and 2 can be tested"),
        ("1 of testable", None),
    ],
)
def test_d135_more_conditions_than_can_be_tested(compiled, count: str, message: str | None) -> None:
    experiment = compiled(ruled(f'{{p: "< .5", in: {count}}}'), TRAINED)
    assert messages(experiment, "D135") == ([message] if message else [])


def test_d137_which_of_several_markers(compiled) -> None:
    assert messages(compiled(), "D137") == []
    two = ("completions: 5}", 'completions: 5, markers: ["[M]", "[N]"]}')
    experiment = compiled(two, (H2, H2.replace("10pp}", '10pp, marker: "[M]"}')))
    assert [message.partition(" ")[0] for message in messages(experiment, "D137")] == ["H1", "H3"]
    assert fixes(experiment, "D137")[0] == 'say which: marker: "[M]"'


def test_d139_a_hypothesis_about_a_control(compiled) -> None:
    assert messages(compiled(), "D139") == []
    control = ("condition: villain", "condition: couple-only")
    assert messages(compiled(control), "D139") == ["H3 is about couple-only, a control"]
    bare = ("villain: {induce.system: villain}", "villain: {induce.system: villain, evaluate: skip}")
    assert messages(compiled(bare), "D139") == ["H3 is about villain, a condition, which is not evaluated"]
    assert not any("H3" in message for message in messages(compiled(bare), "D131"))


def test_d140_one_test_twice(compiled) -> None:
    twice = compiled((H2, f"{H2}\n  H4: {{test: invariance, margin: 0.1, claim: they are alike}}"))
    assert messages(twice, "D140") == ["H4 is the same test as H2: one result, counted twice"]
    assert messages(compiled((H2, f"{H2}\n  H4: {{test: invariance, margin: 20pp}}")), "D140") == []


def test_d142_hypotheses_each_at_its_own_alpha(compiled) -> None:
    [(line, column, message)] = found(compiled(TRAINED), "D142")
    assert (line, column) == (26, 1)
    assert "H2 and H3 are tested each at its own alpha" in message
    assert message.endswith("in up to 10 % of experiments")
    assert fixes(compiled(TRAINED), "D142") == [
        "declare their family (families: {primary: {hypotheses: [H2, H3], correction: holm}}), or accept the finding"
    ]
    family = ("hypotheses:\n", "families: {primary: {hypotheses: [H2, H3], correction: holm}}\nhypotheses:\n")
    assert messages(compiled(TRAINED, family), "D142") == []
    rule = 'decide: {p: "< .05", correction: holm, family: 2}'
    second, third = (H2, H2.replace("10pp}", f"10pp, {rule}}}")), ("margin: 0.05}", f"margin: 0.05, {rule}}}")
    assert messages(compiled(TRAINED, second, third), "D142") == []
