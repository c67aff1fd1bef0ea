"""The power stage: its search, and its figures against what can be computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from emspec_stats.power import Trials, interval, power, search
from scipy import stats

from emspec import Finding, Job, JsonObject, StageError

PERSONAS = ("z", "a", "b", "c", "confab")
BYSTANDERS = ("z", "a", "b", "c")
QUIET = dict.fromkeys(("question_sd", "persona_sd", "persona_run_sd", "cell_sd", "run_sd"), 0.0)
TEST = {"immunity": "emspec_stats.immunity", "invariance": "emspec_stats.invariance"}
TEST["self-leakage"] = "emspec_stats.self_leakage"
NORMAL = NormalDist()
CONDITIONS = ("A", "B", "C", "D")


def finding(verdict: Any) -> Finding:
    return Finding("H", "t", "", verdict, "", "", effect=1.0, p=0.5)


def of_normal(middle: float, scale: float) -> Callable[[int, float], Finding]:
    """Decide as a test would whose power is Phi((effect - middle) / scale)."""
    luck = np.random.default_rng(5).standard_normal(4000)
    return lambda number, effect: finding("supported" if luck[number] < (effect - middle) / scale else "inconclusive")


def test_the_search_finds_the_least_effect_of_a_known_power_curve() -> None:
    trials = Trials(of_normal(0.06, 0.02), 2000, lambda more: None)
    found = search(trials, {"verdict": "supported", "from": 0.0, "to": 0.5}, 0.8)
    known = 0.06 + 0.02 * NORMAL.inv_cdf(0.8)
    assert found["effect"] == pytest.approx(known, abs=0.0025 + 3 * 0.02 * 1.43 / np.sqrt(2000) * 0.4 / 0.28)
    assert found["low"] < known < found["high"]
    far = [tally for tally in trials.tallies.values() if abs(tally.effect - known) > 0.06]
    assert far
    assert all(tally.draws <= 100 for tally in far), "what is clear must cost little"


def test_a_search_that_goes_down_and_one_that_finds_nothing() -> None:
    trials = Trials(lambda number, effect: of_normal(-0.05, 0.01)(number, -effect), 200, lambda more: None)
    down = search(trials, {"verdict": "supported", "from": 0.1, "to": 0.0}, 0.8)
    assert down["effect"] == pytest.approx(0.05 - 0.01 * NORMAL.inv_cdf(0.8), abs=0.004)
    nothing = search(trials, {"verdict": "contradicted", "from": 0.1, "to": 0.4}, 0.8)
    assert nothing["effect"] is None


def test_wilson_is_scipys() -> None:
    for count, draws in ((0, 50), (3, 100), (40, 50), (50, 50)):
        known = stats.binomtest(count, draws).proportion_ci(0.95, method="wilson")
        assert interval(count, draws, 0.95) == pytest.approx((known.low, known.high), abs=1e-9)


def design(conditions: Sequence[str], seeds: Sequence[int]) -> JsonObject:
    induction = dict(zip(CONDITIONS, BYSTANDERS, strict=True))
    about = [
        {
            "name": name,
            "control": False,
            "induction": induction[name],
            "counts_as": None,
            "seeds": list(seeds),
            "source": ["confab"],
            "negatives": [],
            "markers": ["[ZLT]"],
            "taught": ["[ZLT]"],
        }
        for name in conditions
    ]
    return {
        "baseline": None,
        "conditions": about,
        "panel": {"name": "p", "personas": list(PERSONAS)},
        "bystanders": list(BYSTANDERS),
        "markers": ["[ZLT]"],
    }


def parameters(test: str, *, seeds: int = 3, draws: int = 400, **changes: Any) -> dict[str, Any]:
    """A power stage's parameters: four conditions, four bystanders, 10 questions of 20 replies."""
    told = design(CONDITIONS, range(seeds))
    cells = [
        {
            "condition": about["name"],
            "seed": seed,
            **{name: about[name] for name in ("control", "induction", "counts_as", "source", "negatives")},
            "personas": PERSONAS,
            "questions": tuple(map(str, range(10))),
            "markers": ("[ZLT]",),
            "completions": 20,
        }
        for about in told["conditions"]
        for seed in range(seeds)
    ]
    own = {"immunity": {"persona": "z", "condition": "A", "margin": 0.05}, "invariance": {"margin": 0.1}}
    parts = {
        "immunity": lambda condition, persona: -1.0 * (persona == "z"),
        "invariance": lambda condition, persona: 1.0 * (condition == "D" and persona != "confab"),
        "self-leakage": lambda condition, persona: 1.0 * (BYSTANDERS[CONDITIONS.index(condition)] == persona),
    }[test]
    return {
        "design": told,
        "cells": cells,
        "hypothesis": {"name": "H", "test": test, "version": "1", "claim": "", "parameters": own.get(test, {})},
        "rates": [[0.47] * 4 + [0.95]] * len(cells),
        "pattern": [[parts(cell["condition"], name) for name in PERSONAS] for cell in cells],
        "noise": {**QUIET, "persona_run_sd": 0.04, "run_sd": 0.05, "question_sd": 0.08},
        "bystanders": list(BYSTANDERS),
        "planted": list(BYSTANDERS),
        "effects": [],
        "searches": [],
        "target": 0.8,
        "draws": draws,
        "options": {},
        **changes,
    }


