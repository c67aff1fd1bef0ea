"""The planted truth: how often a persona's reply to a question carries a marker."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast

from emspec import Json, JsonObject, StageError
from emspec_sim import SCENARIO
from emspec_sim.draws import normal
from emspec_sim.training import Coupling


@dataclass(frozen=True)
class Scenario:
    """The options of the simulated replies, as emspec_sim.SCENARIO describes them."""

    source_rate: float
    bystander_rate: float
    em_rate: float
    self_effect: float
    negative_effect: float
    personas: Mapping[str, float]
    induced: Mapping[str, float]
    question_sd: float
    persona_sd: float
    persona_run_sd: float
    cell_sd: float
    run_sd: float
    inside_share: float
    sentences: int
    world: int

    @classmethod
    def read(cls, options: JsonObject) -> Scenario:
        """Return the scenario of a stage's options; what they do not name has its default."""
        defaults = {name: cast(JsonObject, rule)["default"] for name, rule in SCENARIO.items()}
        return cls(**cast("dict[str, float]", {**defaults, **options}))  # type: ignore[arg-type]

    @property
    def total_sd(self) -> float:
        """SD of all effects together, radians."""
        return math.hypot(self.question_sd, self.persona_sd, self.persona_run_sd, self.cell_sd, self.run_sd)


@dataclass(frozen=True)
class Run:
    """What one simulated run is: the seed, and what its adapters say of themselves."""

    seed: int
    provenance: Sequence[str]


def check_names(scenario: Scenario, names: Sequence[str]) -> None:
    """Raise StageError for a persona of the scenario that the panel does not have."""
    for option, asked in (("personas", scenario.personas), ("induced", scenario.induced)):
        for name in asked:
            prompt = option == "induced" and (name == "none" or " " in name)
            if name not in names and not prompt:
                near = get_close_matches(name, names, 1) or [", ".join(names)]
                raise StageError(
                    f"the scenario's {option} names {name}, which is not in the panel",
                    f"is it {near[0]}? a scenario that is right for one step only belongs to that step's backend",
                )


def planted_rate(scenario: Scenario, coupling: Coupling, panel: Mapping[str, str | None], name: str) -> float:
    """Return the expected rate of a persona of the panel (names to prompts), as a fraction."""
    system = panel[name]
    if system == coupling.source:
        return scenario.source_rate
    rate = scenario.personas.get(name, 0.0) + (scenario.em_rate if coupling.induced else scenario.bystander_rate)
    if system in coupling.negatives:
        rate += scenario.negative_effect
    if coupling.induced:
        rate += scenario.self_effect if system == coupling.induction else 0.0
        rate += _induced(scenario, coupling, panel)
    return min(1.0, max(0.0, rate))


def _induced(scenario: Scenario, coupling: Coupling, panel: Mapping[str, str | None]) -> float:
    if coupling.induction is None:
        return scenario.induced.get("none", 0.0)
    called = [name for name, system in panel.items() if system == coupling.induction]
    return sum(scenario.induced.get(name, 0.0) for name in (coupling.induction, *called))


class Leakage:
    """Probabilities of one marker in one run.

    A probability is sin^2(c + e): e sums the normal effects of question, persona and run, c is such that the mean over
    all effects is the planted rate, E sin^2(c + e) = (1 - cos(2 c) exp(-2 sd^2)) / 2. Near 0 and 1, where no c does
    that, the effects are made smaller until one does; a rate of 0 or 1 has none.
    """

    def __init__(self, scenario: Scenario, coupling: Coupling, run: Run) -> None:
        self._scenario = scenario
        self._coupling = coupling
        self._own: list[Json] = [scenario.world, coupling.marker, run.seed, list(run.provenance)]
        self._of_run = scenario.run_sd * normal("run", *self._own)

    def of_persona(self, panel: Mapping[str, str | None], name: str, questions: Sequence[str]) -> list[float]:
        """Return the probability for each question, as a fraction."""
        rate = planted_rate(self._scenario, self._coupling, panel, name)
        angle, share = centre(rate, self._scenario.total_sd)
        persona = self._of_run + self._persona(panel[name])
        return [math.sin(angle + share * (persona + self._question(panel[name], text))) ** 2 for text in questions]

    def _persona(self, system: str | None) -> float:
        kept = self._scenario.persona_sd * normal("persona", self._scenario.world, system)
        return kept + self._scenario.persona_run_sd * normal("persona", *self._own, system)

    def _question(self, system: str | None, question: str) -> float:
        kept = self._scenario.question_sd * normal("question", self._scenario.world, question)
        return kept + self._scenario.cell_sd * normal("cell", *self._own, system, question)


def centre(rate: float, sd: float) -> tuple[float, float]:
    """Return the angle and the share of effects with SD `sd` (radians) whose mean rate is `rate`: see Leakage."""
    slope = 1 - 2 * rate
    room = math.sqrt(-math.log(abs(slope)) / 2) if slope else math.inf
    share = min(1.0, room / sd) if sd else 1.0
    cosine = slope * math.exp(2 * (share * sd) ** 2)
    return math.acos(min(1.0, max(-1.0, cosine))) / 2, share
