"""Coverage: how often nominal 95 % intervals hold the truth that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa
from emspec_sim.experiments import Experiments
from emspec_stats.summary import summary

from emspec import Finding, Json, JsonObject
from tools.calibrate.trials import chunks, load, mapped
from tools.calibrate.world import Noise, Rates, World, asked, world

RATES = (0.005, 0.01, 0.03, 0.1, 0.3, 0.47, 0.7, 0.9, 0.95)
ENOUGH = 20
"""Hits, and replies without one, expected from which on an interval is held to its level."""
LOW, HIGH = 0.93, 0.98
KINDS = (
    "cell",
    "condition, one run",
    "condition, these runs",
    "condition, personas sampled",
    "condition, runs sampled",
    "contrast",
    "contrast, personas sampled",
    "contrast, one run",
)
PERSONAS = ("persona_sd", "persona_run_sd")
CONTRAST: JsonObject = {"of": "B-villain", "against": "B0", "alpha": 0.025}
"""At this alpha the interval that the test goes by is the 95 % one."""


@dataclass(frozen=True)
class Task:
    """Some experiments at one rate, by number."""

    rate: float
    numbers: range


@dataclass(frozen=True)
class Covered:
    """Of one kind of interval at one rate: the share that hold the truth and its standard error over experiments,
    how many hits (or, if fewer, replies without one) an interval is of, and the mean width."""

    kind: str
    rate: float
    share: float
    error: float
    hits: float
    width: float

    @property
    def judged(self) -> bool:
        """Whether enough hits are expected."""
        return self.hits >= ENOUGH

    def holds(self, errors: float = 0.0) -> bool:
        """Whether the share lies within the target, or no farther beyond than so many standard errors."""
        slack = errors * self.error
        return not self.judged or LOW - slack <= self.share <= HIGH + slack


Held = Mapping[str, Sequence[tuple[bool, float]]]
"""By kind: for each interval of an experiment whether it holds the truth, and its width."""


def coverage(draws: int, rates: Sequence[float] = RATES, workers: int | None = None) -> list[Covered]:
    """Return the coverage of every kind of interval at every rate, over `draws` experiments each."""
    tasks = [Task(rate, numbers) for rate in rates for numbers in chunks(draws)]
    found: dict[tuple[str, float], list[tuple[float, float]]] = {}
    for task, experiments in zip(tasks, mapped(intervals, tasks, workers), strict=True):
        for held in experiments:
            for kind, several in held.items():
                means = np.array(several, dtype=np.float64).mean(axis=0)
                found.setdefault((kind, task.rate), []).append((float(means[0]), float(means[1])))
    return [_covered(kind, rate, np.array(found[kind, rate])) for kind in KINDS for rate in rates]


def _covered(kind: str, rate: float, each: np.ndarray) -> Covered:
    share, width = each.mean(axis=0)
    error = each[:, 0].std(ddof=1) / np.sqrt(len(each))
    return Covered(kind, rate, float(share), float(error), _expected(kind, rate), float(width))


def _expected(kind: str, rate: float) -> float:
    """Return how many hits, or replies without one if these are fewer, an interval of a kind is made of."""
    place = world()
    replies = sum(cast(int, cell["completions"]) * len(_list(cell["questions"])) for cell in place.cells[:1])
    personas = 1 if kind == "cell" else len(place.bystanders)
    runs = 1 if kind == "cell" or kind.endswith("one run") else 3
    return replies * personas * runs * min(rate, 1 - rate)


def intervals(task: Task) -> list[Held]:
    """Return what the intervals of each experiment of a task hold."""
    noise, people = Noise(rate=task.rate), Noise(rate=task.rate, personas_sampled=True)
    places = {runs: world(runs) for runs in (1, 3)}
    drawn = {(runs, one): places[runs].simulator(one) for runs in (1, 3) for one in (noise, people)}
    rates = {runs: _flat(places[runs], task.rate) for runs in (1, 3)}
    held: list[Held] = []
    for number in task.numbers:
        seen = {key: places[key[0]].table(simulator, number, rates[key[0]]) for key, simulator in drawn.items()}
        one, three = (_Seen(places[n], drawn[n, noise], seen[n, noise], number, rates[n]) for n in (1, 3))
        sampled = _Seen(places[3], drawn[3, people], seen[3, people], number, rates[3])
        held.append(dict(_held(one, three, sampled)))
    return held


def _flat(place: World, rate: float) -> Rates:
    """Return the same rate for every persona of every cell, the source among them."""
    return [[rate] * len(_list(cell["personas"])) for cell in place.cells]


@dataclass(frozen=True)
class _Seen:
    """One simulated experiment, and the truth behind it."""

    place: World
    simulator: Experiments
    table: pa.Table
    number: int
    rates: Rates

    def truth(self, *over: str) -> np.ndarray:
        """Return the expected rates, shape (cells, personas), over questions, cells and the named effects."""
        flat = self.simulator.expected(self.number, self.rates, over)
        return flat.reshape(len(self.place.cells), -1)

    def of_condition(self, name: str, *over: str) -> float:
        """Return the expected bystander rate of a condition's runs."""
        panel = _list(self.place.cells[0]["personas"])
        at = [panel.index(persona) for persona in self.place.bystanders]
        runs = [number for number, cell in enumerate(self.place.cells) if cell["condition"] == name]
        return float(self.truth(*over)[np.ix_(runs, at)].mean())

    def found(self) -> dict[str, Json]:
        """Return the summary that a report shows."""
        return summary(self.table, self.place.design, "[ZLT]")

    def contrast(self, **more: Json) -> Finding:
        """Return the finding of a contrast of two conditions."""
        parameters: JsonObject = {**CONTRAST, **more}
        return load("contrast")(self.table, self.place.design, asked("C", "contrast", parameters))


