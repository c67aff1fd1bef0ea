"""Design checks of the conditions: how they differ from each other."""

from __future__ import annotations

from collections.abc import Iterator

from emspec.language.checks.differences import Differences, Variables, as_executed
from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.experiment import Condition
from emspec.model.step import TrainStep


def copied_runs(reading: Reading) -> Iterator[Finding]:
    """Two conditions train and evaluate the same.

    They differ in name or in what they count as only, so that the runs of one are copies of the other's: the same
    stages, executed once. The tests take them for independent runs all the same, and are too sure of themselves.

    Example: `plain: {}` and `again: {as: villain}`.

    Fix: leave one out, or let them differ in what they train or evaluate.
    """
    conditions = reading.experiment.conditions
    steps = {id(step): step for condition in conditions for step in condition.steps}
    texts = {key: repr(as_executed(step)) for key, step in steps.items()}
    known: dict[tuple[str, ...], Condition] = {}
    for condition in (one for one in conditions if not one.results):
        first = known.setdefault(tuple(texts[id(step)] for step in condition.steps), condition)
        if first is not condition and not set(first.seeds).isdisjoint(condition.seeds):
            what = f"{condition.name} trains and evaluates the same as {first.name}: its runs are copies, no new ones"
            fix = f"leave {condition.name} out, or change one of its steps"
            yield Finding(reading.heading(condition), what, fix)


def several_variables(reading: Reading) -> Iterator[Finding]:
    """A condition differs from its baseline in more than one variable.

    Where two things were changed at once, a difference between the conditions can be due to either. Nothing is said
    where other conditions change each of the variables alone, to the same value, as a full grid does; nor of a control
    that only leaves steps out.

    Example: `hot: {induce.system: villain, induce.recipe.lr: 2e-4}` beside `baseline: plain`.

    Fix: change one variable in a condition of its own for each of them.
    """
    found: dict[tuple[str, ...], list[Condition]] = {}
    differing = list(_from_baseline(reading))
    alone = {next(iter(one.items())) for _, one in differing if len(one) == 1}
    for condition, variables in differing:
        changed = {name: value for name, value in variables.items() if (name, value) not in alone}
        only_skips = condition.control and set(variables.values()) == {"left out"}
        if len(variables) > 1 and changed and not only_skips:
            found.setdefault(tuple(sorted(variables)), []).append(condition)
    for names, conditions in found.items():
        who = listed([condition.name for condition in conditions])
        verb = "differ" if len(conditions) > 1 else "differs"
        what = f"{who} {verb} from {reading.experiment.baseline} in {listed(names)}: the effect can be of either"
        fix = f"add a condition that differs in one of them alone, such as {names[0]}, or accept the finding"
        yield Finding(reading.heading(conditions[0]), what, fix)


def lone_skip(reading: Reading) -> Iterator[Finding]:
    """A training is compared with no training at all.

    Against a condition that leaves a train step out, and has no other, what the rows teach and that anything was
    trained are one contrast: any fine-tuning might do the same. In later repeats of #205's benign control the marker
    spread to 7 to 15 % of the bystanders' replies.

    Example: `couple-only: {induce: skip}` as the only control.

    Fix: add a control in which the step has other rows: `benign: {induce.data: tulu-3-6k}`.
    """
    conditions = reading.experiment.conditions
    trained: dict[str, dict[str, list[str]]] = {}
    for condition in conditions:
        for step in condition.steps:
            if isinstance(step, TrainStep):
                trained.setdefault(step.name, {}).setdefault(step.data.name, []).append(condition.name)
    for name, data in trained.items():
        without = [one for one in conditions if _untrained(one) and name not in {step.name for step in one.steps}]
        if without and len(data) == 1:
            who = listed([condition.name for condition in without])
            rows = next(iter(data))
            what = f"without {name}, {who} cannot tell what {rows} teaches from the effect of any fine-tuning"
            fix = f"add a control with other rows: benign: {{{name}.data: DATA}}, or accept the finding"
            yield Finding(reading.heading(without[0]), what, fix)


def _untrained(condition: Condition) -> bool:
    """Return whether a condition does something, and has no train step."""
    return bool(condition.steps) and not any(isinstance(step, TrainStep) for step in condition.steps)


def unmatched_data(reading: Reading) -> Iterator[Finding]:
    """A condition is trained on other rows than its baseline, and is not known to be trained as much.

    Two trainings of as many steps may still differ in the tokens that they see: #205's benign rows were about five
    times as long as its EM rows. What the rows say and how much of them there is are then one contrast.

    Example: `benign: {induce.data: tulu-3-6k}` beside `baseline: em`.

    Fix: choose rows of like length, or set `recipe.max_steps` so that the tokens match; the report of a run has the
    supervised tokens of each training.
    """
    baseline = {step.name: step for step in (reading.baseline.steps if reading.baseline else ())}
    seen: set[int] = set()
    for condition in reading.experiment.conditions:
        for step in condition.steps:
            other = baseline.get(step.name)
            if not isinstance(step, TrainStep) or not isinstance(other, TrainStep) or id(step) in seen:
                continue
            seen.add(id(step))
            if step.data.name != other.data.name:
                ours, theirs = steps_of(step), steps_of(other)
                rows = (
                    f"{condition.name} trains on {step.data.name}, {reading.experiment.baseline} on {other.data.name}"
                )
                match = f"{ours:.0f} steps each" if ours == theirs else f"{ours:.0f} steps against {theirs:.0f}"
                what = f"{rows}: {match}, and the tokens are not known to match"
                fix = f"match them by {step.name}.recipe.max_steps, or accept the finding"
                yield Finding(reading.place(condition, step, "data"), what, fix)


def steps_of(step: TrainStep) -> float:
    """Return the optimiser steps of a training: `max_steps` where the recipe has it, whatever its epochs; else its rows
    in batches, each epoch's last one partly filled."""
    recipe = step.recipe.fields
    rows, batch = step.data.contract["rows"], (recipe["batch_size"], recipe["gradient_accumulation"])
    assert isinstance(rows, int)
    assert isinstance(batch[0], int)
    assert isinstance(batch[1], int)
    most = recipe.get("max_steps")
    epochs = recipe["epochs"]
    assert isinstance(epochs, int | float)
    whole = -(-rows // (batch[0] * batch[1])) * epochs
    return most if isinstance(most, int) and most > 0 else whole


def _from_baseline(reading: Reading) -> Iterator[tuple[Condition, Variables]]:
    """Yield each condition with the variables in which its training differs from the baseline's."""
    if reading.baseline:
        differences = Differences(reading.baseline)
        for condition in reading.experiment.conditions:
            yield condition, differences.of(condition)
