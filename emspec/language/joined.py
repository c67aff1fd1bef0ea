"""The schemas as they hold for one spec: the core's, with the spec's own steps and what the plugins bring."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from emspec.model.decision import Metric, Unit
from emspec.model.plugin import Catalog
from emspec.registry import recipe_fields
from emspec.schema import Schema, inlined

STAGE_OF: Mapping[str, str] = {
    "train": "train",
    "couple": "couple",
    "marker-eval": "generate",
    "adapter": "adapter",
    "extract": "extract",
}
"""For each step kind, the kind of the stage that a backend named for the step executes."""

_COMPARED: Mapping[Unit, str] = {"pp": ">= 5pp", "p": "< .05", "number": ">= .7"}

RESERVED = ("as", "stretch", "order", "seeds", "results")

RULE_WORDS = ("in", "correction", "family", "draws")
"""What a registered rule says beside the figures of its test."""


@cache
def core(name: str) -> Any:
    """Return the committed schema `spec` or `profile`, without references."""
    schema = json.loads(Path(__file__).with_name(f"{name}.schema.json").read_text())
    return inlined(schema, schema["$defs"])


@cache
def definition(name: str) -> Any:
    """Return a definition of the committed schema of a spec, without references."""
    whole = json.loads(Path(__file__).with_name("spec.schema.json").read_text())["$defs"]
    return inlined(whole[name], whole)


@cache
def step_schema(kind: str) -> Schema:
    """Return the schema of a step of a kind, the recipe's fields included."""
    whole = json.loads(Path(__file__).with_name("spec.schema.json").read_text())["$defs"]
    schema: dict[str, Any] = inlined(whole[kind], whole)
    if "recipe" in schema["properties"]:
        recipe = schema["properties"]["recipe"]
        fields = {**recipe["properties"], **recipe_fields(kind)}
        schema["properties"]["recipe"] = {**recipe, "properties": fields, "additionalProperties": False}
    return schema


@cache
def dotted(kind: str) -> Mapping[str, Schema]:
    """Return the schema of each field of a step kind that a condition may change: `recipe`, `recipe.lr` ..."""
    fields = {name: one for name, one in step_schema(kind)["properties"].items() if name != "kind"}
    inner = {
        f"{name}.{below}": schema for name, one in fields.items() for below, schema in one.get("properties", {}).items()
    }
    return {**fields, **inner}


def spec_schema(steps: Mapping[str, str | None], catalog: Catalog) -> Schema:
    """Return the schema of a spec with these steps (name to kind; None where the kind is not known)."""
    whole = core("spec")
    changed = {
        "steps": _steps(whole["properties"]["steps"]),
        "conditions": _conditions(whole["properties"]["conditions"], steps),
        "controls": _conditions(whole["properties"]["controls"], steps),
        "matrix": _matrix(whole["properties"]["matrix"], steps),
        "hypotheses": _hypotheses(whole["properties"]["hypotheses"], catalog),
        "backends": {**whole["properties"]["backends"], **_backends(backend_keys(steps, catalog), catalog)},
    }
    return {**whole, "properties": {**whole["properties"], **changed}}


def profile_schema(catalog: Catalog) -> Schema:
    """Return the schema of a profile."""
    whole = core("profile")
    own = whole["properties"]
    kinds = {kind: _settings(kind) for kind in STAGE_OF}
    changed = {
        "kinds": {**own["kinds"], "properties": kinds, "additionalProperties": False},
        "backends": {**own["backends"], **_backends(backend_keys({}, catalog), catalog)},
    }
    return {**whole, "properties": {**own, **changed}}


def _settings(kind: str) -> Schema:
    """Return the schema of what a profile sets in every step of a kind."""
    what = f"fields set in every {kind} step: FIELD: value"
    return {"type": "object", "description": what, "properties": dotted(kind), "additionalProperties": False}


