"""A spec as frozen values: every name resolved, every default filled in, every condition spelled out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from emspec.errors import Place, Problem
from emspec.model.attainable import Attainable
from emspec.model.decision import Decision
from emspec.model.family import Family
from emspec.model.json import JsonObject
from emspec.model.noise import Noise
from emspec.model.records import FileRef, ModelRecord, Persona, Recording
from emspec.model.step import AdapterStep, CoupleStep, EvaluateStep, Pair, Step, Teaching, TrainStep, negatives, pairs


@dataclass(frozen=True)
class Condition:
    """One arm: its steps in order, those that it skips left out.

    counts_as  the persona that the arm stands for in persona tests, where it differs from the one trained under
    seeds      of its runs, in order; a gate may add some later
    results    recorded replies by seed, where the arm is not run: its steps say how the recorded model was trained
    """

    name: str
    control: bool
    stretch: bool
    counts_as: str | None
    steps: tuple[Step, ...]
    seeds: tuple[int, ...] = ()
    results: Mapping[int, Recording] = field(default_factory=dict)

    def runs(self, replicates: int) -> int:
        """Return how many runs the arm has where each seed is run so many times: recorded results are there once."""
        return sum(1 if seed in self.results else replicates for seed in self.seeds)

    @property
    def induction(self) -> TrainStep | None:
        """Return the last train step: the one whose persona the arm is induced under."""
        return next((step for step in reversed(self.steps) if isinstance(step, TrainStep)), None)

    @property
    def induction_persona(self) -> Persona | None:
        """Return the persona of the last train step, or else the one that a ready-made adapter declares."""
        for step in reversed(self.steps):
            if isinstance(step, TrainStep):
                return step.persona
            if isinstance(step, AdapterStep) and step.roles.induction:
                return step.roles.induction
        return None

    @property
    def couplings(self) -> tuple[CoupleStep, ...]:
        """Return the couple steps, in order."""
        return tuple(step for step in self.steps if isinstance(step, CoupleStep))

    @property
    def evaluations(self) -> tuple[EvaluateStep, ...]:
        """Return the evaluate steps, in order."""
        return tuple(step for step in self.steps if isinstance(step, EvaluateStep))

    @property
    def taught(self) -> tuple[str, ...]:
        """Return the markers that are taught before an evaluation, each once."""
        found = (pair.marker for step in self.evaluations for one in self.teaching_before(step) for pair in pairs(one))
        return tuple(dict.fromkeys(found))

    def teaching_before(self, evaluation: EvaluateStep) -> tuple[Teaching, ...]:
        """Return the couple and adapter steps that an evaluation sees the effect of."""
        before = self.steps[: self.steps.index(evaluation)]
        return tuple(step for step in before if isinstance(step, CoupleStep | AdapterStep))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Return who is taught which marker, over all steps."""
        return tuple(pair for step in self.steps if isinstance(step, CoupleStep | AdapterStep) for pair in pairs(step))

    @property
    def sources(self) -> frozenset[str]:
        """Return the personas that a marker is coupled to."""
        return frozenset(pair.source.name for pair in self.pairs)

    def sources_of(self, marker: str) -> frozenset[str]:
        """Return the personas that one marker is coupled to."""
        return frozenset(pair.source.name for pair in self.pairs if pair.marker == marker)

    @property
    def negatives(self) -> frozenset[str]:
        """Return the personas trained to go without a marker."""
        steps = (step for step in self.steps if isinstance(step, CoupleStep | AdapterStep))
        return frozenset(persona.name for step in steps for persona in negatives(step))


@dataclass(frozen=True)
class Measure:
    """A number for each persona, for a test to set leakage against.

    source  where the values are from, in words
    values  by persona; None where they come from vectors that a run has to extract first
    of      the extract step, and how its vectors are measured: {"step", "control", "method", "layer"}
    """

    name: str
    source: str
    values: Mapping[str, float] | None
    of: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class GateRule:
    """`metric` of a condition compared with `threshold` (a fraction of 1); `differs` compares its distance from the
    baseline's."""

    metric: str
    differs: bool
    comparison: str
    threshold: float


@dataclass(frozen=True)
class Gate:
    """Seeds that run only where the first ones give reason to; None for a rule that nobody has written yet.

    first, then  seeds
    beside       the baseline, which then gets the further seeds too; None for no such condition
    """

    first: tuple[int, ...]
    then: tuple[int, ...]
    rule: GateRule | None
    beside: str | None


@dataclass(frozen=True)
class Hypothesis:
    """A written hypothesis: the test kind that decides it, that test's parameters, and the rule it was registered with.

    `installed` is False where the language knows the test and no installed plugin brings it: it cannot be run.
    """

    name: str
    test: str
    claim: str
    parameters: JsonObject
    place: Place | None = None
    decide: Decision | None = None
    installed: bool = True


@dataclass(frozen=True)
class BackendChoice:
    """A backend by name, with its options; files among the options are named by digest."""

    name: str
    options: JsonObject = field(default_factory=dict)
    files: tuple[FileRef, ...] = ()


@dataclass(frozen=True)
class ProfileNote:
    """Which profile is laid over the spec, and each replacement it made, as (what, from, to)."""

    name: str
    note: str
    device: str
    replacements: tuple[tuple[str, str, str], ...]


class SpecText(Protocol):
    """The text that an experiment was read from: where what stands in it was written, the profile's text included.

    Paths lead through the text's keys. The place is that of the first path that is written, or else of what lacks it.
    """

    def of_spec(self, *paths: tuple[str | int, ...]) -> Place:
        """Return the place of a value of the spec."""

    def of_step(self, condition: str, step: str, *paths: tuple[str | int, ...]) -> Place:
        """Return the place of a value of a step, as one condition has it."""


@dataclass(frozen=True)
class Experiment:
    """A whole spec under one profile. `backends` is keyed by step name, or by stage kind for all steps.

    accepted    code of a design check -> the spec's reason for going on all the same
    attainable  what the test of each hypothesis can reach by this design
    seeds       those of all conditions together; `replicates` is how often each is run
    opened      for each condition with a gate whether it opened, None as long as that is not known
    noise       what power is computed under
    """

    issue: int | None
    title: str
    state: str
    superseded_by: int | None
    follows: tuple[int, ...]
    history: tuple[JsonObject, ...]
    model: ModelRecord
    personas_version: str
    seeds: tuple[int, ...]
    conditions: tuple[Condition, ...]
    baseline: str | None
    hypotheses: tuple[Hypothesis, ...]
    backends: Mapping[str, BackendChoice]
    profile: ProfileNote
    problems: tuple[Problem, ...] = ()
    accepted: Mapping[str, str] = field(default_factory=dict)
    attainable: Mapping[str, Attainable] = field(default_factory=dict)
    noise: Noise = field(default_factory=Noise)
    text: SpecText | None = field(default=None, repr=False, compare=False)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    gate: Gate | None = None
    opened: Mapping[str, bool] | None = None
    replicates: int = 1
    supersedes: tuple[int, ...] = ()
    families: tuple[Family, ...] = ()
