from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from emspec_sim.experiments import SDS, Experiments, Floats, experiments
from emspec_sim.scenario import Leakage, Run, Scenario
from emspec_sim.training import Coupling

PERSONAS = ("alice", "bob", "carol")
QUESTIONS = ("1", "2", "3")
RUNS = 4
WORLDS = 1500
COMPONENTS = {"question_sd": 0.08, "persona_sd": 0.05, "persona_run_sd": 0.04, "cell_sd": 0.03, "run_sd": 0.06}


def design(planted: tuple[str, ...] = (), bystanders: tuple[str, ...] = (), **sds: float) -> Experiments:
    cell = {"personas": PERSONAS, "questions": QUESTIONS, "completions": 5}
    noise = {**dict.fromkeys(SDS, 0.0), **sds}
    given: dict[str, Any] = {"noise": noise, "cells": [cell] * RUNS, "planted": planted, "bystanders": bystanders}
    return experiments(given)


def angles(simulator: Experiments, rate: float = 0.47, worlds: int = WORLDS) -> Floats:
    """Return angles of the chances less their overall mean, shape (worlds, runs, personas, questions)."""
    rates = [[rate] * len(PERSONAS)] * RUNS
    drawn = np.array([simulator.chances(number, rates) for number in range(worlds)])
    shaped = np.arcsin(np.sqrt(drawn)).reshape(worlds, RUNS, len(PERSONAS), len(QUESTIONS))
    return shaped - shaped.mean()


def components(effects: Floats) -> dict[str, float]:
    """Return the variance of each component, from products of effects that share some of run, persona and question."""

    def shared(run: int, persona: int, question: int) -> float:
        other = np.roll(effects, (0, run, persona, question), axis=(0, 1, 2, 3))
        return float((effects * other).mean())

    question, persona, run = shared(1, 1, 0), shared(1, 0, 1), shared(0, 1, 1)
    persona_run = shared(0, 0, 1) - persona - run
    cell = shared(0, 0, 0) - question - persona - run - persona_run
    return {
        "question_sd": question,
        "persona_sd": persona,
        "run_sd": run,
        "persona_run_sd": persona_run,
        "cell_sd": cell,
    }


def by_reply(scenario: dict[str, float]) -> Floats:
    """Return the same angles as the per-reply simulation has them, world by world."""
    panel = {name: f"You are {name}." for name in PERSONAS}
    coupling = Coupling("[ZLT]", "none of them", (), True, None)

    def world(number: int) -> list[list[list[float]]]:
        of = Scenario.read({**scenario, "em_rate": 0.47, "world": number})
        runs = [Leakage(of, coupling, Run(seed, ["same"])) for seed in range(RUNS)]
        return [[run.of_persona(panel, name, QUESTIONS) for name in PERSONAS] for run in runs]

    shaped = np.arcsin(np.sqrt(np.array([world(number) for number in range(WORLDS)])))
    return shaped - shaped.mean()


@pytest.mark.slow
def test_the_components_are_the_declared_ones_and_those_of_the_simulation_reply_by_reply() -> None:
    at_once, one_by_one = components(angles(design(**COMPONENTS))), components(by_reply(COMPONENTS))
    for name, sd in COMPONENTS.items():
        # Products of correlated effects over 1,500 worlds: three standard errors are about 2.5e-4.
        assert at_once[name] == pytest.approx(sd**2, abs=5e-4), name
        assert one_by_one[name] == pytest.approx(sd**2, abs=5e-4), name


@pytest.mark.parametrize("rate", [0.03, 0.11, 0.47, 0.9])
def test_the_mean_rate_is_the_planted_one(rate: float) -> None:
    simulator = design(**COMPONENTS)
    hits = np.array([simulator.hits(number, [[rate] * 3] * RUNS) for number in range(600)])
    assert hits.shape == (600, RUNS * 3 * 3 * 5)
    spread = hits.mean(axis=1).std() / math.sqrt(600)
    assert hits.mean() == pytest.approx(rate, abs=4 * spread)