def backend_keys(steps: Mapping[str, str | None], catalog: Catalog) -> Mapping[str, str]:
    """Return what a backend can be named for, stage kinds and steps, each with the kind of its stages.

    Data stages are left out: a data set names its backend itself.
    """
    stages = {kind: kind for kind, _ in sorted(catalog.backends) if kind != "data"}
    return {**stages, **{name: STAGE_OF[kind] for name, kind in steps.items() if kind}}


def taken_names(steps: Mapping[str, str], catalog: Catalog) -> list[str]:
    """Return the steps whose names mean something else: a field of conditions, or another kind of stage."""
    stages = {kind for kind, _ in catalog.backends}
    return [name for name, kind in steps.items() if name in RESERVED or (name in stages and STAGE_OF[kind] != name)]


def backend_schema(kind: str, catalog: Catalog) -> Schema:
    """Return the schema of the choice of a backend for a stage kind: a name, or a name with options."""
    names = sorted(name for of, name in catalog.backends if of == kind)
    options = [_one_of("name", name, _with_points(catalog.backends[kind, name].options)) for name in names]
    return {
        "type": ["string", "object"],
        "x-expected": "a backend's name, or {name: BACKEND, option: value}",
        "required": ["name"],
        "properties": {"name": {"enum": names, "description": "a backend of an installed plugin"}},
        "allOf": [{"if": {"type": "string"}, "then": {"enum": names}}, *options],
    }


def options_of(kind: str | None, choice: Any, catalog: Catalog) -> Schema:
    """Return the schema of a choice's options, as far as its backend is known."""
    name = choice.get("name") if isinstance(choice, Mapping) else None
    known = kind and isinstance(name, str) and (kind, name) in catalog.backends
    return catalog.backends[str(kind), str(name)].options if known else {}


def parameters_of(hypothesis: Any, catalog: Catalog) -> Schema:
    """Return the schema of a hypothesis' parameters, as far as its test is known."""
    test = hypothesis.get("test") if isinstance(hypothesis, Mapping) else None
    return test_schemas(catalog).get(test, {}) if isinstance(test, str) else {}


def test_schemas(catalog: Catalog) -> Mapping[str, Schema]:
    """Return the schema of the parameters of each test: the installed ones, and those that only the language knows."""
    known = core("spec")["properties"]["hypotheses"]["additionalProperties"]["properties"]["test"]["x-uninstalled"]
    brought = {name: kind.parameters for name, kind in catalog.tests.items()}
    return {**dict.fromkeys(known, definition("uninstalled")), **brought}


def metrics_of(test: str, catalog: Catalog) -> tuple[Metric, ...]:
    """Return the figures of a test that a registered rule may name."""
    if test in catalog.tests:
        return catalog.tests[test].metrics
    figures = definition("uninstalled")["x-metrics"]
    return tuple(
        Metric(name, "the p value" if unit == "p" else "the effect", unit, *((0, 1) if unit == "p" else ()))
        for name, unit in figures.items()
    )


def _one_of(selector: str, value: str, parameters: Schema, *shared: str) -> Schema:
    """Return: where `selector` is `value`, all other properties but `shared` are as in `parameters`."""
    free = dict.fromkeys((selector, *shared), True)
    then = {**parameters, "properties": {**parameters.get("properties", {}), **free}}
    given = {"type": "object", "required": [selector], "properties": {selector: {"const": value}}}
    return {"if": given, "then": {"additionalProperties": False, **then}}


def _with_points(parameters: Schema) -> Schema:
    """Return the schema of a plugin's parameters, with words for its fractions that say how points are written."""
    properties = {key: _fraction(one) for key, one in parameters.get("properties", {}).items()}
    return {**parameters, "properties": properties}


def _fraction(parameter: Schema) -> Schema:
    return {"x-expected": "a number such as 0.1, or 10pp", **parameter} if is_fraction(parameter) else parameter


