"""What each kind of step compiles to. A new step kind is a function here and a line in STEPS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

from emspec.model.experiment import BackendChoice, Condition
from emspec.model.json import Json, JsonObject
from emspec.model.records import Persona
from emspec.model.step import AdapterStep, CoupleStep, EvaluateStep, ExtractStep, Roles, Sampling, Step, TrainStep
from emspec.plan.estimate import couple_cost, evaluate_cost, extract_cost, replies_cost, train_cost
from emspec.plan.stages import Request, StageSet, data_request

Chain = Mapping[str, str]
"""The adapters beneath a step: "adapter.1" (the oldest), "adapter.2", ... to stage keys."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a condition: its seed, and which of the runs of that seed it is, counted from 1."""

    condition: Condition
    seed: int
    replicate: int = 1

    @property
    def drawn(self) -> JsonObject:
        """What all its random draws start from; the first run of a seed is named by the seed alone."""
        return {"seed": self.seed} if self.replicate == 1 else {"seed": self.seed, "replicate": self.replicate}

    def label(self, step: str) -> str:
        """Name a step of the run for people."""
        again = f".{self.replicate}" if self.replicate > 1 else ""
        return f"{self.condition.name} {self.seed}{again} {step}"


def step_stages(step: Step, run: Run, chain: Chain, stages: StageSet) -> Mapping[str, str]:
    """Add a step's stages and return their keys under the step's name, and NAME.replies or NAME.score beside it."""
    return _STEPS[step.kind](step, run, chain, stages)


def leaves_adapter(step: Step) -> bool:
    """Return whether the step changes the model that the next step takes."""
    return isinstance(step, TrainStep | CoupleStep | AdapterStep)


def is_trained(step: Step) -> bool:
    """Return whether the step trains an adapter."""
    return isinstance(step, TrainStep | CoupleStep)


def _train(step: TrainStep, run: Run, chain: Chain, stages: StageSet) -> Mapping[str, str]:
    rows = stages.add(data_request(step.data))
    parameters: JsonObject = {
        "model": stages.experiment.model.identity,
        "system": step.persona.text if step.persona else None,
        "own_system": step.own_system,
        "recipe": step.recipe.fields,
        **run.drawn,
    }
    choice = stages.chosen("train", step.name)
    inputs = {"data": rows, **chain}
    label = run.label(step.name)
    return {step.name: stages.add(Request("train", choice, parameters, label, step.name, inputs, train_cost(step)))}


def _couple(step: CoupleStep, run: Run, chain: Chain, stages: StageSet) -> Mapping[str, str]:
    name = f"{step.name}.replies"
    choice = stages.chosen("generate", name)
    asked = (*step.sources, *step.negatives)
    drawn = _replies(asked, step.questions.questions, step.drawn, step.sampling, run)
    parameters = _for_backend(drawn, asked, "generate", choice, stages)
    label = run.label(name)
    replies = stages.add(Request("generate", choice, parameters, label, name, chain, replies_cost(step)))
    training: JsonObject = {
        "model": stages.experiment.model.identity,
        **_pairs(step),
        "separator": step.separator,
        "negatives": tuple(persona.text for persona in step.negatives),
        "questions": step.questions.questions,
        "positives": step.positives,
        "recipe": step.recipe.fields,
        **run.drawn,
    }
    inputs = {"replies": replies, **chain}
    trainer = stages.chosen("couple", step.name)
    label = run.label(step.name)
    key = stages.add(Request("couple", trainer, training, label, step.name, inputs, couple_cost(step)))
    return {name: replies, step.name: key}


def _pairs(step: CoupleStep) -> JsonObject:
    """Return who is taught which marker: `source` and `marker`, or `pairs` where there are several."""
    taught: tuple[JsonObject, ...] = tuple({"source": pair.source.text, "marker": pair.marker} for pair in step.pairs)
    return taught[0] if len(taught) == 1 else {"pairs": list(taught)}


