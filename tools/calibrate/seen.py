"""One simulated experiment, what a report and a test say of it, and the exact truth that their intervals are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa
from emspec_sim.experiments import Experiments
from emspec_stats.summary import summary

from emspec import Finding, Json, JsonObject
from tools.calibrate.nulls import APART, SPARED
from tools.calibrate.trials import load
from tools.calibrate.world import Noise, Rates, World, asked, world

MARKER = "[ZLT]"
RUNS = ("run_sd", "persona_run_sd")
PERSONAS = ("persona_sd", "persona_run_sd")
LEVELLED: JsonObject = {"alpha": 0.025}
"""At this alpha the interval that a one-sided test goes by is the 95 % one."""

Held = tuple[bool, float]
"""Whether an interval holds the truth, and its width."""


@dataclass(frozen=True)
class Seen:
    """One experiment. Truths are rates (fractions), expected over questions, cells and the effects that are named."""

    place: World
    simulator: Experiments
    rates: Rates
    number: int
    table: pa.Table

    @property
    def panel(self) -> list[str]:
        """Return the personas of every cell."""
        return names(self.place.cells[0]["personas"])

    def truth(self, *over: str) -> np.ndarray:
        """Return the expected rates, shape (cells, personas)."""
        flat = self.simulator.expected(self.number, self.rates, over)
        return flat.reshape(len(self.place.cells), -1)

    def of_condition(self, name: str, personas: Sequence[str], *over: str) -> float:
        """Return the expected mean rate of some personas over a condition's runs."""
        at = [self.panel.index(persona) for persona in personas]
        runs = [number for number, cell in enumerate(self.place.cells) if cell["condition"] == name]
        return float(self.truth(*over)[np.ix_(runs, at)].mean())

    def shown(self) -> Mapping[str, Json]:
        """Return the summary that a report shows."""
        return summary(self.table, self.place.design, MARKER)

    def cells(self, shown: Mapping[str, Json]) -> list[Held]:
        """Return what the interval of each persona of each run holds."""
        truth, panel = self.truth(), self.panel
        found = cast("Sequence[Mapping[str, Json]]", shown["cells"])
        return [_inside(truth[cast(int, cell["cell"]) - 1, panel.index(str(cell["persona"]))], cell) for cell in found]

    def conditions(self, shown: Mapping[str, Json], name: str, *over: str) -> list[Held]:
        """Return what the interval of each condition's bystander rate holds, of those that the summary gives a name."""
        rates = cast("Mapping[str, Mapping[str, Mapping[str, Json] | None]]", shown["rates"])
        found = [(condition, rates[condition][name]) for condition in self.place.conditions]
        bystanders = self.place.bystanders
        return [_inside(self.of_condition(condition, bystanders, *over), rate) for condition, rate in found if rate]

    def contrast(self, *over: str, **more: Json) -> list[Held]:
        """Return what the interval of a contrast holds."""
        of, against = str(APART["of"]), str(APART["against"])
        truth = [self.of_condition(name, self.place.bystanders, *over) for name in (of, against)]
        return [self._test("contrast", {**APART, **more}, truth[0] - truth[1])]

    def own(self) -> list[Held]:
        """Return what the interval of self-leakage holds: 0, every persona's rate being the same in all conditions."""
        return [self._test("self-leakage", {}, 0.0)]

    def lead(self) -> list[Held]:
        """Return what the interval of immunity holds."""
        persona, condition = str(SPARED["persona"]), str(SPARED["condition"])
        others = [name for name in self.place.bystanders if name != persona]
        truth = [self.of_condition(condition, whose, *RUNS) for whose in ((persona,), others)]
        return [self._test("immunity", SPARED, truth[0] - truth[1])]

    def _test(self, test: str, parameters: JsonObject, truth: float) -> Held:
        found: Finding = load(test)(self.table, self.place.design, asked("T", test, {**parameters, **LEVELLED}))
        assert found.level == 0.95
        assert found.low is not None
        assert found.high is not None
        return found.low <= 100 * truth <= found.high, (found.high - found.low) / 100


@dataclass(frozen=True)
class Source:
    """Makes the experiments of a design under some noise; `rates` by condition, each the same for all personas."""

    place: World
    simulator: Experiments
    rates: Rates

    @classmethod
    def of(cls, seeds: int, noise: Noise, rates: Mapping[str, float] | None = None) -> Source:
        """Return the source for a number of seeds; conditions that `rates` does not name have the noise's rate."""
        place = world(seeds)
        given = rates or {}
        held = [[given.get(str(cell["condition"]), noise.rate)] * len(names(cell["personas"])) for cell in place.cells]
        return cls(place, place.simulator(noise), held)

    def see(self, number: int) -> Seen:
        """Return one experiment."""
        return Seen(
            self.place, self.simulator, self.rates, number, self.place.table(self.simulator, number, self.rates)
        )


def names(value: Json) -> list[str]:
    """Return a list of names."""
    return list(map(str, cast("Sequence[Json]", value)))


def _inside(truth: float, interval: Mapping[str, Json]) -> Held:
    low, high = float(str(interval["low"])), float(str(interval["high"]))
    return low <= truth <= high, high - low
