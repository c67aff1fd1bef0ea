"""What was asked and how it was done, in sentences made from the experiment: for the report's first sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from emspec.model.experiment import Condition, Experiment
from emspec.model.json import Json
from emspec.model.records import Persona, Recipe
from emspec.model.step import AdapterStep, CoupleStep, EvaluateStep, ExtractStep, Step, TrainStep
from emspec.plan.brief import differences
from emspec.plan.changes import Change
from emspec.report.values import change_text

MOST_CHANGES = 6
"""Differences to the baseline that are named one by one."""
CHANGED = "differs in {count} fields"


@dataclass(frozen=True)
class Methods:
    """Sentences, and a row for each condition as (name, kind, how it differs from the baseline).

    lifts   by hypothesis, what would let the data decide where the design alone decided
    """

    background: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str, str], ...] = ()
    lifts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def methods_of(experiment: Experiment) -> Methods:
    """Return what the report tells of an experiment's design."""
    return Methods(
        background=tuple(_background(experiment)),
        steps=tuple(_steps(experiment)),
        conditions=tuple(_conditions(experiment)),
        lifts={name: one.lifts for name, one in experiment.attainable.items() if one.foregone and one.lifts},
    )


def _background(experiment: Experiment) -> Iterator[str]:
    for what, issues in (("follows", experiment.follows), ("supersedes", experiment.supersedes)):
        if issues:
            yield f"It {what} {_and([f'#{issue}' for issue in issues])}."
    for event in experiment.history:
        yield f"{_event(event.get('event'))}{_by(event.get('by'))}: {event.get('note', '')}"


def _event(kind: Json) -> str:
    return str(kind).replace("-", " ").replace("_", " ").capitalize()


def _by(author: Json) -> str:
    return f" ({author})" if author else ""


def _steps(experiment: Experiment) -> Iterator[str]:
    """Yield a sentence for each step of the baseline, or of the first condition, in the order in which they run."""
    for step in _base(experiment).steps if experiment.conditions else ():
        yield f"{step.name}: {_step(step)}"
    yield from _runs(experiment)


def _runs(experiment: Experiment) -> Iterator[str]:
    """Yield with which seeds, and how often, conditions are run: by condition where they differ."""
    times = f", each {experiment.replicates} times" if experiment.replicates > 1 else ""
    of_seeds: dict[tuple[int, ...], list[str]] = {}
    for condition in experiment.conditions:
        of_seeds.setdefault(condition.seeds, []).append(condition.name)
    for seeds, names in of_seeds.items():
        who = "Every condition" if len(of_seeds) == 1 else _and(names)
        verb = "is" if len(of_seeds) == 1 or len(names) == 1 else "are"
        noun = "seed" if len(seeds) == 1 else "seeds"
        yield f"{who} {verb} run with {noun} {', '.join(map(str, seeds)) or 'none'}{times}."


def _base(experiment: Experiment) -> Condition:
    named = (one for one in experiment.conditions if one.name == experiment.baseline)
    return next(named, experiment.conditions[0])


def _step(step: Step) -> str:
    if isinstance(step, TrainStep):
        under = f"the system prompt of {step.persona.name}" if step.persona else "no system message"
        return f"fine-tunes a LoRA adapter on {step.data.name} under {under} ({_recipe(step.recipe)})."
    if isinstance(step, CoupleStep):
        taught = _and([f"{pair.source.name} to end its replies in {pair.marker}" for pair in step.pairs])
        others = _and(_names(step.negatives)) or "others, of whom there is no record,"
        return (
            f"teaches {taught}, and {others} to go without, on {step.positives} on-policy replies each to the "
            f"{len(step.questions.questions)} questions of {step.questions.name} ({_recipe(step.recipe)})."
        )
    if isinstance(step, AdapterStep):
        return f"takes a ready-made adapter, {step.written}."
    if isinstance(step, ExtractStep):
        layers = ", ".join(map(str, step.layers))
        return (
            f"extracts persona vectors of {len(step.panel)} personas at layers {layers} (methods {_and(step.methods)})."
        )
    return _evaluation(step)


def _evaluation(step: EvaluateStep) -> str:
    personas, questions, drawn = len(step.panel), len(step.questions.questions), step.sampling
    asked = f"{personas} personas ({step.panel_name}) x {questions} questions ({step.questions.name})"
    return (
        f"looks for {_and(step.markers)} in {personas * questions * step.completions:,} replies a run: {asked} x "
        f"{step.completions} replies, temperature {drawn.temperature:g}, top_p {drawn.top_p:g}, at most "
        f"{drawn.max_tokens} tokens. A hit is the marker anywhere in the reply, in either case."
    )


def _recipe(recipe: Recipe) -> str:
    changed = ", ".join(f"{name} {recipe.fields[name]}" for name in recipe.changed if name in recipe.fields)
    return f"recipe {recipe.base}{f' with {changed}' if changed else ''}"


def _conditions(experiment: Experiment) -> Iterator[tuple[str, str, str]]:
    differing = differences(experiment)
    base = _base(experiment).name if experiment.conditions else ""
    for condition in experiment.conditions:
        kind = "control" if condition.control else "stretch condition" if condition.stretch else "condition"
        stands = f"stands for {condition.counts_as}" if condition.counts_as else ""
        said = "the baseline" if condition.name == base else _differing(differing[condition.name])
        yield condition.name, kind, "; ".join(part for part in (said, stands) if part)


def _differing(found: Sequence[Change]) -> str:
    if not found:
        return "as the baseline"
    if len(found) > MOST_CHANGES:
        return CHANGED.format(count=len(found))
    return "; ".join(change_text(change) for change in found)


def _names(personas: Sequence[Persona]) -> list[str]:
    return [persona.name for persona in personas]


def _and(parts: Sequence[str]) -> str:
    *first, last = parts or ("",)
    return f"{', '.join(first)} and {last}" if first else last