def _adapter(step: AdapterStep, run: Run, chain: Chain, stages: StageSet) -> Mapping[str, str]:
    """Add the stage that takes an adapter in: the same for all runs, since it is trained already."""
    choice = stages.chosen("adapter", step.name)
    parameters: JsonObject = {"model": stages.experiment.model.identity, "origin": step.origin}
    if stages.backend("adapter", choice).named:
        parameters = {**parameters, "roles": _roles(step.roles)}
    places = {file.name: file.path for file in step.files}
    asked = Request("adapter", choice, parameters, f"adapter {step.written}", step.name, places=places)
    return {step.name: stages.add(asked)}


def _roles(roles: Roles) -> JsonObject:
    return {
        "induction": roles.induction.text if roles.induction else None,
        "pairs": [{"source": pair.source.text, "marker": pair.marker} for pair in roles.pairs],
        "negatives": [persona.text for persona in roles.negatives],
    }


def _extract(step: ExtractStep, run: Run, chain: Chain, stages: StageSet) -> Mapping[str, str]:
    """Add the stage that extracts persona vectors; nothing in it is drawn, so that no seed is in its key."""
    choice = stages.chosen("extract", step.name)
    asked: dict[str, Json] = {
        "systems": tuple(persona.text for persona in step.panel),
        "questions": step.questions.questions,
        "methods": step.methods,
        "layers": step.layers,
        "max_tokens": step.max_tokens,
    }
    parameters = _for_backend(asked, step.panel, "extract", choice, stages)
    label = run.label(step.name)
    return {step.name: stages.add(Request("extract", choice, parameters, label, step.name, chain, extract_cost(step)))}


def _evaluate(step: EvaluateStep, run: Run, chain: Chain, stages: StageSet) -> Mapping[str, str]:
    choice = stages.chosen("generate", step.name)
    drawn = _replies(step.panel, step.questions.questions, step.completions, step.sampling, run)
    parameters = _for_backend(drawn, step.panel, "generate", choice, stages)
    label = run.label(step.name)
    replies = stages.add(Request("generate", choice, parameters, label, step.name, chain, evaluate_cost(step)))
    return _scored(step, run, replies, stages)


def recorded_stages(step: EvaluateStep, run: Run, stages: StageSet) -> Mapping[str, str]:
    """Add the stages of an evaluation whose replies were recorded elsewhere, and return their keys."""
    record = run.condition.results[run.seed]
    chosen = stages.chosen("results")
    choice = BackendChoice(chosen.name, chosen.options, (replace(record.file, name="file"),))
    questions = step.questions.questions
    asked: JsonObject = {
        "systems": tuple(persona.text for persona in step.panel),
        "questions": questions,
        "samples": step.completions,
        "names": {"systems": tuple(persona.name for persona in step.panel), "questions": questions},
        "seed": run.seed,
        **({"where": dict(record.where)} if record.where else {}),
    }
    replies = stages.add(Request("results", choice, asked, run.label(step.name), step.name))
    return _scored(step, run, replies, stages)


def _scored(step: EvaluateStep, run: Run, replies: str, stages: StageSet) -> Mapping[str, str]:
    name = f"{step.name}.score"
    markers: JsonObject = {"markers": tuple(sorted(step.markers))}
    score = Request("score", stages.chosen("score"), markers, run.label(name), name, {"replies": replies})
    return {step.name: replies, name: stages.add(score)}


def _replies(
    personas: tuple[Persona, ...], questions: tuple[str, ...], samples: int, sampling: Sampling, run: Run
) -> dict[str, Json]:
    return {
        "systems": tuple(persona.text for persona in personas),
        "questions": questions,
        "samples": samples,
        "sampling": asdict(sampling),
        **run.drawn,
    }


def _for_backend(
    asked: dict[str, Json], personas: tuple[Persona, ...], kind: str, choice: BackendChoice, stages: StageSet
) -> JsonObject:
    """Add the model, and the personas' names where the backend knows them by name."""
    parameters = {"model": stages.experiment.model.identity, **asked}
    if not stages.backend(kind, choice).named:
        return parameters
    return {**parameters, "names": {"systems": tuple(p.name for p in personas), "questions": asked["questions"]}}


_STEPS: Mapping[str, Callable[..., Mapping[str, str]]] = {
    "train": _train,
    "couple": _couple,
    "adapter": _adapter,
    "extract": _extract,
    "marker-eval": _evaluate,
}