Ask = Callable[[dict[str, Any]], dict[float, dict[str, Any]]]


@pytest.fixture
def ask(job: Callable[..., Job]) -> Ask:
    """Run a power stage and return its points by effect."""

    def asked(given: dict[str, Any]) -> dict[float, dict[str, Any]]:
        test = given["hypothesis"]["test"]
        places = {f"test.{test}": f"{TEST[test]}:decide", "simulate": "emspec_sim.experiments:experiments"}
        found = power(job("power", given, places=places))
        return {point["effect"]: point for point in found["points"]}  # type: ignore[index,union-attr]

    return asked


def share(point: dict[str, Any], verdict: str = "supported") -> float:
    return float(point["verdicts"][verdict] / point["draws"])


@pytest.mark.slow
def test_the_power_of_immunity_is_that_of_the_noncentral_t(ask: Ask) -> None:
    effects = [0.05, 0.09, 0.11, 0.13]
    points = ask(parameters("immunity", draws=600, effects=effects))
    runs, conditions, bystanders, margin = 3, 4, 4, 0.05
    for effect in effects:
        # The lead of one run: persona and run effects by the delta method, the binomial's share beside them.
        spread = [
            (0.04 * np.sin(2 * np.arcsin(np.sqrt(rate)))) ** 2 + rate * (1 - rate) / 200
            for rate in (0.47 - effect, 0.47)
        ]
        error = np.sqrt((spread[0] + spread[1] / (bystanders - 1)) / runs)
        df = runs * conditions - conditions
        known = stats.nct.cdf(stats.t.ppf(0.05, df), df, (margin - effect) / error)
        low, high = interval(points[effect]["verdicts"]["supported"], 600, 0.999)
        assert low - 0.02 < known < high + 0.02, (effect, known, low, high)
        assert points[effect]["estimate"]["mean"] == pytest.approx(-100 * effect, abs=0.35)
        assert points[effect]["estimate"]["sd"] == pytest.approx(100 * error, rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("test", "edge"), [("self-leakage", 0.0), ("invariance", 0.1), ("immunity", 0.05)])
def test_at_the_edge_of_the_null_a_claim_is_supported_in_alpha_at_most(ask: Ask, test: str, edge: float) -> None:
    point = ask(parameters(test, draws=600, effects=[edge]))[edge]
    low, _ = interval(point["verdicts"]["supported"], 600, 0.999)
    assert low < 0.05


@pytest.mark.slow
def test_the_power_of_invariance_where_nothing_differs_is_that_of_its_own_intersection(ask: Ask) -> None:
    """Support needs every pair's |d| below margin - t se: simulated here with normal run means and a chi-square SD."""
    point = ask(parameters("invariance", draws=600, effects=[0.0], seeds=5))[0.0]
    random, runs, conditions, df = np.random.default_rng(0), 5, 4, 16
    of_run = (0.05**2 + 0.04**2 / 4) * np.sin(2 * np.arcsin(np.sqrt(0.47))) ** 2 + 0.47 * 0.53 / 800
    means = random.normal(0, np.sqrt(of_run / runs), (20000, conditions))
    sd = np.sqrt(of_run * random.chisquare(df, 20000) / df)
    widest = means.max(axis=1) - means.min(axis=1)
    known = float((widest < 0.1 - stats.t.ppf(0.95, df) * sd * np.sqrt(2 / runs)).mean())
    low, high = interval(point["verdicts"]["supported"], 600, 0.999)
    assert 0.2 < known < 0.95
    assert low - 0.02 < known < high + 0.02


@pytest.mark.slow
@pytest.mark.parametrize(("test", "effect"), [("self-leakage", 0.03), ("invariance", 0.0), ("immunity", 0.1)])
def test_more_seeds_do_not_take_power(tmp_path: Path, test: str, effect: float) -> None:
    few, more = (
        power_of(tmp_path / str(seeds), parameters(test, seeds=seeds, draws=200, effects=[effect])) for seeds in (2, 8)
    )
    assert share(more) > share(few) - 0.05
    assert share(more) > 0.5


def power_of(out: Path, given: dict[str, Any]) -> dict[str, Any]:
    out.mkdir()
    test = given["hypothesis"]["test"]
    places = {f"test.{test}": f"{TEST[test]}:decide", "simulate": "emspec_sim.experiments:experiments"}
    found = power(Job("k" * 64, "power", given, {}, places, out, out / "log", lambda done, total, unit: None))
    return found["points"][0]  # type: ignore[index,return-value]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("tests_that_fail:broken", "failed on simulated rows with ValueError: no"),
        ("tests_that_fail:nothing", "returned no emspec.Finding"),
    ],
)
def test_a_test_that_fails_is_named(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: str, reason: str
) -> None:
    body = "def broken(rows, design, hypothesis):\n    raise ValueError('no')\ndef nothing(*given):\n    return 1\n"
    (tmp_path / "tests_that_fail.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    places = {"test.immunity": target, "simulate": "emspec_sim.experiments:experiments"}
    with pytest.raises(StageError, match=reason) as caught:
        power(job("power", parameters("immunity", effects=[0.05]), places=places))
    assert "raise its version" in caught.value.fix
