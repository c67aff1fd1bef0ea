"""Variants of a design that cost more or less: other numbers of seeds, questions and completions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from emspec.model.experiment import Condition, EvaluateStep, Experiment
from emspec.model.records import QuestionSet

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
    designed = Variant(DESIGNED, experiment)
    seeds = (Variant(_counted(count, "seed"), with_seeds(experiment, count)) for count in SEEDS)
    others = (one for one in seeds if len(one.experiment.seeds) != len(experiment.seeds))
    more = (
        Variant(f"questions x {TIMES}", with_evaluations(experiment, more_questions)),
        Variant(f"completions x {TIMES}", with_evaluations(experiment, more_completions)),
    )
    return (designed, *others, *more)


def with_seeds(experiment: Experiment, count: int) -> Experiment:
    """Return the experiment under its first `count` seeds, with further ones made up where it has fewer."""
    highest = max(experiment.seeds)
    seeds = (*experiment.seeds, *range(highest + 1, highest + 1 + count))
    return replace(experiment, seeds=seeds[:count])


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
