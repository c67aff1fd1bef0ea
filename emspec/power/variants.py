"""Variants of a design that cost more or less: other numbers of seeds, questions and completions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from emspec.model.experiment import Condition, Experiment
from emspec.model.records import QuestionSet
from emspec.model.step import EvaluateStep

DESIGNED = "as designed"
ONE_SEED = "1 seed"
SEEDS = (1, 2, 3, 5, 8)
TIMES = 2


@dataclass(frozen=True)
class Variant:
    """A design by name, spelled out as an experiment of its own."""

    name: str
    experiment: Experiment


def variants(experiment: Experiment) -> tuple[Variant, ...]:
    """Return the design itself, and after it those with other numbers of seeds, more questions, more completions."""
    designed = spelled_out(experiment)
    counts = {len(condition.seeds) for condition in designed.conditions}
    seeds = (count for count in SEEDS if counts != {count})
    return (
        Variant(DESIGNED, designed),
        *(Variant(_counted(count, "seed"), with_seeds(designed, count)) for count in seeds),
        Variant(f"questions x {TIMES}", with_evaluations(designed, more_questions)),
        Variant(f"completions x {TIMES}", with_evaluations(designed, more_completions)),
    )


def spelled_out(experiment: Experiment) -> Experiment:
    """Return the experiment with a seed of its own for every run, replicates too, and no further runs behind a gate."""
    conditions = tuple(
        replace(one, seeds=_seeds(one.seeds, one.runs(experiment.replicates))) for one in experiment.conditions
    )
    return replace(experiment, conditions=conditions, replicates=1, gate=None, opened=None)


def with_seeds(experiment: Experiment, count: int) -> Experiment:
    """Return the experiment with `count` seeds for every condition: its first ones, further ones made up."""
    conditions = tuple(replace(one, seeds=_seeds(one.seeds, count), results={}) for one in experiment.conditions)
    return replace(experiment, conditions=conditions, seeds=_seeds(experiment.seeds, count))


def _seeds(seeds: tuple[int, ...], count: int) -> tuple[int, ...]:
    highest = max(seeds)
    return (*seeds, *range(highest + 1, highest + 1 + count))[:count]


def with_evaluations(experiment: Experiment, change: Callable[[EvaluateStep], EvaluateStep]) -> Experiment:
    """Return the experiment with every evaluation changed."""

    def changed(condition: Condition) -> Condition:
        steps = tuple(change(step) if isinstance(step, EvaluateStep) else step for step in condition.steps)
        return replace(condition, steps=steps)

    return replace(experiment, conditions=tuple(changed(condition) for condition in experiment.conditions))


def more_questions(step: EvaluateStep) -> EvaluateStep:
    """Return an evaluation with made-up questions beside its own, as many of them as make it `TIMES` as long."""
    asked = step.questions.questions
    further = (f"{text} ({number})" for number in range(2, TIMES + 1) for text in asked)
    return replace(step, questions=QuestionSet(f"{step.questions.name} x {TIMES}", (*asked, *further)))


def more_completions(step: EvaluateStep) -> EvaluateStep:
    """Return an evaluation with `TIMES` as many replies per persona and question."""
    return replace(step, completions=TIMES * step.completions)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