def is_fraction(parameter: Schema) -> bool:
    """Return whether a plugin's parameter is a fraction of 1, which may also be written in percentage points."""
    most = parameter.get("maximum", parameter.get("exclusiveMaximum", math.inf))
    return parameter.get("type") == "number" and isinstance(most, int | float) and most <= 1


def _backends(kinds: Mapping[str, str], catalog: Catalog) -> Schema:
    properties = {key: backend_schema(kind, catalog) for key, kind in kinds.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _steps(steps: Schema) -> Schema:
    step = steps["additionalProperties"]
    kinds = [_one_of("kind", kind, step_schema(kind)) for kind in STAGE_OF]
    return {**steps, "additionalProperties": {**step, "allOf": kinds}}


def _conditions(conditions: Schema, steps: Mapping[str, str | None]) -> Schema:
    condition = conditions["additionalProperties"]
    whole = {name: _change(kind) for name, kind in steps.items() if name not in RESERVED}
    changed = {
        "properties": {**condition["properties"], **whole, **_fields(steps)},
        "patternProperties": dict.fromkeys(_anything_in(steps), True),
        "additionalProperties": False,
    }
    return {**conditions, "additionalProperties": {**condition, **changed}}


def _fields(steps: Mapping[str, str | None]) -> Mapping[str, Schema]:
    """Return the schema of each `STEP.FIELD` that can be changed."""
    return {f"{name}.{field}": one for name, kind in steps.items() if kind for field, one in dotted(kind).items()}


def _change(kind: str | None) -> Schema:
    """Return the schema of what a condition may say of a step by its name: skip, fields, or another step."""
    another = [_one_of("kind", one, step_schema(one)) for one in STAGE_OF]
    fields = {"properties": dotted(kind), "additionalProperties": False} if kind else {}
    return {
        "type": ["string", "object"],
        "x-expected": "skip, {FIELD: value, ...}, or another step in full: {kind: ..., ...}",
        "properties": {"kind": {"enum": list(STAGE_OF)}},
        "allOf": [
            {"if": {"type": "string"}, "then": {"enum": ["skip"]}},
            {"if": {"type": "object", "not": {"required": ["kind"]}}, "then": fields},
            *another,
        ],
    }


def _matrix(matrix: Schema, steps: Mapping[str, str | None]) -> Schema:
    values = {"x-expected": "a list of values", **matrix["additionalProperties"]}
    known = {"as": core("spec")["properties"]["conditions"]["additionalProperties"]["properties"]["as"]}
    properties = {name: {**values, "items": one} for name, one in {**known, **_fields(steps)}.items()}
    anything = dict.fromkeys(_anything_in(steps), values)
    return {**matrix, "properties": properties, "patternProperties": anything, "additionalProperties": False}


def _anything_in(steps: Mapping[str, str | None]) -> Iterable[str]:
    """Yield patterns of the fields of steps whose kind is not known: what can be in them cannot be said."""
    return (f"^{re.escape(name)}[.]" for name, kind in steps.items() if kind is None)


def _hypotheses(hypotheses: Schema, catalog: Catalog) -> Schema:
    one = hypotheses["additionalProperties"]
    tests = test_schemas(catalog)
    test = {**one["properties"]["test"], "enum": sorted(tests)}
    kinds = [
        _one_of("test", name, _ruled(name, _with_points(schema), catalog), "claim") for name, schema in tests.items()
    ]
    changed = {**one, "properties": {**one["properties"], "test": test}, "allOf": kinds}
    return {**hypotheses, "additionalProperties": changed}


def _ruled(test: str, parameters: Schema, catalog: Catalog) -> Schema:
    """Return the schema of a test's parameters with that of a rule over its figures."""
    rule, criterion = definition("decide"), definition("criterion")
    figures = {
        metric.name: {**criterion, "description": metric.about, "examples": [_COMPARED[metric.unit]]}
        for metric in metrics_of(test, catalog)
    }
    whole = {**rule, "properties": {**figures, **rule["properties"]}}
    return {**parameters, "properties": {**parameters.get("properties", {}), "decide": whole}}
