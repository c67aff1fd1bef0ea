"""The design as the analysis sees it: who was trained on what, and who counts as a bystander."""

from __future__ import annotations

from emspec.model.experiment import Condition, CoupleStep, EvaluateStep, Experiment, TrainStep
from emspec.model.json import JsonObject


def design_of(experiment: Experiment) -> JsonObject:
    """Return baseline, conditions, panel, bystanders and markers as JSON values."""
    return {
        "baseline": experiment.baseline,
        "conditions": [condition_design(c, experiment.seeds) for c in experiment.conditions],
        "panel": panel_of(experiment),
        "bystanders": bystanders_of(experiment),
        "markers": sorted({m for c in experiment.conditions for e in evaluations(c) for m in e.markers}),
    }


def condition_design(condition: Condition, seeds: tuple[int, ...]) -> JsonObject:
    """Return what is known of a condition before it runs; personas by name."""
    trained = [step for step in condition.steps if isinstance(step, TrainStep)]
    persona = trained[-1].persona if trained else None
    return {
        "name": condition.name,
        "control": condition.control,
        "stretch": condition.stretch,
        "induction": persona.name if persona else None,
        "counts_as": condition.counts_as,
        "seeds": list(seeds),
        "steps": [step.name for step in condition.steps],
        "source": sorted(sources(condition)),
        "negatives": sorted(negatives(condition)),
    }


def sources(condition: Condition) -> set[str]:
    """Return the personas that a marker is coupled to."""
    return {step.source.name for step in condition.steps if isinstance(step, CoupleStep)}


def negatives(condition: Condition) -> set[str]:
    """Return the personas trained to go without a marker."""
    return {p.name for step in condition.steps if isinstance(step, CoupleStep) for p in step.negatives}


def evaluations(condition: Condition) -> list[EvaluateStep]:
    """Return a condition's evaluations, in order."""
    return [step for step in condition.steps if isinstance(step, EvaluateStep)]


def panel_of(experiment: Experiment) -> JsonObject:
    """Return the personas that every evaluation has, in the first panel's order."""
    panels = [e for c in experiment.conditions for e in evaluations(c)]
    if not panels:
        return {"name": "", "personas": []}
    shared = set.intersection(*({p.name for p in e.panel} for e in panels))
    return {"name": panels[0].panel_name, "personas": [p.name for p in panels[0].panel if p.name in shared]}


def bystanders_of(experiment: Experiment) -> list[str]:
    """Return the panel without the sources and the trained negatives of any condition: one set for all conditions."""
    trained = {name for c in experiment.conditions for name in sources(c) | negatives(c)}
    personas = panel_of(experiment)["personas"]
    assert isinstance(personas, list)
    return [name for name in personas if name not in trained]
