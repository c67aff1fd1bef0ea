"""A design as one JSON document: what an experiment says, without where it says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from emspec.model.experiment import Condition, Experiment
from emspec.model.json import Json, JsonObject
from emspec.model.plugin import Catalog
from emspec.model.records import FileRef, Persona, QuestionSet, Recipe

LEFT_OUT = frozenset({"place", "negatives_rule", "panel_name", "changed", "files", "places"})
"""Fields that say how the spec came to its values, not what they are."""


def described(experiment: Experiment, catalog: Catalog) -> JsonObject:
    """Return the design: what is trained, evaluated and tested. Conditions, steps and hypotheses are keyed by name.

    Personas are {name: prompt}, questions {"name", "questions"}, recipes {"recipe", and every field}; a file is its
    SHA-256. A hypothesis carries its test's version.
    """
    tests = catalog.tests
    families: JsonObject = {one.name: one.to_json() for one in experiment.families}
    return {
        "model": {"name": experiment.model.name, "identity": experiment.model.identity},
        "personas": experiment.personas_version,
        "seeds": experiment.seeds,
        **({"replicates": experiment.replicates} if experiment.replicates > 1 else {}),
        "profile": experiment.profile.name,
        **({"gate": _fields(experiment.gate)} if experiment.gate else {}),
        "baseline": experiment.baseline,
        "conditions": _conditions(experiment),
        "hypotheses": {
            one.name: {
                **_fields(one),
                "version": tests[one.test].version if one.test in tests else None,
            }
            for one in experiment.hypotheses
        },
        **({"families": families} if families else {}),
        "backends": {name: {"name": one.name, **one.options} for name, one in experiment.backends.items()},
    }


def _conditions(experiment: Experiment) -> JsonObject:
    known: dict[int, Json] = {}
    for condition in experiment.conditions:
        for step in condition.steps:
            if id(step) not in known:
                known[id(step)] = {name: one for name, one in _fields(step).items() if name != "name"}
    return {condition.name: _condition(condition, known) for condition in experiment.conditions}


def _condition(condition: Condition, steps: Mapping[int, Json]) -> JsonObject:
    """Return a condition's own fields, the order of its steps, and each step; `steps` are described by identity."""
    own = {field.name: getattr(condition, field.name) for field in fields(condition)}
    said = {name: _json(value) for name, value in own.items() if name not in {"name", "steps"}}
    order = tuple(step.name for step in condition.steps)
    return {**said, "order": order, "steps": {step.name: steps[id(step)] for step in condition.steps}}


def _fields(value: Any) -> dict[str, Json]:
    return {one.name: _json(getattr(value, one.name)) for one in fields(value) if one.name not in LEFT_OUT}


def _json(value: Any) -> Json:
    """Return a value as JSON; records of the registry in a form of their own, other dataclasses field by field."""
    for kind, form in _FORMS:
        if isinstance(value, kind):
            return form(value)
    held: Json = _fields(value) if is_dataclass(value) and not isinstance(value, type) else value
    return held


def _items(values: tuple[Any, ...]) -> Json:
    if values and all(isinstance(one, Persona) for one in values):
        return {one.name: one.text for one in values}
    return [_json(one) for one in values]


def _persona(persona: Persona) -> Json:
    return {persona.name: persona.text}


def _questions(questions: QuestionSet) -> Json:
    return {"name": questions.name, "questions": questions.questions}


def _recipe(recipe: Recipe) -> Json:
    return {"recipe": recipe.base, **recipe.fields}


def _file(file: FileRef) -> Json:
    return file.sha256


def _mapping(values: Mapping[Any, Any]) -> Json:
    return {str(name): _json(one) for name, one in values.items()}


_FORMS: tuple[tuple[Any, Callable[[Any], Json]], ...] = (
    (Persona, _persona),
    (QuestionSet, _questions),
    (Recipe, _recipe),
    (FileRef, _file),
    (Mapping, _mapping),
    ((tuple, list), _items),
)
