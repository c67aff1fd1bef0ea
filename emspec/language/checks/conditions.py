"""Design checks of the conditions: how they differ from each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from emspec.language.checks.reading import Finding, Reading
from emspec.model.experiment import Condition, EvaluateStep, Step, TrainStep


def copied_runs(reading: Reading) -> Iterator[Finding]:
    """Two conditions train and evaluate the same.

    They differ in name or in what they count as only, so that the runs of one are copies of the other's: the same
    stages, executed once. The tests take them for independent runs all the same, and are too sure of themselves.

    Example: `plain: {}` and `again: {as: villain}`.

    Fix: leave one out, or let them differ in what they train or evaluate.
    """
    conditions = reading.experiment.conditions
    steps = {id(step): step for condition in conditions for step in condition.steps}
    texts = {key: repr(_as_executed(step)) for key, step in steps.items()}
    known: dict[tuple[str, ...], Condition] = {}
    for condition in conditions:
        first = known.setdefault(tuple(texts[id(step)] for step in condition.steps), condition)
        if first is not condition:
            what = f"{condition.name} trains and evaluates the same as {first.name}: its runs are copies, no new ones"
            fix = f"leave {condition.name} out, or change one of its steps"
            yield Finding(reading.heading(condition), what, fix)


def _as_executed(step: Step) -> Step:
    """Return a step without the names by which the spec came to its values."""
    if isinstance(step, EvaluateStep):
        return replace(step, panel_name="")
    recipe = replace(step.recipe, base="", changed=())
    return (
        replace(step, recipe=recipe) if isinstance(step, TrainStep) else replace(step, recipe=recipe, negatives_rule="")
    )
