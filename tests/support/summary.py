"""What a plan comes to, short enough to be read: for the golden specs that are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from emspec.model.experiment import Condition, Experiment
from emspec.model.json import canonical, digest
from emspec.model.plan import Plan
from emspec.model.step import AdapterStep, CoupleStep, EvaluateStep, ExtractStep, Pair, TrainStep

RUN_LEVEL = {"rows", "analyse", "gate"}
"""Kinds of stages whose keys hold what conditions and hypotheses are called."""


def summary(plan: Plan) -> dict[str, Any]:
    """Return conditions with their steps, seeds and roles, stages by step, and findings; `keys` is a digest of the
    keys of all stages that have no names in them."""
    experiment = plan.experiment
    counts = Counter(f"{stage.step}: {stage.kind} {stage.backend}".rstrip() for stage in plan.stages.values())
    keys = sorted(key for key, stage in plan.stages.items() if stage.kind not in RUN_LEVEL)
    return {
        "title": experiment.title,
        "baseline": experiment.baseline,
        "conditions": _conditions(experiment),
        "cells": len(plan.cells),
        "stages": dict(counts),
        "keys": digest(keys)[:16],
        "bystanders": plan.design["bystanders"],
        **_asked(experiment),
        "findings": [problem.code for problem in experiment.problems],
    }


def _asked(experiment: Experiment) -> Mapping[str, Any]:
    gate = asdict(experiment.gate) if experiment.gate else None
    hypotheses = {
        one.name: {"test": one.test, **one.parameters, **({"decide": one.decide.to_json()} if one.decide else {})}
        for one in experiment.hypotheses
    }
    measures = {name: one.values or one.of for name, one in experiment.measures.items()}
    said = {"gate": gate, "measures": measures, "hypotheses": hypotheses, "accepted": experiment.accepted}
    return {name: one for name, one in said.items() if one}


def _conditions(experiment: Experiment) -> dict[str, Any]:
    """Return each condition; a step that an earlier one has as well is `as in` that."""
    found: dict[str, Any] = {}
    known: dict[str, str] = {}
    for condition in experiment.conditions:
        steps: dict[str, Any] = {}
        for step in condition.steps:
            text = canonical([step.name, step.kind, _STEPS[step.kind](step)])
            steps[step.name] = f"as in {known[text]}" if text in known else {step.kind: _STEPS[step.kind](step)}
            known.setdefault(text, condition.name)
        found[condition.name] = {**_roles(condition), "seeds": condition.seeds, "steps": steps}
    return found


def _roles(condition: Condition) -> dict[str, Any]:
    roles = {
        "control": condition.control,
        "stretch": condition.stretch,
        "as": condition.counts_as,
        "induced under": condition.induction_persona.name if condition.induction_persona else None,
        "sources": sorted(condition.sources),
        "results": sorted(condition.results),
    }
    return {name: one for name, one in roles.items() if one}


def _train(step: TrainStep) -> dict[str, Any]:
    own = {"own_system": step.own_system} if step.own_system != "error" else {}
    return {"data": step.data.name, "system": step.persona.name if step.persona else None, **own, **_recipe(step)}


def _couple(step: CoupleStep) -> dict[str, Any]:
    return {
        "pairs": _pairs(step.pairs),
        "separator": step.separator,
        "negatives": [one.name for one in step.negatives],
        "rule": step.negatives_rule,
        "questions": step.questions.name,
        "positives": step.positives,
        "drawn": step.drawn,
        "sampling": tuple(asdict(step.sampling).values()),
        **_recipe(step),
    }


def _adapter(step: AdapterStep) -> dict[str, Any]:
    roles = step.roles
    induction = roles.induction.name if roles.induction else None
    known = {"induction": induction, "pairs": _pairs(roles.pairs), "negatives": [one.name for one in roles.negatives]}
    return {
        "from": step.written,
        "origin": step.origin,
        "verified": step.trained_on is not None,
        **{name: one for name, one in known.items() if one},
    }


def _extract(step: ExtractStep) -> dict[str, Any]:
    return {
        "methods": step.methods,
        "layers": step.layers,
        "panel": [one.name for one in step.panel],
        "questions": len(step.questions.questions),
        "max_tokens": step.max_tokens,
    }


def _evaluate(step: EvaluateStep) -> dict[str, Any]:
    return {
        "markers": step.markers,
        "panel": [one.name for one in step.panel],
        "questions": len(step.questions.questions),
        "completions": step.completions,
        "sampling": tuple(asdict(step.sampling).values()),
    }


def _recipe(step: TrainStep | CoupleStep) -> dict[str, Any]:
    return {"recipe": step.recipe.base, **{name: step.recipe.fields[name] for name in step.recipe.changed}}


def _pairs(pairs: tuple[Pair, ...]) -> list[str]:
    return [f"{pair.source.name}: {pair.marker}" for pair in pairs]


_STEPS: Mapping[str, Any] = {
    "train": _train,
    "couple": _couple,
    "adapter": _adapter,
    "extract": _extract,
    "marker-eval": _evaluate,
}
