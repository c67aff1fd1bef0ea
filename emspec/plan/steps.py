"""What each kind of step compiles to. A new step kind is a function here and a line in STEPS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from emspec.model.experiment import BackendChoice, CoupleStep, EvaluateStep, Sampling, Step, TrainStep
from emspec.model.json import Json, JsonObject
from emspec.model.records import Persona
from emspec.plan.estimate import couple_cost, evaluate_cost, replies_cost, train_cost
from emspec.plan.stages import Request, StageSet, data_request

Chain = Mapping[str, str]
"""The adapters beneath a step: "adapter.1" (the oldest), "adapter.2", ... to stage keys."""


def step_stages(step: Step, seed: int, chain: Chain, label: str, stages: StageSet) -> Mapping[str, str]:
    """Add a step's stages and return their keys under the step's name, and NAME.replies or NAME.score beside it."""
    return _STEPS[step.kind](step, seed, chain, label, stages)


def leaves_adapter(step: Step) -> bool:
    """Return whether the step changes the model that the next step takes."""
    return not isinstance(step, EvaluateStep)


def _train(step: TrainStep, seed: int, chain: Chain, label: str, stages: StageSet) -> Mapping[str, str]:
    rows = stages.add(data_request(step.data))
    parameters: JsonObject = {
        "model": stages.experiment.model.identity,
        "system": step.persona.text if step.persona else None,
        "own_system": step.own_system,
        "recipe": step.recipe.fields,
        "seed": seed,
    }
    choice = stages.chosen("train", step.name)
    inputs = {"data": rows, **chain}
    return {step.name: stages.add(Request("train", choice, parameters, label, step.name, inputs, train_cost(step)))}


def _couple(step: CoupleStep, seed: int, chain: Chain, label: str, stages: StageSet) -> Mapping[str, str]:
    name = f"{step.name}.replies"
    choice = stages.chosen("generate", name)
    drawn = _replies((step.source, *step.negatives), step.questions.questions, step.drawn, step.sampling, seed)
    parameters = _for_backend(drawn, (step.source, *step.negatives), choice, stages)
    replies = stages.add(Request("generate", choice, parameters, f"{label}.replies", name, chain, replies_cost(step)))
    training: JsonObject = {
        "model": stages.experiment.model.identity,
        "marker": step.marker,
        "separator": step.separator,
        "source": step.source.text,
        "negatives": tuple(persona.text for persona in step.negatives),
        "questions": step.questions.questions,
        "positives": step.positives,
        "recipe": step.recipe.fields,
        "seed": seed,
    }
    inputs = {"replies": replies, **chain}
    trainer = stages.chosen("couple", step.name)
    key = stages.add(Request("couple", trainer, training, label, step.name, inputs, couple_cost(step)))
    return {name: replies, step.name: key}


def _evaluate(step: EvaluateStep, seed: int, chain: Chain, label: str, stages: StageSet) -> Mapping[str, str]:
    choice = stages.chosen("generate", step.name)
    drawn = _replies(step.panel, step.questions.questions, step.completions, step.sampling, seed)
    parameters = _for_backend(drawn, step.panel, choice, stages)
    replies = stages.add(Request("generate", choice, parameters, label, step.name, chain, evaluate_cost(step)))
    name = f"{step.name}.score"
    markers: JsonObject = {"markers": step.markers}
    score = Request("score", stages.chosen("score"), markers, f"{label}.score", name, {"replies": replies})
    return {step.name: replies, name: stages.add(score)}


def _replies(
    personas: tuple[Persona, ...], questions: tuple[str, ...], samples: int, sampling: Sampling, seed: int
) -> dict[str, Json]:
    return {
        "systems": tuple(persona.text for persona in personas),
        "questions": questions,
        "samples": samples,
        "sampling": asdict(sampling),
        "seed": seed,
    }


def _for_backend(
    drawn: dict[str, Json], personas: tuple[Persona, ...], choice: BackendChoice, stages: StageSet
) -> JsonObject:
    """Add the model, and the personas' names where the backend knows them by name."""
    parameters = {"model": stages.experiment.model.identity, **drawn}
    if not stages.backend("generate", choice).named:
        return parameters
    return {**parameters, "names": {"systems": tuple(p.name for p in personas), "questions": drawn["questions"]}}


_STEPS: Mapping[str, Callable[..., Mapping[str, str]]] = {
    "train": _train,
    "couple": _couple,
    "marker-eval": _evaluate,
}
