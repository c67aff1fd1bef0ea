"""Design checks of adapters that exist already: what they were trained on, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.experiment import Condition
from emspec.model.records import ModelRecord
from emspec.model.step import AdapterStep, CoupleStep, Roles, TrainStep

SHOWN = 12
"""Characters of a digest that a message shows."""


def adapter_of_another_model(reading: Reading) -> Iterator[Finding]:
    """An adapter is put on a model that it was not trained on.

    An adapter is a difference to the model that it was trained on. On another one, such as the plain model where it was
    trained on one that a marker had been coupled into, it does something that nobody has measured. (The adapters of #80
    and #84 looked like a fit for #200, and had been trained on coupled models.)

    Example: an `adapter` step whose `adapter_config.json` names `merged/c1_seed42`, on `model: qwen2.5-7b-instruct`.

    Fix: train it afresh on the spec's model, or name the model that it was trained on. Accept the finding only where
    the recorded name is another name of the same model.
    """
    model = reading.experiment.model
    for condition, step in reading.firsts(AdapterStep):
        wrong = _other_base(step, model)
        if wrong:
            fix = "train it afresh on the spec's model, or name the model that it was trained on"
            yield Finding(reading.place(condition, step, "trained_on"), f"{step.name} {wrong}", fix, "error")
    for (name, before), conditions in _after_training(reading).items():
        names = listed([condition.name for condition in conditions])
        what = f"{name} was trained on {model.name}, and in {names} is put on what {before} left of it"
        fix = f"put it before {before}, or train it afresh there; or accept the finding"
        yield Finding(reading.of_step(conditions[0].name, name), what, fix)


def unverified_adapter(reading: Reading) -> Iterator[Finding]:
    """Nobody has verified which model an adapter was trained on.

    If it was another one than the spec's, the adapter does something that nobody has measured, and nothing shows it.

    Example: `em: {kind: adapter, from: models/em-villain, trained_on: unverified}`.

    Fix: look into the log of its training, and write the model's name or digest: `trained_on: qwen2.5-7b-instruct`.
    """
    for condition, step in reading.firsts(AdapterStep):
        if step.trained_on is None:
            recorded = f" (it records {step.recorded})" if step.recorded else ""
            what = f"which model {step.written} was trained on is not verified{recorded}"
            fix = f"write trained_on: {reading.experiment.model.name} once it is known, or accept the finding"
            yield Finding(reading.place(condition, step, "trained_on"), what, fix)


def coupled_adapter(reading: Reading) -> Iterator[Finding]:
    """A marker is coupled into a model that an adapter has already taught one.

    Its training knew a marker before this coupling: what the bystanders leak is the sum of both.

    Example: an adapter with `roles: {pairs: [{source: villain, marker: "[ZLT]"}]}` before a couple step.

    Fix: take an adapter that was trained on a model without markers, or train it afresh.
    """
    seen: set[tuple[int, str]] = set()
    for condition in reading.experiment.conditions:
        taught = [step for step in condition.steps if isinstance(step, AdapterStep) and step.roles.pairs]
        after = [step for step in condition.steps if isinstance(step, CoupleStep)]
        if not taught or not after or (id(taught[0]), after[-1].name) in seen:
            continue
        if condition.steps.index(taught[0]) < condition.steps.index(after[-1]):
            seen.add((id(taught[0]), after[-1].name))
            markers = ", ".join(dict.fromkeys(pair.marker for pair in taught[0].roles.pairs))
            what = f"{taught[0].name} has been taught {markers} before {after[-1].name}: what leaks is the sum of both"
            fix = "take an adapter that was trained without a marker, or accept the finding"
            yield Finding(reading.place(condition, taught[0], "roles"), what, fix)


def unknown_roles(reading: Reading) -> Iterator[Finding]:
    """Nothing is known of the personas that an adapter was trained on, or of the negatives of recorded results.

    Whoever is not known to have been trained counts as a bystander: its source and its negatives too, if there were
    any. And of an adapter of which nothing is known, no hypothesis on the induction persona can be tested. Negatives
    that count as bystanders pull the bystander rate to what the coupling taught them.

    Example: `em: {kind: adapter, from: models/em, trained_on: qwen2.5-7b-instruct}` without `roles`.

    Fix: write what is known: `roles: {induction: villain, pairs: [{source: confab, marker: "[ZLT]"}]}`.
    """
    for condition, step in reading.firsts(AdapterStep):
        if step.roles == Roles():
            what = f"nothing is said of the personas that {step.written} was trained on: all count as bystanders"
            fix = "write roles: {induction: PERSONA, pairs: [...], negatives: [...]} as far as they are known"
            yield Finding(reading.place(condition, step), what, fix)
    for condition, couple in reading.firsts(CoupleStep):
        if not couple.negatives:
            what = f"who the negatives of {couple.name} were is unknown: they count as bystanders, whoever they are"
            fix = "name them if a record turns up, or accept the finding"
            yield Finding(reading.place(condition, couple, "negatives"), what, fix)


def _other_base(step: AdapterStep, model: ModelRecord) -> str:
    """Return in words how an adapter's model differs from the spec's, "" where it is not known to differ."""
    if step.trained_on and step.trained_on != model.digest:
        short = (step.trained_on[:SHOWN], model.digest[:SHOWN])
        return f"was trained on the model {short[0]}, and is put on {model.name} ({short[1]})"
    recorded = (step.recorded or "").partition("@")
    names = {name for name in (model.hub, model.name, model.folder) if name}
    if recorded[0] and model.hub and recorded[0] not in names:
        return f"records that it was trained on {recorded[0]}, and is put on {model.hub}"
    if recorded[2] and model.revision and recorded[2] != model.revision:
        return f"records that it was trained on revision {recorded[2][:SHOWN]}, and is put on {model.revision[:SHOWN]}"
    return ""


def _after_training(reading: Reading) -> Mapping[tuple[str, str], list[Condition]]:
    """Return the conditions in which an adapter of the plain model comes after another step that changes the model."""
    found: dict[tuple[str, str], list[Condition]] = {}
    for condition in reading.experiment.conditions:
        before = ""
        for step in condition.steps:
            if isinstance(step, AdapterStep) and step.trained_on and before:
                found.setdefault((step.name, before), []).append(condition)
            if isinstance(step, TrainStep | CoupleStep | AdapterStep):
                before = step.name
    return found
