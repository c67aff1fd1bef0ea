from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from compiled import compiled_spec
from emspec_stats import alternatives

from emspec import Experiment, Hypothesis, design_of
from emspec.model.decision import Criterion, Decision


@pytest.fixture(scope="module")
def issue200(project: Path) -> Experiment:
    return compiled_spec(project / "specs" / "issue200.yaml", "sim")[0].experiment


def others(experiment: Experiment) -> list[str]:
    """The bystanders: the panel without the source and the negatives."""
    return list(design_of(experiment)["bystanders"])  # type: ignore[arg-type]


def ask(test: str, **parameters: str | float) -> Hypothesis:
    return Hypothesis("H", test, "", parameters)


def test_self_leakage_names_the_persona_of_each_testable_condition(issue200: Experiment) -> None:
    found = alternatives.self_leakage(issue200, ask("self-leakage"))
    assert found.pattern == {
        "B0": {"assistant": 1.0},
        "B-villain": {"villain": 1.0},
        "B-zelthari": {"zelthari_scholar": 1.0},
    }
    assert (found.edge, found.towards, found.asked) == (0.0, 1, None)
    assert set(found.planted) == {"assistant", "villain", "zelthari_scholar"}


def test_the_effect_of_a_registered_rule_is_asked_for(issue200: Experiment) -> None:
    rule = Decision((Criterion("effect", ">=", 0.07), Criterion("p", "<", 0.05)))
    assert alternatives.self_leakage(issue200, replace(ask("self-leakage"), decide=rule)).asked == 0.07
    spared = ask("immunity", persona="villain", condition="B0", margin=0.05)
    assert alternatives.immunity(issue200, replace(spared, decide=rule)).asked == 0.07
    without = Decision((Criterion("p", "<", 0.05),))
    assert alternatives.registered(replace(ask("immunity"), decide=without), "effect") is None


def test_invariance_moves_one_condition_and_is_true_up_to_the_margin(issue200: Experiment) -> None:
    found = alternatives.invariance(issue200, ask("invariance", margin=0.1))
    assert found.pattern == {"B-sarcastic": dict.fromkeys(others(issue200), 1.0)}
    assert (found.edge, found.towards, found.asked, found.truest, found.against) == (0.1, -1, 0.0, 0.0, True)


def test_immunity_leaves_out_the_conditions_that_trained_the_persona(issue200: Experiment) -> None:
    asked = ask("immunity", persona="zelthari_scholar", condition="B-zelthari", margin=0.05)
    found = alternatives.immunity(issue200, asked)
    assert found.pattern == {one.name: {"zelthari_scholar": -1.0} for one in issue200.conditions}
    assert (found.edge, found.towards, found.asked) == (0.05, 1, None)
    trained = replace(asked, parameters={**asked.parameters, "persona": "confab"})
    assert alternatives.immunity(issue200, trained).pattern == {}


@pytest.mark.parametrize(("direction", "sign"), [(None, 1), ("increasing", 1), ("decreasing", -1)])
def test_a_trend_is_a_line_about_the_common_rate(issue200: Experiment, direction: str | None, sign: int) -> None:
    values = {"B0": 1.0, "B-villain": 0.7, "B-sarcastic": 0.5}
    parameters = {"covariate": "cos", "values": values, **({"direction": direction} if direction else {})}
    found = alternatives.trend(issue200, replace(ask("trend"), parameters=parameters))
    parts = {name: set(shifts.values()) for name, shifts in found.pattern.items()}
    assert {name: value for name, (value,) in parts.items()} == pytest.approx(
        {"B0": sign * 0.5, "B-villain": sign * -0.1, "B-sarcastic": sign * -0.5}
    )
    assert list(found.pattern["B0"]) == others(issue200)
    assert (found.edge, found.towards) == (0.0, 1)


def test_a_trend_without_values_plants_nothing(issue200: Experiment) -> None:
    assert alternatives.trend(issue200, ask("trend", covariate="cos")).pattern == {}


def test_a_contrast_moves_the_arms_of_one_side(issue200: Experiment) -> None:
    found = alternatives.contrast(issue200, ask("contrast", of="B-villain", against="B0", margin=0.05))
    assert found is not None
    assert found.pattern == {"B-villain": dict.fromkeys(others(issue200), 1.0)}
    assert (found.edge, found.towards) == (0.05, 1)
    other = {"of": "B0", "against": "B-villain"}
    less = alternatives.contrast(issue200, ask("contrast", **other, direction="less", rate="source"))
    assert less is not None
    assert less.pattern == {"B0": {"confab": -1.0}}
    one = alternatives.contrast(issue200, ask("contrast", **other, persona="comedian"))
    assert one is not None
    assert one.pattern == {"B0": {"comedian": 1.0}}


def test_arms_that_do_not_leak_alike_to_begin_with_cannot_be_planted(project: Path) -> None:
    issue205 = compiled_spec(project / "specs" / "issue205.yaml", "sim")[0].experiment
    assert alternatives.contrast(issue205, ask("contrast", of="E0", against="couple-only")) is None
    assert alternatives.contrast(issue205, ask("contrast", of="E0", against="benign")) is not None


def test_immunity_leaves_controls_as_they_are(project: Path) -> None:
    issue205 = compiled_spec(project / "specs" / "issue205.yaml", "sim")[0].experiment
    asked = ask("immunity", persona="villain", condition="E0", margin=0.05)
    assert set(alternatives.immunity(issue205, asked).pattern) == {"E0", "E1", "E2", "E3", "E4"}
