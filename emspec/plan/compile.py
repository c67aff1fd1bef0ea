"""Compile an experiment into a plan: a pure function of the experiment and the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emspec.model.design import condition_design, design_of
from emspec.model.experiment import Condition, Experiment, Hypothesis
from emspec.model.json import Json, JsonObject, digest
from emspec.model.plan import Cell, Plan
from emspec.model.plugin import Catalog
from emspec.model.step import EvaluateStep
from emspec.plan.gate import gate_stages
from emspec.plan.stages import Request, StageSet
from emspec.plan.steps import Run, is_trained, leaves_adapter, recorded_stages, step_stages


def compile_plan(experiment: Experiment, catalog: Catalog) -> Plan:
    """Return the plan of an experiment. Raises PluginError for a backend or a test that is not installed."""
    stages = StageSet(experiment, catalog)
    cells = [compile_cell(run, stages) for run in _runs(experiment)]
    design = design_of(experiment)
    gates = gate_stages(experiment, cells, design, stages)
    evaluated = any(c.condition.evaluations for c in cells) and (not gates or experiment.opened is not None)
    rows = _rows(cells, stages) if evaluated else None
    analyse = _analyse(rows, cells, design, stages) if rows else None
    return Plan(
        digest=digest(sorted(stages.stages)),
        experiment=experiment,
        stages=stages.stages,
        cells=tuple(cells),
        design=design,
        attainable=experiment.attainable,
        rows=rows,
        analyse=analyse,
        gates=gates,
    )


def _runs(experiment: Experiment) -> Iterator[Run]:
    for condition in experiment.conditions:
        for seed in condition.seeds:
            recorded = seed in condition.results
            yield from (Run(condition, seed, number + 1) for number in range(1 if recorded else experiment.replicates))


def compile_cell(run: Run, stages: StageSet) -> Cell:
    """Compile one run of a condition: each step takes the adapters that the steps before it left.

    Of a condition with recorded results only its evaluations are left, and they take the recorded replies.
    """
    keys: dict[str, str] = {}
    chain: dict[str, str] = {}
    if run.seed in run.condition.results:
        for evaluation in run.condition.evaluations:
            keys |= recorded_stages(evaluation, run, stages)
        return Cell(run.condition, run.seed, keys)
    for step in run.condition.steps:
        keys |= step_stages(step, run, dict(chain), stages)
        if leaves_adapter(step):
            chain[f"adapter.{len(chain) + 1}"] = keys[step.name]
    return Cell(run.condition, run.seed, keys, run.replicate)


def _evaluated(cells: Sequence[Cell]) -> Iterator[tuple[int, Cell, EvaluateStep]]:
    """Yield each evaluation of each cell, numbered from 1."""
    pairs = ((cell, step) for cell in cells for step in cell.condition.evaluations)
    return ((number, cell, step) for number, (cell, step) in enumerate(pairs, 1))


def _rows(cells: Sequence[Cell], stages: StageSet) -> str:
    """Add the run's row table, which joins replies and scores with what the cells are called."""
    described: list[Json] = []
    inputs: dict[str, str] = {}
    for number, cell, step in _evaluated(cells):
        described.append(cell_document(cell.condition, cell.seed, step, cell.replicate))
        inputs[f"replies.{number}"] = cell.keys[step.name]
        inputs[f"scores.{number}"] = cell.keys[f"{step.name}.score"]
    return stages.add(Request("rows", stages.chosen("rows"), {"cells": described}, "row table", "rows", inputs))


def cell_document(condition: Condition, seed: int, step: EvaluateStep, replicate: int = 1) -> JsonObject:
    """Return one evaluation of a run of a condition, as the row table describes it."""
    about = condition_design(condition, (seed,))
    return {
        "condition": condition.name,
        "seed": seed,
        **({"replicate": replicate} if replicate > 1 else {}),
        **{name: about[name] for name in ("control", "induction", "counts_as", "source", "negatives")},
        **{name: about[name] for name in ("pairs",) if name in about},
        "personas": tuple(p.name for p in step.panel),
        "questions": step.questions.questions,
        "markers": step.markers,
    }


def _analyse(rows: str, cells: Sequence[Cell], design: JsonObject, stages: StageSet) -> str:
    """Add the analysis: the tests that are installed, over the row table, and the training curves beside it."""
    inputs = {"rows": rows}
    for number, cell, _ in _evaluated(cells):
        trained = [step.name for step in cell.condition.steps if is_trained(step) and step.name in cell.keys]
        inputs |= {f"training.{number}.{place}": cell.keys[name] for place, name in enumerate(trained, 1)}
    hypotheses = [h for h in stages.experiment.hypotheses if h.installed]
    tests = {h.name: stages.test(h) for h in hypotheses}
    asked: list[Json] = [hypothesis_document(h, tests[h.name].version) for h in hypotheses]
    families: list[Json] = [family.to_json() for family in stages.experiment.families]
    together: JsonObject = {"families": families} if families else {}
    return stages.add(
        Request(
            kind="analyse",
            choice=stages.chosen("analyse"),
            parameters={"design": design, "hypotheses": asked, **together},
            label="analysis",
            step="analyse",
            inputs=inputs,
            places={f"test.{test.name}": test.target for test in tests.values()},
        )
    )


def hypothesis_document(hypothesis: Hypothesis, version: str) -> JsonObject:
    """Return a hypothesis as the analysis gets it: the registered rule only where there is one."""
    about: JsonObject = {
        "name": hypothesis.name,
        "test": hypothesis.test,
        "version": version,
        "claim": hypothesis.claim,
        "parameters": hypothesis.parameters,
    }
    return {**about, "decide": hypothesis.decide.to_json()} if hypothesis.decide else about
