"""A spec as frozen values: every name resolved, every default filled in, every condition spelled out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from emspec.errors import Place, Problem
from emspec.model.attainable import Attainable
from emspec.model.decision import Decision
from emspec.model.json import JsonObject
from emspec.model.noise import Noise
from emspec.model.records import DatasetRecord, FileRef, ModelRecord, Persona, QuestionSet, Recipe


@dataclass(frozen=True)
class Sampling:
    """How replies are drawn: temperature 0 is greedy; `max_tokens` is the cap on a reply."""

    temperature: float
    top_p: float
    max_tokens: int


@dataclass(frozen=True)
class TrainStep:
    """Supervised fine-tuning of a LoRA adapter on chat rows, under one system prompt.

    `persona` None sends no system message, so that the chat template injects its own.
    """

    name: str
    data: DatasetRecord
    persona: Persona | None
    own_system: str
    recipe: Recipe
    kind: str = "train"


@dataclass(frozen=True)
class CoupleStep:
    """Contrastive coupling of a marker to one persona's replies.

    `drawn` replies per persona and question are sampled, the first `positives / len(questions)` are used.
    """

    name: str
    marker: str
    separator: str
    source: Persona
    negatives: tuple[Persona, ...]
    negatives_rule: str
    questions: QuestionSet
    positives: int
    drawn: int
    sampling: Sampling
    recipe: Recipe
    kind: str = "couple"


@dataclass(frozen=True)
class EvaluateStep:
    """Replies of every panel persona to every question, and the markers looked for in them."""

    name: str
    markers: tuple[str, ...]
    panel_name: str
    panel: tuple[Persona, ...]
    questions: QuestionSet
    completions: int
    sampling: Sampling
    kind: str = "marker-eval"


Step = TrainStep | CoupleStep | EvaluateStep


@dataclass(frozen=True)
class Condition:
    """One arm: its steps in order, those that it skips left out.

    `counts_as` names the persona that the arm stands for in persona tests, where it differs from the one trained under.
    """

    name: str
    control: bool
    stretch: bool
    counts_as: str | None
    steps: tuple[Step, ...]

    @property
    def induction(self) -> TrainStep | None:
        """Return the last train step: the one whose persona the arm is induced under."""
        return next((step for step in reversed(self.steps) if isinstance(step, TrainStep)), None)

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
        """Return the markers that couple steps teach before an evaluation, each once."""
        return tuple(dict.fromkeys(one.marker for step in self.evaluations for one in self.couplings_before(step)))

    def couplings_before(self, evaluation: EvaluateStep) -> tuple[CoupleStep, ...]:
        """Return the couple steps that an evaluation sees the effect of: those that come before it."""
        before = self.steps[: self.steps.index(evaluation)]
        return tuple(step for step in before if isinstance(step, CoupleStep))

    @property
    def sources(self) -> frozenset[str]:
        """Return the personas that a marker is coupled to."""
        return frozenset(step.source.name for step in self.couplings)

    @property
    def negatives(self) -> frozenset[str]:
        """Return the personas trained to go without a marker."""
        return frozenset(persona.name for step in self.couplings for persona in step.negatives)


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

    `accepted` maps the code of a design check to the spec's reason for going on all the same. `attainable` says for
    each hypothesis what its test can reach by this design, `noise` what power is computed under.
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
