"""Issue #200's design with simulated replies: row tables of an experiment whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import pyarrow as pa
from emspec_sim.experiments import Experiments, experiments
from emspec_stats.simulated import SimulatedRows

from emspec import Alternative, Json, JsonObject, design_of
from emspec.language import load
from emspec.model.experiment import Experiment, Hypothesis
from emspec.model.plugin import Catalog
from emspec.plugins import discover
from emspec.power.truth import truth
from emspec.power.variants import DESIGNED, Variant, variants, with_seeds

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "specs" / "issue200.yaml"
Rates = Sequence[Sequence[float]]
Pattern = Mapping[str, Mapping[str, float]]
"""By condition and persona, the part of an effect that is added to the rate there."""


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """Return what the installed plugins bring."""
    return discover()[0]


@dataclass(frozen=True)
class Noise:
    """What differs between the simulated worlds: the run SD (radians), the bystanders' rate, and whether personas have
    lasting effects that do not cancel, being a sample themselves."""

    run_sd: float = 0.049
    rate: float = 0.47
    personas_sampled: bool = False


@dataclass(frozen=True)
class World:
    """A design whose experiments can be simulated."""

    experiment: Experiment

    @cached_property
    def design(self) -> JsonObject:
        """Return the design as the analysis gets it."""
        return design_of(self.experiment)

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """Return the conditions that are compared, in the spec's order."""
        return tuple(one.name for one in self.experiment.conditions if not one.control)

    @property
    def bystanders(self) -> tuple[str, ...]:
        """Return the bystanders."""
        held = self.design["bystanders"]
        assert isinstance(held, Sequence)
        return tuple(map(str, held))

    @cached_property
    def cells(self) -> Sequence[Mapping[str, Json]]:
        """Return the cells as a rows stage has them."""
        return truth(self.experiment, self.experiment.hypotheses[0], Alternative("nothing", {}, 0.0)).cells

    @cached_property
    def rows(self) -> SimulatedRows:
        """Return what makes row tables of the cells."""
        return SimulatedRows([dict(cell) for cell in self.cells])

    def rates(self, noise: Noise, pattern: Pattern, effect: float) -> Rates:
        """Return the planted rate of each persona of each cell, an effect laid over the noise's rate."""
        experiment = replace(self.experiment, noise=replace(self.experiment.noise, rate=noise.rate))
        planted = truth(experiment, experiment.hypotheses[0], Alternative("an effect", pattern, 0.0))
        pairs = zip(planted.rates, planted.pattern, strict=True)
        return [[rate + effect * part for rate, part in zip(*cell, strict=True)] for cell in pairs]

    def simulator(self, noise: Noise, planted: Sequence[str] = ()) -> Experiments:
        """Return what draws the replies' hits; personas in `planted` have no lasting effect of their own."""
        sds = {**asdict(self.experiment.noise), "run_sd": noise.run_sd}
        free = () if noise.personas_sampled else self.bystanders
        cells = [dict(cell) for cell in self.cells]
        return experiments({"noise": sds, "cells": cells, "bystanders": free, "planted": list(planted)})

    def table(self, simulator: Experiments, number: int, rates: Rates) -> pa.Table:
        """Return the row table of one experiment."""
        return self.rows.table(simulator.hits(number, rates))


@lru_cache(maxsize=1)
def _variants() -> tuple[Variant, ...]:
    return variants(load(SPEC, profile="sim", catalog=catalog()))


@lru_cache(maxsize=8)
def world(seeds: int = 3, variant: str = DESIGNED) -> World:
    """Return the design of issue #200, or a variant of it (emspec.power.variants), with so many seeds."""
    experiment = next(one.experiment for one in _variants() if one.name == variant)
    return World(with_seeds(experiment, seeds))


def asked(name: str, test: str, parameters: JsonObject) -> JsonObject:
    """Return a hypothesis as the analysis gets it."""
    version = catalog().tests[test].version
    return {"name": name, "test": test, "version": version, "claim": name, "parameters": parameters}


def alternative(place: World, test: str, parameters: JsonObject) -> Alternative:
    """Return what a test is to find, as the test's plugin says it."""
    planted = catalog().tests[test].alternative
    found = planted(place.experiment, Hypothesis("H", test, "", parameters)) if planted else None
    assert found is not None
    return found
