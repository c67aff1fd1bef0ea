"""A design in names: its conditions without the texts that stand behind personas and questions, which come once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from emspec.model.experiment import Condition, Experiment
from emspec.model.json import Json, JsonObject
from emspec.model.records import DatasetRecord, FileRef, Persona, QuestionSet, Recipe
from emspec.plan.changes import Change, changes

_UNTOLD = frozenset({"changed", "files", "place", "name", "kind"})
"""Fields of a step that stand elsewhere, or say where it comes from."""


def brief_condition(condition: Condition) -> JsonObject:
    """Return a condition's steps in order, by name; what stands in the registry is named."""
    return {step.name: {"kind": step.kind, **_fields(step)} for step in condition.steps}


def differences(experiment: Experiment) -> Mapping[str, tuple[Change, ...]]:
    """Return what each condition changes in the steps of the baseline, or of the first one where there is none."""
    if not experiment.conditions:
        return {}
    first = experiment.conditions[0]
    base = next((one for one in experiment.conditions if one.name == experiment.baseline), first)
    return {one.name: _differences(base, one) for one in experiment.conditions}


def _differences(base: Condition, other: Condition) -> tuple[Change, ...]:
    """Return the changes of steps by name, and of the order in which those that both have come."""
    found = tuple(_step_changes(brief_condition(base), brief_condition(other)))
    names, others = [step.name for step in base.steps], [step.name for step in other.steps]
    kept = [name for name in names if name in others]
    if kept == [name for name in others if name in names]:
        return found
    before: list[Json] = [*names]
    after: list[Json] = [*others]
    return (*found, Change(("order",), before, after))


def _step_changes(base: JsonObject, other: JsonObject) -> Iterator[Change]:
    """Yield the changes field by field; a step of another kind is a change as a whole."""
    kinds = {name: [_kind(one.get(name)) for one in (base, other)] for name in other}
    for change in changes(base, other):
        name = str(change.path[0])
        old, new = kinds.get(name, ["", ""])
        if old == new or len(change.path) == 1:
            yield change
        elif change.path[1] == "kind":
            yield Change((name,), base[name], other[name])


def _kind(step: Json) -> Json:
    return step["kind"] if isinstance(step, Mapping) else None


def personas_of(experiment: Experiment) -> tuple[Persona, ...]:
    """Return every persona that a step trains, couples, asks or extracts, each once, in their order."""
    return tuple(dict.fromkeys(one for one in _held(experiment) if isinstance(one, Persona)))


def questions_of(experiment: Experiment) -> tuple[QuestionSet, ...]:
    """Return every question set, each once."""
    return tuple(dict.fromkeys(one for one in _held(experiment) if isinstance(one, QuestionSet)))


def datasets_of(experiment: Experiment) -> Mapping[str, DatasetRecord]:
    """Return every data set by name."""
    return {one.name: one for one in _held(experiment) if isinstance(one, DatasetRecord)}


def _held(experiment: Experiment) -> Iterator[Any]:
    steps = {id(step): step for condition in experiment.conditions for step in condition.steps}
    for step in steps.values():
        yield from _within(step)


def _within(value: Any) -> Iterator[Any]:
    if isinstance(value, Persona | QuestionSet | DatasetRecord):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _within(getattr(value, one.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _within(item)


def _fields(value: Any) -> dict[str, Json]:
    return {one.name: _brief(getattr(value, one.name)) for one in fields(value) if one.name not in _UNTOLD}


def _brief(value: Any) -> Json:
    if isinstance(value, Persona | QuestionSet | DatasetRecord):
        return value.name
    if isinstance(value, Recipe):
        return {"name": value.base, **value.fields}
    if isinstance(value, FileRef):
        return value.sha256
    if isinstance(value, tuple):
        return [_brief(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    plain: Json = value
    return plain
