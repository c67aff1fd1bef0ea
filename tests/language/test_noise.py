"""The noise model: one set of defaults in schema, core and simulator, and where its figures come from."""

from __future__ import annotations

from dataclasses import asdict
from math import asin, comb, hypot, sqrt

import numpy as np
import pytest
from emspec_sim.experiments import SDS
from emspec_sim.scenario import Scenario
from studies import recorded

from emspec.errors import SpecError
from emspec.language.joined import core
from emspec.model.noise import Noise
from emspec.power.report import points

N = 10


def test_schema_core_and_simulator_have_the_same_defaults() -> None:
    rules = core("spec")["properties"]["noise"]["properties"]
    assert {name: rule["default"] for name, rule in rules.items()} == asdict(Noise())
    scenario = Scenario.read({})
    assert {name: getattr(scenario, name) for name in SDS} == {name: getattr(Noise(), name) for name in SDS}
    assert scenario.em_rate == Noise().rate


def test_the_run_sd_is_the_one_measured() -> None:
    assert points(Noise().run_sd, 0.11) == pytest.approx(3.0, abs=0.1)
    assert points(Noise().run_sd, 0.47) == pytest.approx(4.9, abs=0.1)


def angle(hits: float) -> float:
    return asin(sqrt((hits + 3 / 8) / (N + 3 / 4)))


def binomial(rate: float) -> float:
    """The variance of an angle of N replies at a rate."""
    weights = np.array([comb(N, k) * rate**k * (1 - rate) ** (N - k) for k in range(N + 1)])
    angles = np.array([angle(k) for k in range(N + 1)])
    return float(weights @ angles**2 - (weights @ angles) ** 2)


def estimates() -> dict[str, float]:
    """Variances by the method of moments, runs (conditions), personas and questions crossed, no replication."""
    hits = np.array(
        [
            [one for name, one in held.items() if name != "confab"]
            for (issue, _), held in recorded().items()
            if issue == "205"
        ]
    )
    y = np.vectorize(angle)(hits)
    runs, personas, questions = y.shape

    def square(*kept: int) -> float:
        """The sum of squares of the means over all but the kept axes, for every reply."""
        gone = tuple(axis for axis in range(3) if axis not in kept)
        means = y.mean(axis=gone) - y.mean()
        return float((means**2).sum() * y.size / means.size) if kept else 0.0

    r, p, q = runs - 1, personas - 1, questions - 1
    pairs = {(0, 1): r * p, (0, 2): r * q, (1, 2): p * q}
    of_pair = {kept: (square(*kept) - square(kept[0]) - square(kept[1])) / df for kept, df in pairs.items()}
    every = float(((y - y.mean()) ** 2).sum())
    explained = sum(df * of_pair[kept] for kept, df in pairs.items()) + square(0) + square(1) + square(2)
    rest = (every - explained) / (r * p * q)
    return {
        "question_sd": (square(2) / q - of_pair[0, 2] - of_pair[1, 2] + rest) / (runs * personas),
        "persona_sd": (square(1) / p - of_pair[0, 1] - of_pair[1, 2] + rest) / (runs * questions),
        "persona_run_sd": (of_pair[0, 1] - rest) / questions,
        "cell_sd": rest - float(np.mean([binomial(rate) for rate in hits.mean(axis=(0, 1)) / N])),
    }


def test_the_defaults_are_the_moments_of_the_recorded_hits() -> None:
    found = estimates()
    for name in ("question_sd", "persona_sd", "persona_run_sd"):
        assert sqrt(found[name]) == pytest.approx(getattr(Noise(), name), abs=0.001), name
    error = 0.024 * sqrt(2 / (4 * 10 * 27))  # of the residual mean square, most of it the binomial's
    assert found["cell_sd"] == pytest.approx(0.010**2, abs=2e-5)
    assert abs(found["cell_sd"] - Noise().cell_sd ** 2) < error


def test_noise_is_read_from_the_spec(compiled: object) -> None:
    marked = ("hypotheses:", "noise: {rate: 0.11, run_sd: 0}\nhypotheses:")
    noise = compiled(marked).noise  # type: ignore[operator]
    assert (noise.rate, noise.run_sd, noise.question_sd) == (0.11, 0.0, 0.088)
    assert compiled().noise == Noise()  # type: ignore[operator]
    assert hypot(noise.question_sd) == 0.088


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("noise: {rate: 1}", "`rate` must be less than 1"),
        ("noise: {run_sd: -1}", "`run_sd` must be at least 0"),
        ("noise: {runs_sd: 0.1}", "runs_sd"),
        ("noise: 5", "noise"),
    ],
)
def test_noise_that_makes_no_sense_is_an_error_at_its_place(compiled: object, text: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(("hypotheses:", f"{text}\nhypotheses:"))  # type: ignore[operator]
    (problem,) = caught.value.problems
    assert message in problem.message
    assert problem.place
