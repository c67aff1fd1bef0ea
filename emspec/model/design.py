"""The design as plan and analysis see it: who was trained on what, who is asked what, and who counts as a bystander."""

from __future__ import annotations

from emspec.model.experiment import Condition, Experiment
from emspec.model.json import JsonObject


def design_of(experiment: Experiment) -> JsonObject:
    """Return baseline, conditions, panel, bystanders and markers as JSON values.

    panel       name of the first evaluation's panel, and the personas that every evaluation has, in its order
    bystanders  the panel without the sources and trained negatives of any evaluated condition: one set for all
    markers     what the evaluations look for, in their order
    """
    evaluations = [e for c in experiment.conditions for e in c.evaluations]
    panel = shared_panel(experiment)
    trained = {name for c in experiment.conditions if c.evaluations for name in c.sources | c.negatives}
    return {
        "baseline": experiment.baseline,
        "conditions": [condition_design(c, experiment.seeds) for c in experiment.conditions],
        "panel": {"name": evaluations[0].panel_name if evaluations else "", "personas": list(panel)},
        "bystanders": [name for name in panel if name not in trained],
        "markers": list(dict.fromkeys(marker for e in evaluations for marker in e.markers)),
    }


def condition_design(condition: Condition, seeds: tuple[int, ...]) -> JsonObject:
    """Return what is known of a condition before it runs; personas by name.

    `markers` are those that its evaluations look for, `taught` those that its couple steps teach before one of them.
    """
    induction = condition.induction
    return {
        "name": condition.name,
        "control": condition.control,
        "stretch": condition.stretch,
        "induction": induction.persona.name if induction and induction.persona else None,
        "counts_as": condition.counts_as,
        "seeds": list(seeds),
        "steps": [step.name for step in condition.steps],
        "source": sorted(condition.sources),
        "negatives": sorted(condition.negatives),
        "markers": list(dict.fromkeys(marker for e in condition.evaluations for marker in e.markers)),
        "taught": list(condition.taught),
    }


def shared_panel(experiment: Experiment) -> tuple[str, ...]:
    """Return the personas that every evaluation has, in the first panel's order."""
    panels = [[persona.name for persona in e.panel] for c in experiment.conditions for e in c.evaluations]
    return tuple(name for name in panels[0] if all(name in panel for panel in panels)) if panels else ()
