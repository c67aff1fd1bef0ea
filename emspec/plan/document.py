"""The whole plan as one JSON document: docs/schema/plan.schema.json says what is in it. No time of day, no path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import PurePath

from emspec.errors import Problem
from emspec.model.design import condition_design
from emspec.model.experiment import Experiment, Hypothesis, Measure
from emspec.model.json import Json, JsonObject
from emspec.model.plan import Cell, Plan
from emspec.model.records import Recording
from emspec.model.stage import Stage
from emspec.model.testability import read_testability
from emspec.plan.brief import brief_condition, datasets_of, differences, personas_of, questions_of
from emspec.plan.cost import PlanCost, StageCost
from emspec.plan.overview import Overview, untestable

VERSION = 1
"""Raised when a key of the document changes its meaning or goes away; new keys may come at any time."""


def plan_document(seen: Overview) -> JsonObject:
    """Return a plan, laid over what is there already, as JSON values."""
    plan = seen.plan
    experiment = plan.experiment
    return {
        "version": VERSION,
        "plan": plan.digest,
        "experiment": _experiment(experiment),
        "conditions": _conditions(experiment),
        "personas": [{"name": one.name, "sha256": one.digest, "text": one.text} for one in personas_of(experiment)],
        "questions": [
            {"name": one.name, "sha256": one.digest, "questions": list(one.questions)}
            for one in questions_of(experiment)
        ],
        "datasets": [
            {"name": one.name, "backend": one.backend, "source": one.source, "contract": one.contract}
            for one in datasets_of(experiment).values()
        ],
        "markers": plan.design.get("markers", []),
        **read_testability(experiment).to_json(),
        "hypotheses": [_hypothesis(one, seen) for one in experiment.hypotheses],
        "measures": [_measure(one) for one in experiment.measures.values()],
        "gate": _gate(plan),
        "problems": [_problem(one, experiment) for one in experiment.problems],
        "steps": [_step(seen, place) for place in range(len(seen.steps))],
        "stages": [_stage(one, seen.states[key], seen.cost.stages[key], seen.made) for key, one in plan.stages.items()],
        "sessions": [_session(seen, place) for place in range(len(seen.cost.sessions))],
        "cells": [_cell(one) for one in plan.cells],
        "costs": _costs(seen.cost),
        "lacking": [{"step": one.step, "kind": one.kind, "stages": one.runs} for one in seen.lacking],
        "probe": list(seen.probe),
    }


def _experiment(experiment: Experiment) -> JsonObject:
    model, profile = experiment.model, experiment.profile
    return {
        "issue": experiment.issue,
        "title": experiment.title,
        "state": experiment.state,
        "superseded_by": experiment.superseded_by,
        "follows": list(experiment.follows),
        "supersedes": list(experiment.supersedes),
        "model": {"name": model.name, "parameters": model.parameters, "identity": model.identity},
        "personas": experiment.personas_version,
        "seeds": list(experiment.seeds),
        "replicates": experiment.replicates,
        "baseline": experiment.baseline,
        "profile": {
            "name": profile.name,
            "note": profile.note,
            "device": profile.device,
            "replacements": [{"what": what, "from": old, "to": new} for what, old, new in profile.replacements],
        },
    }


def _conditions(experiment: Experiment) -> Json:
    differing = differences(experiment)
    return [
        {
            **condition_design(one, one.seeds),
            "results": {str(seed): _recording(found) for seed, found in one.results.items()},
            "differs": [change.to_json() for change in differing[one.name]],
            "order": [step.name for step in one.steps],
            "steps": brief_condition(one),
        }
        for one in experiment.conditions
    ]


def _recording(found: Recording) -> Json:
    return {"file": found.file.sha256, "where": dict(found.where)} if found.where else found.file.sha256


def _hypothesis(hypothesis: Hypothesis, seen: Overview) -> JsonObject:
    return {
        "name": hypothesis.name,
        "test": hypothesis.test,
        "claim": hypothesis.claim,
        "parameters": hypothesis.parameters,
        "decide": hypothesis.decide.to_json() if hypothesis.decide else None,
        "lacking": untestable(hypothesis, seen) or None,
    }


def _measure(measure: Measure) -> JsonObject:
    values = None if measure.values is None else dict(measure.values)
    return {"name": measure.name, "source": measure.source, "values": values, "of": measure.of}


def _gate(plan: Plan) -> Json:
    gate = plan.experiment.gate
    if gate is None:
        return None
    opened = plan.experiment.opened
    return {
        "first": list(gate.first),
        "then": list(gate.then),
        "rule": {**vars(gate.rule)} if gate.rule else None,
        "beside": gate.beside,
        "opened": None if opened is None else dict(opened),
        "stages": dict(plan.gates),
    }


def _problem(problem: Problem, experiment: Experiment) -> JsonObject:
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity,
        "file": PurePath(place.file).name if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": problem.message,
        "fix": problem.fix,
        "accepted": experiment.accepted.get(problem.code),
    }


def _step(seen: Overview, place: int) -> JsonObject:
    step = seen.steps[place]
    said = {name: value for name, value in asdict(step).items() if name not in {"made", "loads_model"}}
    return {**said, "seconds": _rounded(step.seconds), "runs": step.runs}


def _stage(stage: Stage, state: str, cost: StageCost, made: Mapping[str, str]) -> JsonObject:
    work = cost.work
    return {
        "key": stage.key,
        "kind": stage.kind,
        "step": stage.step,
        "label": stage.label,
        "backend": stage.backend,
        "backend_version": stage.version,
        "device": stage.session.device,
        "inputs": dict(stage.inputs),
        "state": state,
        "made_as": made.get(stage.key),
        "cost": {
            "rows": work.rows,
            "steps": work.steps,
            "prompt_tokens": work.prompt_tokens,
            "reply_tokens": work.reply_tokens,
            "trained_tokens": work.trained_tokens,
            "seconds": _rounded(cost.seconds),
            "bytes": work.bytes,
            "gpu_bytes": cost.gpu_bytes,
        },
    }


def _session(seen: Overview, place: int) -> JsonObject:
    session = seen.cost.sessions[place]
    return {
        "backend": seen.plan.stages[session.stages[0]].backend,
        "target": session.key.target,
        "device": session.key.device,
        "loads_model": bool(session.key.model),
        "start_seconds": _rounded(session.start),
        "seconds": _rounded(session.seconds),
        "stages": list(session.stages),
    }


def _cell(cell: Cell) -> JsonObject:
    return {"condition": cell.condition.name, "seed": cell.seed, "replicate": cell.replicate, "stages": dict(cell.keys)}


def _costs(cost: PlanCost) -> JsonObject:
    return {
        "seconds": _rounded(cost.seconds),
        "path_seconds": _rounded(cost.path_seconds),
        "gpu_hours": round(cost.gpu_hours, 3),
        "label": cost.label,
        "bytes": cost.bytes,
        "gpu_bytes": cost.gpu_bytes,
        "untimed": [{"kind": kind, "backend": backend, "device": device} for kind, backend, device in cost.untimed],
        "sources": list(cost.sources),
    }


def _rounded(seconds: float | None) -> float | None:
    """Return seconds in tenths: what an estimate cannot know finer, and what all machines round alike."""
    return None if seconds is None else round(seconds, 1)
