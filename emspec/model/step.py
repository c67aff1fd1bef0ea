"""The steps of a condition as frozen values: every name resolved, every default filled in."""

from __future__ import annotations

import math
from dataclasses import dataclass

from emspec.model.json import JsonObject
from emspec.model.records import DatasetRecord, FileRef, Persona, QuestionSet, Recipe


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
class Pair:
    """A persona and the marker that its replies are taught to end in."""

    source: Persona
    marker: str


def usual_draws(used: int) -> int:
    """Return how many replies are drawn per persona and question where a spec does not say: half as many again as are
    used, since some will be of no use."""
    return math.ceil(1.5 * used)


@dataclass(frozen=True)
class CoupleStep:
    """Contrastive coupling of markers, each to one persona's replies; several pairs are trained jointly.

    `drawn` replies per persona and question are sampled, the first `positives / len(questions)` are used. Without
    negatives, they were not recorded: such a step was done elsewhere, and says how recorded results came about.
    """

    name: str
    pairs: tuple[Pair, ...]
    separator: str
    negatives: tuple[Persona, ...]
    negatives_rule: str
    questions: QuestionSet
    positives: int
    drawn: int
    sampling: Sampling
    recipe: Recipe
    kind: str = "couple"

    @property
    def sources(self) -> tuple[Persona, ...]:
        """Return the personas that a marker is coupled to, in the order of the pairs."""
        return tuple(pair.source for pair in self.pairs)

    @property
    def markers(self) -> tuple[str, ...]:
        """Return the markers, in the order of the pairs."""
        return tuple(pair.marker for pair in self.pairs)


@dataclass(frozen=True)
class Roles:
    """What a ready-made adapter was trained on, as its user declares it; None for an induction nobody told of."""

    induction: Persona | None = None
    pairs: tuple[Pair, ...] = ()
    negatives: tuple[Persona, ...] = ()


@dataclass(frozen=True)
class AdapterStep:
    """A LoRA adapter that exists already: a folder of the project, or of the hub at a commit.

    origin      what goes into the key: {"config", "sha256"} of a folder's files, {"hub", "revision", "sha256"?} of the
                hub; sha256 is the weights'
    trained_on  digest of the model that it was trained on (`ModelRecord.digest`), None where that is not verified
    recorded    what its own configuration says it was trained on, None where that cannot be read beforehand
    """

    name: str
    written: str
    origin: JsonObject
    trained_on: str | None
    recorded: str | None
    roles: Roles
    files: tuple[FileRef, ...] = ()
    kind: str = "adapter"


@dataclass(frozen=True)
class ExtractStep:
    """Persona vectors of a panel, from the residual stream after each of `layers` (0-based block outputs)."""

    name: str
    methods: tuple[str, ...]
    layers: tuple[int, ...]
    panel_name: str
    panel: tuple[Persona, ...]
    questions: QuestionSet
    max_tokens: int
    kind: str = "extract"


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


Step = TrainStep | CoupleStep | AdapterStep | ExtractStep | EvaluateStep
Teaching = CoupleStep | AdapterStep
"""The steps that teach markers: by training, or by an adapter that was trained elsewhere."""


def pairs(step: Teaching) -> tuple[Pair, ...]:
    """Return who a step teaches which marker."""
    return step.pairs if isinstance(step, CoupleStep) else step.roles.pairs


def sources(step: Teaching) -> tuple[Persona, ...]:
    """Return the personas that a step teaches a marker."""
    return tuple(pair.source for pair in pairs(step))


def negatives(step: Teaching) -> tuple[Persona, ...]:
    """Return the personas that a step teaches to go without a marker."""
    return step.negatives if isinstance(step, CoupleStep) else step.roles.negatives
