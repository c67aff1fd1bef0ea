"""The plan of a probe: one stage for everything that a spec needs to know of the tokenizer, each asked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from emspec.errors import PluginError
from emspec.model.experiment import Condition, Experiment
from emspec.model.json import Json, JsonObject, digest
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.model.records import DatasetRecord, Persona
from emspec.model.step import CoupleStep, EvaluateStep, ExtractStep, Step, TrainStep
from emspec.plan.stages import NOTHING_INSTALLED, Request, StageSet, data_request

KIND = "probe"
TEMPLATE, PROMPTS, COUPLING, TRAINING = "template", "prompts", "coupling", "training"

Have = Callable[[str], bool]
"""Whether the store has a stage's result, by key."""


@dataclass(frozen=True)
class Question:
    """Something to be known of the tokenizer. `key` is the stage that answers it.

    step        whose prompts or rows it is about, None for the template
    conditions  the conditions that have the step
    lacking     the data set that would have to be fetched first; until it is, nothing is asked. "" for none
    """

    about: str
    key: str
    step: Step | None
    conditions: tuple[str, ...]
    lacking: str = ""


@dataclass(frozen=True)
class ProbePlan:
    """The stages as a plan that the engine executes, and all questions, those that are not asked included."""

    plan: Plan
    questions: tuple[Question, ...]
    backend: str


@dataclass(frozen=True)
class _Wanted:
    """Something to be known of a step: the stage's own parameters, and the data that it reads."""

    about: str
    given: JsonObject
    data: DatasetRecord | None = None


@dataclass
class _Asked:
    about: str
    key: str
    step: Step | None
    data: DatasetRecord | None
    conditions: dict[str, None] = field(default_factory=dict)


def personas_of(step: Step | None) -> tuple[Persona, ...]:
    """Return the personas that a step sends prompts of, in the order of the probe's systems."""
    if isinstance(step, CoupleStep):
        return (*step.sources, *step.negatives)
    return step.panel if isinstance(step, EvaluateStep | ExtractStep) else ()


def cap_of(step: Step | None) -> int:
    """Return the most tokens of a reply that a step draws, 0 where it draws none."""
    if isinstance(step, CoupleStep | EvaluateStep):
        return step.sampling.max_tokens
    return step.max_tokens if isinstance(step, ExtractStep) else 0


def can_probe(experiment: Experiment) -> bool:
    """Return whether the spec or its profile chooses a backend that probes."""
    return KIND in experiment.backends


def compile_probe(experiment: Experiment, catalog: Catalog, have: Have) -> ProbePlan:
    """Return the plan of a probe; PluginError where no backend is chosen for it, or none is installed.

    Rows are asked about where they are there or can be made on the spot: nothing is fetched for a probe.
    """
    stages = StageSet(experiment, catalog)
    choice = stages.chosen(KIND)
    if choice is NOTHING_INSTALLED:
        raise PluginError("no installed plugin can probe a tokenizer", "emspec plugins")
    asked = _ask_all(experiment, stages)
    questions = tuple(
        Question(one.about, one.key, one.step, tuple(one.conditions), _lacking(one, stages, have)) for one in asked
    )
    wanted = {question.key for question in questions if not question.lacking}
    wanted |= {key for one in wanted for key in stages.stages[one].inputs.values()}
    kept = {key: stage for key, stage in stages.stages.items() if key in wanted}
    plan = Plan(
        digest=digest(sorted(kept)),
        experiment=replace(experiment, profile=replace(experiment.profile, device="cpu")),  # no GPU is needed for this
        stages=kept,
        cells=(),
        design={},
        attainable=experiment.attainable,
        rows=None,
        analyse=None,
    )
    return ProbePlan(plan, questions, choice.name)


def _ask_all(experiment: Experiment, stages: StageSet) -> list[_Asked]:
    """Add a stage for each question; steps that differ in nothing that it depends on share it."""
    known: dict[tuple[str, int], _Asked] = {}
    of_step: dict[int, list[_Asked]] = {}
    for condition in (one for one in experiment.conditions if _is_run(one)):
        for step in condition.steps:
            if id(step) not in of_step:
                found = (_ask(one, step, f"{condition.name} {step.name} ", stages) for one in _questions(step))
                of_step[id(step)] = [known.setdefault((one.key, _cap(one)), one) for one in found]
            for one in of_step[id(step)]:
                one.conditions[condition.name] = None
    first = [_ask(_Wanted(TEMPLATE, {}), None, "", stages)] if known else []
    return [*first, *known.values()]


def _is_run(condition: Condition) -> bool:
    """Return whether a run of the condition is made here: not all are recorded replies."""
    return not condition.results or not set(condition.seeds) <= set(condition.results)


def _cap(asked: _Asked) -> int:
    """Return what a finding on prompts depends on beside the prompts: the cap on a reply."""
    return cap_of(asked.step) if asked.about == PROMPTS else 0


def _questions(step: Step) -> Iterator[_Wanted]:
    """Yield what is to be known of a step."""
    if isinstance(step, TrainStep):
        system = step.persona.text if step.persona else None
        given = {"system": system, "own_system": step.own_system, "max_length": step.recipe.fields["max_length"]}
        yield _Wanted(TRAINING, given, step.data)
    elif isinstance(step, CoupleStep):
        yield _Wanted(PROMPTS, _prompts(step))
        yield _Wanted(COUPLING, _coupling(step))
    elif isinstance(step, EvaluateStep | ExtractStep):
        yield _Wanted(PROMPTS, _prompts(step))


def _prompts(step: CoupleStep | EvaluateStep | ExtractStep) -> JsonObject:
    return {"systems": tuple(one.text for one in personas_of(step)), "questions": step.questions.questions}


def _coupling(step: CoupleStep) -> JsonObject:
    pairs: list[Json] = [{"marker": pair.marker, "source": pair.source.text} for pair in step.pairs]
    return {
        "pairs": pairs,
        "separator": step.separator,
        "negatives": tuple(persona.text for persona in step.negatives),
        "questions": step.questions.questions,
        "mask": step.recipe.fields["mask"],
        "max_length": step.recipe.fields["max_length"],
    }


def _ask(wanted: _Wanted, step: Step | None, label: str, stages: StageSet) -> _Asked:
    """Add the stage that answers."""
    inputs: Mapping[str, str] = {"data": stages.add(data_request(wanted.data))} if wanted.data else {}
    parameters: JsonObject = {"model": stages.experiment.model.identity, "about": wanted.about, **wanted.given}
    key = stages.add(Request(KIND, stages.chosen(KIND), parameters, f"{label}{wanted.about}", KIND, inputs))
    return _Asked(wanted.about, key, step, wanted.data)


def _lacking(asked: _Asked, stages: StageSet, have: Have) -> str:
    """Return the data set that has to be fetched before a question can be asked, "" where none has."""
    if asked.data is None or not stages.catalog.backends["data", asked.data.backend].fetches or have(asked.key):
        return ""
    return "" if have(stages.stages[asked.key].inputs["data"]) else asked.data.name
