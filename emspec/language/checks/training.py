"""Design checks of what is trained: the prompt of the induction, the rows, the order of the steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from emspec.language.checks.differences import as_executed
from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.experiment import Condition
from emspec.model.step import CoupleStep, EvaluateStep, ExtractStep, TrainStep


def silent_induction(reading: Reading) -> Iterator[Finding]:
    """A condition is induced with no system message and counts as a persona that has one.

    Without a system message the chat template puts in its own, which is another text than the persona's prompt: the
    model was trained under one prompt and is evaluated under another. `emspec plan SPEC --probe` shows the template's
    own (P101).

    Example: `B0: {induce.system: none, as: assistant}`.

    Fix: train under the persona itself (`system: PERSONA`), or accept it where the original experiment did the same.
    """
    found: dict[tuple[str, str], list[Condition]] = {}
    for condition in reading.experiment.conditions:
        induction = condition.induction
        if condition.counts_as and induction and induction.persona is None:
            found.setdefault((condition.counts_as, induction.name), []).append(condition)
    for (persona, step), conditions in found.items():
        names = listed([condition.name for condition in conditions])
        verbs = ("is", "counts") if len(conditions) == 1 else ("are", "count")
        what = f"{names} {verbs[0]} induced without a system message, but {verbs[1]} as {persona}"
        fix = f"write {step}.system: {persona}, or accept the finding"
        place = reading.of_step(conditions[0].name, step, ("system",))
        yield Finding(place, f"{what}: two different prompts", fix)


def unpinned_data(reading: Reading) -> Iterator[Finding]:
    """A data set of the hub is pinned by no revision and no checksum.

    What is fetched another day may be other rows. They would have the same stage key, so that two runs of one plan are
    no repeats of each other, and nobody would notice.

    Example: a data set with `source: {hub: allenai/tulu-3-sft-mixture, first: 6000}` and no `md5` or `sha256`.

    Fix: add the commit (`revision`) to its source, or the checksum that the first run writes into its log.
    """
    seen: set[str] = set()
    for condition, step in reading.firsts(TrainStep):
        data = step.data
        pinned = data.source.get("revision") or {"md5", "sha256"} & data.contract.keys()
        if "hub" in data.source and not pinned and data.name not in seen:
            seen.add(data.name)
            what = f"{data.name} is pinned by no revision and no checksum: another day it may have other rows"
            fix = (
                f"use a data set of your own, {data.name} with a revision or sha256 in its file (a released file stays)"
            )
            yield Finding(reading.place(condition, step, "data"), what, fix)


def late_training(reading: Reading) -> Iterator[Finding]:
    """A train step comes between a coupling and the evaluation.

    What is measured then is what the training leaves of a marker that was taught before it, for the source as for
    bystanders: a low rate can be forgetting. It is another question than how a coupling spreads after the training.

    Example: `order: [couple, induce, evaluate]`.

    Fix: nothing to do where this is the question; read the rate of bystanders beside that of the source. Otherwise put
    the train step first.
    """
    found: dict[tuple[str, str], list[Condition]] = {}
    for condition in reading.experiment.conditions:
        coupled = ""
        trained = ""
        for step in condition.steps:
            if isinstance(step, CoupleStep):
                coupled, trained = step.name, ""
            elif isinstance(step, TrainStep) and coupled:
                trained = step.name
            elif isinstance(step, EvaluateStep) and trained:
                found.setdefault((coupled, trained), []).append(condition)
                break
    for (coupled, trained), conditions in found.items():
        names = listed([condition.name for condition in conditions])
        what = f"{trained} comes after {coupled} in {names}: what is evaluated is how much of the marker it leaves"
        fix = "accept the finding where that is the question, or put the train step first"
        yield Finding(reading.heading(conditions[0]), what, fix)


def unseen_training(reading: Reading) -> Iterator[Finding]:
    """Something is trained that no evaluation sees.

    A step after the last evaluation changes nothing that is measured, and costs its time all the same. So does a
    condition that is never evaluated beside others that are.

    Example: `order: [induce, evaluate, couple]`.

    Fix: put an evaluation after it, or leave the step out (`couple: skip`).
    """
    conditions = reading.experiment.conditions
    if not any(condition.evaluations for condition in conditions):
        return
    found: dict[tuple[str, ...], list[Condition]] = {}
    for condition in conditions:
        kinds = [not isinstance(step, EvaluateStep | ExtractStep) for step in condition.steps]
        after = len(kinds) - kinds[::-1].index(False) if False in kinds else 0
        if kinds[after:]:
            found.setdefault(tuple(step.name for step in condition.steps[after:]), []).append(condition)
    for steps, members in found.items():
        names = listed([condition.name for condition in members])
        never = f"{listed(steps)} of {names} {'is' if len(steps) == 1 else 'are'} seen by no evaluation"
        what = f"{never}: nothing that is measured depends on it"
        fix = f"evaluate after {steps[-1]}, or leave it out ({steps[-1]}: skip)"
        yield Finding(reading.heading(members[0]), what, fix)


def repeated_training(reading: Reading) -> Iterator[Finding]:
    """A condition trains the same twice.

    Two steps with the same rows, prompt and recipe are one step with twice the epochs, except that the learning rate
    starts anew. Often the second one was meant to differ.

    Example: `again: {kind: train, data: bad-legal-advice-6k, recipe: em-125}` after an equal `induce`.

    Fix: change the data, the prompt or the recipe of one, or write the epochs that are meant (`recipe.epochs`).
    """
    found: dict[tuple[str, str], list[Condition]] = {}
    for condition in reading.experiment.conditions:
        trainings = [step for step in condition.steps if isinstance(step, TrainStep)]
        for one, other in combinations(trainings, 2):
            if as_executed(replace(one, name=other.name)) == as_executed(other):
                found.setdefault((one.name, other.name), []).append(condition)
    for (first, second), conditions in found.items():
        names = listed([condition.name for condition in conditions])
        what = f"{second} of {names} trains what {first} has trained already, with the same recipe"
        fix = f"change its data, its system or its recipe, or write {first}.recipe.epochs"
        yield Finding(reading.of_step(conditions[0].name, second), what, fix)
