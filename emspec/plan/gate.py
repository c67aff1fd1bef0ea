"""Gates: the stages that decide, condition by condition, whether further seeds are run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import cast

from emspec.model.experiment import Condition, Experiment
from emspec.model.json import JsonObject
from emspec.model.plan import Cell
from emspec.plan.stages import Request, StageSet


def gate_stages(
    experiment: Experiment, cells: Sequence[Cell], design: JsonObject, stages: StageSet
) -> Mapping[str, str]:
    """Add a gate for each condition that waits for one, and return their keys by condition."""
    gate = experiment.gate
    if gate is None or gate.rule is None:
        return {}
    first = [cell for cell in cells if cell.seed in gate.first and cell.condition.evaluations]
    baseline = [cell for cell in first if cell.condition.name == experiment.baseline] if gate.rule.differs else []
    found = {}
    for condition in (one for one in experiment.conditions if is_gated(one, experiment)):
        own = [cell for cell in first if cell.condition.name == condition.name]
        arms = [("condition", cell) for cell in own] + [("baseline", cell) for cell in baseline]
        inputs = {f"scores.{number}": _score(cell) for number, (_, cell) in enumerate(arms, 1)}
        runs = [_looked_at(cell, design, arm) for arm, cell in arms]
        asked = Request(
            kind="gate",
            choice=stages.chosen("gate"),
            parameters={"rule": cast("JsonObject", asdict(gate.rule)), "runs": runs},
            label=f"{condition.name} gate",
            step="gate",
            inputs=inputs,
        )
        found[condition.name] = stages.add(asked)
    return found


def is_gated(condition: Condition, experiment: Experiment) -> bool:
    """Return whether a gate decides on further seeds of a condition: a control, the baseline, a condition that is not
    evaluated and one with seeds or results of its own have none."""
    gate = experiment.gate
    if gate is None or condition.control or condition.name == experiment.baseline or condition.results:
        return False
    return condition.seeds[: len(gate.first)] == gate.first and bool(condition.evaluations)


def with_decisions(experiment: Experiment, opened: Mapping[str, bool]) -> Experiment:
    """Return the experiment with the further seeds of the conditions whose gate opened, and of the baseline beside
    them."""
    gate = experiment.gate
    assert gate is not None
    more = {name for name, is_open in opened.items() if is_open}
    if more and gate.beside:
        more.add(gate.beside)
    conditions = tuple(
        replace(one, seeds=tuple(dict.fromkeys((*one.seeds, *gate.then)))) if one.name in more else one
        for one in experiment.conditions
    )
    seeds = tuple(dict.fromkeys(seed for condition in conditions for seed in condition.seeds))
    return replace(experiment, conditions=conditions, seeds=seeds, opened=opened)


def _score(cell: Cell) -> str:
    return cell.keys[f"{cell.condition.evaluations[0].name}.score"]


def _looked_at(cell: Cell, design: JsonObject, arm: str) -> JsonObject:
    """Return which replies of a run a gate looks at: the places of sources and bystanders among its systems."""
    step = cell.condition.evaluations[0]
    names = [persona.name for persona in step.panel]
    bystanders = cast("Sequence[str]", design["bystanders"])
    sources = cell.condition.sources_of(step.markers[0])
    return {
        "arm": arm,
        "marker": step.markers[0],
        "bystander_rate": [at for at, name in enumerate(names) if name in bystanders],
        "source_rate": [at for at, name in enumerate(names) if name in sources],
        "replies": len(step.questions.questions) * step.completions,
    }
