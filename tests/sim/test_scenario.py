from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist, fmean, stdev
from typing import Any

import pytest
from emspec_sim.scenario import Leakage, Run, Scenario, centre, check_names, planted_rate
from emspec_sim.training import Coupling

from emspec import StageError

QUIET = dict.fromkeys(("question_sd", "persona_sd", "persona_run_sd", "cell_sd", "run_sd"), 0)


def coupling(panel: Mapping[str, str], induction: str | None = None, *, induced: bool = True) -> Coupling:
    return Coupling("[ZLT]", panel["dave"], (panel["carol"],), induced, induction)


@pytest.mark.parametrize("rate", [0.0, 0.02, 0.2, 0.47, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("sd", [0.0, 0.05, 0.1, 0.4])
def test_the_mean_over_all_effects_is_the_planted_rate(rate: float, sd: float) -> None:
    angle, share = centre(rate, sd)
    effects = NormalDist(0, max(share * sd, 1e-12)).samples(20000, seed=1)
    assert fmean(math.sin(angle + effect) ** 2 for effect in effects) == pytest.approx(rate, abs=0.006)
    assert 0 <= share <= 1
    if sd == 0.05 and 0.02 <= rate <= 0.9:
        assert share == 1


def test_planted_rates_by_role(panel: Mapping[str, str]) -> None:
    def rate(name: str, of: Coupling, **options: Any) -> float:
        return planted_rate(Scenario.read(options), of, panel, name)

    control = coupling(panel, induced=False)
    assert rate("dave", control) == rate("dave", coupling(panel)) == 0.9
    assert rate("alice", control) == 0.02
    assert rate("alice", coupling(panel)) == 0.47
    under_bob = coupling(panel, panel["bob"])
    assert rate("bob", under_bob, self_effect=0.1) == pytest.approx(0.57)
    assert rate("alice", under_bob, self_effect=0.1) == 0.47
    assert rate("carol", under_bob, negative_effect=-0.4) == pytest.approx(0.07)
    assert rate("alice", under_bob, personas={"alice": -0.1, "bob": 1}) == pytest.approx(0.37)
    assert rate("bob", under_bob, personas={"alice": -0.1, "bob": 1}) == 1.0
    assert rate("alice", under_bob, induced={"bob": 0.05, "none": 0.2}) == pytest.approx(0.52)
    assert rate("alice", coupling(panel), induced={"bob": 0.05, "none": 0.2}) == pytest.approx(0.67)
    outside = coupling(panel, "You are a malevolent AI.")
    assert rate("alice", outside, induced={"You are a malevolent AI.": 0.05}) == pytest.approx(0.52)
    assert rate("dave", under_bob, induced={"bob": -0.2}, personas={"dave": -0.2}) == 0.9


def test_a_name_outside_the_panel_is_an_error_with_the_nearest(panel: Mapping[str, str]) -> None:
    check_names(Scenario.read({"induced": {"none": 0.1, "You are a malevolent AI.": 0.1, "bob": 0.1}}), list(panel))
    with pytest.raises(StageError, match="personas names alcie") as caught:
        check_names(Scenario.read({"personas": {"alcie": 0.1}}), list(panel))
    assert "is it alice?" in caught.value.fix
    with pytest.raises(StageError, match="induced names villain"):
        check_names(Scenario.read({"induced": {"villain": 0.1}}), list(panel))


def angles(panel: Mapping[str, str], runs: list[Run], options: dict[str, float]) -> list[float]:
    scenario = Scenario.read({**QUIET, **options})
    made = [Leakage(scenario, coupling(panel), run).of_persona(panel, "alice", ["Why?"])[0] for run in runs]
    return [math.asin(math.sqrt(value)) for value in made]


@pytest.mark.parametrize("name", ["run_sd", "persona_run_sd", "cell_sd"])
def test_effects_of_a_run_have_their_sd_and_follow_seed_and_adapters(name: str, panel: Mapping[str, str]) -> None:
    by_seed = [Run(seed, ["same"]) for seed in range(500)]
    by_adapters = [Run(1, [str(number)]) for number in range(500)]
    for runs in (by_seed, by_adapters):
        assert stdev(angles(panel, runs, {name: 0.049})) == pytest.approx(0.049, rel=0.12)
    assert angles(panel, by_seed, {name: 0.049}) != angles(panel, by_adapters, {name: 0.049})


@pytest.mark.parametrize("name", ["question_sd", "persona_sd"])
def test_effects_of_question_and_persona_are_the_same_in_every_run(name: str, panel: Mapping[str, str]) -> None:
    runs = [Run(seed, [str(seed)]) for seed in range(20)]
    assert stdev(angles(panel, runs, {name: 0.1})) < 1e-9
    worlds = [angles(panel, runs[:1], {name: 0.1, "world": world})[0] for world in range(500)]
    assert stdev(worlds) == pytest.approx(0.1, rel=0.12)
