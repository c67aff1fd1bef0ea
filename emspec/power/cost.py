"""What a variant costs beside the design: runs, replies, work and time."""

from __future__ import annotations

from dataclasses import dataclass

from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.plan import compile_plan
from emspec.plan.cost import plan_cost

TRAINING = ("train", "couple")
PASSES = 2
"""Forward passes that a training token costs beside the first: its backward pass."""


@dataclass(frozen=True)
class Cost:
    """Cells, adapters trained, replies evaluated, work in tokens passed forward (see emspec.plan.work), and time.

    `seconds` is what all stages take by the rates that their backends declare, None where some backend declares none;
    `gpu_hours` are those on a GPU, 0 where the profile uses none.
    """

    cells: int
    trainings: int
    replies: int
    work: float
    seconds: float | None = None
    gpu_hours: float = 0.0


def cost_of(experiment: Experiment, catalog: Catalog) -> Cost:
    """Return what an experiment costs from an empty store, equal stages counted once."""
    plan = compile_plan(experiment, catalog)
    priced = plan_cost(plan, catalog, plan.stages)
    times = experiment.replicates
    evaluated = (
        (step, one.runs(times) - len(one.results)) for one in experiment.conditions for step in one.evaluations
    )
    return Cost(
        cells=len(plan.cells),
        trainings=sum(stage.kind in TRAINING for stage in plan.stages.values()),
        replies=sum(runs * len(e.panel) * len(e.questions.questions) * e.completions for e, runs in evaluated),
        work=sum(PASSES * one.work.trained_tokens + one.work.tokens for one in priced.stages.values()),
        seconds=None if priced.untimed else priced.seconds,
        gpu_hours=priced.gpu_hours,
    )