def _held(one: _Seen, three: _Seen, sampled: _Seen) -> Iterator[tuple[str, list[tuple[bool, float]]]]:
    shown, single, people = three.found(), one.found(), sampled.found()
    yield "cell", _cells(three, shown)
    yield "condition, one run", _conditions(one, single, "bystanders")
    yield "condition, these runs", _conditions(three, shown, "bystanders")
    yield "condition, personas sampled", _conditions(sampled, people, "personas_sampled", *PERSONAS)
    again = _conditions(three, shown, "runs_sampled", "run_sd", "persona_run_sd")
    yield "condition, runs sampled", again
    yield "contrast", [_difference(three, three.contrast(), "run_sd", "persona_run_sd")]
    lasting = sampled.contrast(personas="sampled")
    yield "contrast, personas sampled", [_difference(sampled, lasting, "run_sd", *PERSONAS)]
    yield "contrast, one run", [_difference(one, one.contrast())]


def _cells(seen: _Seen, shown: Mapping[str, Json]) -> list[tuple[bool, float]]:
    truth, panel = seen.truth(), _list(seen.place.cells[0]["personas"])
    found = cast("Sequence[Mapping[str, Json]]", shown["cells"])
    return [_inside(truth[cast(int, cell["cell"]) - 1, panel.index(str(cell["persona"]))], cell) for cell in found]


def _conditions(seen: _Seen, shown: Mapping[str, Json], name: str, *over: str) -> list[tuple[bool, float]]:
    rates = cast("Mapping[str, Mapping[str, Mapping[str, Json] | None]]", shown["rates"])
    found = [(condition, rates[condition][name]) for condition in seen.place.conditions if condition in rates]
    return [_inside(seen.of_condition(condition, *over), rate) for condition, rate in found if rate]


def _difference(seen: _Seen, found: Finding, *over: str) -> tuple[bool, float]:
    truth = seen.of_condition("B-villain", *over) - seen.of_condition("B0", *over)
    assert found.low is not None
    assert found.high is not None
    return found.low <= 100 * truth <= found.high, (found.high - found.low) / 100


def _inside(truth: float, interval: Mapping[str, Json]) -> tuple[bool, float]:
    low, high = float(str(interval["low"])), float(str(interval["high"]))
    return low <= truth <= high, high - low


def _list(value: Json) -> list[str]:
    return list(map(str, cast("Sequence[Json]", value)))