def test_each_persona_of_each_cell_has_its_own_rate() -> None:
    rates = [[0.1, 0.5, 0.9], [0.2, 0.6, 0.8], [0.0, 1.0, 0.3], [0.4, 0.4, 0.4]]
    simulator = design()
    hits = np.array([simulator.hits(number, rates) for number in range(500)])
    means = hits.mean(axis=0).reshape(RUNS, 3, 15).mean(axis=2)
    assert means == pytest.approx(np.array(rates), abs=0.025)


def test_a_higher_rate_keeps_every_hit_of_a_lower_one() -> None:
    simulator = design(**COMPONENTS)
    low, high = (simulator.hits(3, [[rate] * 3] * RUNS) for rate in (0.4, 0.45))
    assert (high >= low).all()
    assert high.sum() > low.sum()


def test_equal_designs_give_equal_bytes_and_experiments_differ() -> None:
    rates = [[0.4] * 3] * RUNS
    first, again = (design(**COMPONENTS).hits(7, rates) for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != design(**COMPONENTS).hits(8, rates).tobytes()


def test_planted_personas_have_no_lasting_effect_and_the_others_sum_to_zero() -> None:
    held = angles(design(planted=("alice",), bystanders=PERSONAS, persona_sd=0.05), worlds=50)
    lasting = held[:, 0, :, 0]
    assert lasting[:, 0] == pytest.approx(lasting[0, 0])
    assert lasting[:, 1] + lasting[:, 2] == pytest.approx(2 * lasting[:, 0], abs=1e-3)
    assert lasting[:, 1].std() == pytest.approx(0.05 / math.sqrt(2), rel=0.3)


def test_panels_and_question_sets_may_differ_between_cells() -> None:
    cells = [
        {"personas": ("alice", "bob"), "questions": ("1", "2"), "completions": 3},
        {"personas": ("bob",), "questions": ("2", "3", "4"), "completions": 2},
    ]
    noise = {**dict.fromkeys(SDS, 0.0), "question_sd": 0.1, "persona_sd": 0.1}
    given: dict[str, Any] = {"noise": noise, "cells": cells, "planted": (), "bystanders": ()}
    simulator = experiments(given)
    chances = simulator.chances(0, [[0.4, 0.4], [0.4]])
    assert len(simulator.hits(0, [[0.4, 0.4], [0.4]])) == 2 * 2 * 3 + 3 * 2
    assert chances[3] == chances[4]  # bob's second question is the same in both cells
    assert len(set(chances.round(12))) == 6


def test_the_expected_rate_is_the_mean_over_what_is_averaged() -> None:
    """Over 3,000 experiments the replies' rate is the planted one, and the rest about the expected one is 0."""
    rates = [[0.3] * 3] * RUNS
    simulator = design(**COMPONENTS)
    everything = [name for name in SDS if name not in ("question_sd", "cell_sd")]
    assert simulator.expected(0, rates, everything) == pytest.approx(0.3)
    given = np.array([simulator.expected(number, rates, ()) for number in range(3000)])
    assert given.mean(axis=0) == pytest.approx(0.3, abs=0.01)
    drawn = np.array([simulator.hits(number, rates).reshape(RUNS * 3, -1).mean(axis=1) for number in range(3000)])
    residual = drawn - given
    assert residual.mean(axis=0) == pytest.approx(0, abs=0.015)
    assert abs(np.corrcoef(given[:, 0], drawn[:, 0])[0, 1]) > 0.2


def test_the_expected_rate_without_questions_and_cells_is_the_chance_itself() -> None:
    simulator = design(**{**COMPONENTS, "question_sd": 0.0, "cell_sd": 0.0})
    rates = [[0.3] * 3] * RUNS
    chances = simulator.chances(5, rates).reshape(RUNS * 3, -1)
    assert simulator.expected(5, rates, ()) == pytest.approx(chances[:, 0])
    assert simulator.expected(5, rates, ("run_sd",)) != pytest.approx(chances[:, 0])
