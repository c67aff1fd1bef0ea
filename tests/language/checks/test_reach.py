"""What a test can come to, whatever the data: D130 to D132, D136, D138, D141."""

from __future__ import annotations

import pytest
from design import fixes, found, messages

SELF = "H1: {test: self-leakage, claim: it leaks to itself}"
SPREAD = ("  slow: {induce.recipe.lr: 5e-5, stretch: true}", "  comedian: {induce.system: comedian}")
ALL = ("{draw: 2, from: five, seed: 42}", "[paramedic]")


def test_d130_a_test_whose_least_p_is_above_its_alpha(compiled) -> None:
    experiment = compiled(("test: self-leakage", "test: self-leakage, alpha: 0.3"), ALL)
    assert found(experiment, "D130") == []
    [(line, column, message)] = found(compiled(ALL), "D130")
    assert (line, column) == (27, 3)
    assert message == "H1 cannot be supported, whatever the data: the least p, 0.167, is above alpha 0.05"
    [fix] = fixes(compiled(ALL), "D130")
    assert fix == (
        "what would lift it: 1 more condition(s) under untrained personas of the panel (least p 0.0417); "
        "or accept the finding"
    )


def test_d130_the_published_rank_has_a_least_p_of_one_in_the_personas(compiled) -> None:
    [message] = messages(compiled(("test: self-leakage", "test: self-leakage, variant: rank"), ALL), "D130")
    assert message.endswith("the first of 4 personas has p 1/4 = 0.25, above alpha 0.05")


def test_d130_a_registered_rule_below_the_least_p(compiled) -> None:
    rule = ("test: self-leakage", 'test: self-leakage, alpha: 0.2, decide: {p: "< .1"}')
    [message] = messages(compiled(rule, ALL), "D130")
    assert message == "the rule of H1 asks p < 0.1, and the least p is 0.167: it cannot be met"
    assert messages(compiled((rule[0], rule[1].replace(".1", ".17")), ALL), "D130") == []


def test_d131_nobody_brings_the_test(compiled) -> None:
    experiment = compiled((SELF, "M1: {test: persona-separability, of: induce}"))
    [message] = messages(experiment, "D131")
    assert message == "M1 will be untestable: no installed plugin brings the test persona-separability"
    assert messages(compiled(ALL), "D131") == []


def test_d131_is_silent_where_the_persona_was_trained_on(compiled) -> None:
    experiment = compiled(("{draw: 2, from: five, seed: 42}", "[villain]"))
    assert experiment.attainable["H3"].foregone == "untestable"
    assert len(messages(experiment, "D121")) == 1
    assert messages(experiment, "D131") == []


def trending(values: str, **more: str) -> tuple[tuple[str, str], ...]:
    """Changes of the good spec that leave five conditions and a trend over a measure of these values."""
    asked = "".join(f", {name}: {value}" for name, value in more.items())
    every = "\n".join(f"  {name}: {{induce.system: {name}}}" for name in ("librarian", "comedian", "confab"))
    return (
        ("  slow: {induce.recipe.lr: 5e-5, stretch: true}", every),
        (SELF, f"H1: {{test: trend, covariate: warmth{asked}}}"),
        ("steps:\n", f"measures:\n  warmth: {{values: {values}}}\nsteps:\n"),
    )


FIVE = "{assistant: 1, villain: 0.2, librarian: 0.9, comedian: 0.8, confab: 0.6}"


def test_d132_five_conditions_pass_in_perfect_order_alone(compiled) -> None:
    experiment = compiled(*trending(FIVE))
    assert messages(experiment, "D132") == ["H1 passes .05 only at abs(rho) = 1: one pair out of order and it fails"]
    assert messages(experiment, "D130") == []
    assert messages(compiled(*trending(FIVE, direction="increasing")), "D132") == []
    assert experiment.hypotheses[0].parameters["values"] == {
        "plain": 1.0,
        "villain": 0.2,
        "librarian": 0.9,
        "comedian": 0.8,
        "confab": 0.6,
    }


def test_d136_a_condition_whose_persona_a_measure_lacks(compiled) -> None:
    lacking = trending(FIVE.replace(", confab: 0.6", ""), direction="increasing")
    [message] = messages(compiled(*lacking), "D136")
    assert message == "H1 tells nothing of confab: warmth has no value for confab, for which confab stands"


def test_d141_conditions_share_a_value_of_the_covariate(compiled) -> None:
    tied = trending(FIVE.replace("0.8", "0.9"), direction="increasing")
    [message] = messages(compiled(*tied), "D141")
    assert message == (
        "the covariate of H1 has ties (librarian = comedian): 4 values for 5 conditions, and a least p of 0.0167"
    )
    assert messages(compiled(*trending(FIVE, direction="increasing")), "D141") == []


def test_d136_a_condition_that_stands_for_no_persona(compiled) -> None:
    loose = ("test: self-leakage", "test: self-leakage, alpha: 0.5")
    [message] = messages(compiled(loose, ALL), "D136")
    assert message == "H1 tells nothing of slow: slow stands for no persona"
    assert messages(compiled(loose, ALL, SPREAD), "D136") == []


def test_d136_is_silent_where_d101_speaks(compiled) -> None:
    outside = ("induce.recipe.lr: 5e-5, stretch: true", "induce.system: paramedic")
    experiment = compiled(("test: self-leakage", "test: self-leakage, alpha: 0.5"), outside)
    assert experiment.attainable["H1"].testable["slow"].startswith("paramedic, for which slow stands, is not in")
    assert messages(experiment, "D101")
    assert messages(experiment, "D136") == []


@pytest.mark.parametrize(("margin", "seeds", "speaks"), [("3pp", "[1, 2]", True), ("10pp", "[1, 2]", False)])
def test_d138_a_margin_within_run_to_run_noise(compiled, margin: str, seeds: str, speaks: bool) -> None:
    experiment = compiled(("margin: 10pp", f"margin: {margin}"), ("seeds: [1, 2]", f"seeds: {seeds}"))
    said = [one for one in messages(experiment, "D138") if "of H2" in one]
    assert bool(said) is speaks
    if speaks:
        # sqrt(2 / 2) x 2 sqrt(.47 x .53) x .049
        assert "the difference has a standard error of 4.9 pp" in said[0]


def test_d138_takes_the_noise_that_the_spec_declares(compiled) -> None:
    quiet = ("baseline: plain", "baseline: plain\nnoise: {rate: 0.1, run_sd: 0.02}")
    assert messages(compiled(("margin: 10pp", "margin: 3pp"), quiet), "D138") == []
    loud = ("baseline: plain", "baseline: plain\nnoise: {run_sd: 0.2}")
    assert "of 20.0 pp at a rate of 47 %" in messages(compiled(loud), "D138")[0]


def test_d138_names_the_seeds_that_a_margin_takes(compiled) -> None:
    assert fixes(compiled(("margin: 10pp", "margin: 3pp")), "D138")[0] == "a wider margin, or 6 seeds or more"


def test_d136_with_a_selection_that_leaves_out_the_condition_asked_about(compiled) -> None:
    experiment = compiled(only=("plain",), seeds=(1,))
    assert experiment.attainable["H3"].testable == {"villain": "there is no condition villain in this run"}
    assert messages(experiment, "D136") == []
