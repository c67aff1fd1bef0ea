"""The design as plan and analysis see it: who was trained on what, who is asked what, and who counts as a bystander."""

from __future__ import annotations

from emspec.model.experiment import Condition, Experiment
from emspec.model.json import Json, JsonObject


def design_of(experiment: Experiment) -> JsonObject:
    """Return baseline, conditions, panel, bystanders and markers as JSON values.

    panel       name of the first evaluation's panel, and the personas that every evaluation has, in its order
    bystanders  the panel without the sources and trained negatives of any evaluated condition: one set for all
    markers     what the evaluations look for, in their order
    gate        only where there is one: its seeds, and the conditions that it opened for
    """
    evaluations = [e for c in experiment.conditions for e in c.evaluations]
    panel = shared_panel(experiment)
    trained = {name for c in experiment.conditions if c.evaluations for name in c.sources | c.negatives}
    return {
        "baseline": experiment.baseline,
        "conditions": [{**condition_design(c, c.seeds), **_repeated(experiment)} for c in experiment.conditions],
        "panel": {"name": evaluations[0].panel_name if evaluations else "", "personas": list(panel)},
        "bystanders": [name for name in panel if name not in trained],
        "markers": list(dict.fromkeys(marker for e in evaluations for marker in e.markers)),
        **_gated(experiment),
    }


def condition_design(condition: Condition, seeds: tuple[int, ...]) -> JsonObject:
    """Return what is known of a condition before it runs; personas by name.

    `markers` are those that its evaluations look for, `taught` those that it is taught before one of them. Only where
    there is something to say: `pairs`, who is taught which of several markers; `results`, the seeds whose replies were
    recorded elsewhere; `replicates`, how often each seed is run; `unknown`, what no record tells of: negatives.
    """
    induction = condition.induction_persona
    about: dict[str, Json] = {
        "name": condition.name,
        "control": condition.control,
        "stretch": condition.stretch,
        "induction": induction.name if induction else None,
        "counts_as": condition.counts_as,
        "seeds": list(seeds),
        "steps": [step.name for step in condition.steps],
        "source": sorted(condition.sources),
        "negatives": sorted(condition.negatives),
        "markers": list(dict.fromkeys(marker for e in condition.evaluations for marker in e.markers)),
        "taught": list(condition.taught),
    }
    if len(condition.taught) > 1:
        about["pairs"] = [{"source": pair.source.name, "marker": pair.marker} for pair in condition.pairs]
    if condition.results:
        about["results"] = list(condition.results)
    if any(not step.negatives for step in condition.couplings):
        about["unknown"] = ["negatives"]
    return about


def _gated(experiment: Experiment) -> JsonObject:
    """Return which conditions got further seeds for what their first ones showed."""
    if not experiment.gate or experiment.opened is None:
        return {}
    opened: list[Json] = [name for name, is_open in experiment.opened.items() if is_open]
    return {"gate": {"first": list(experiment.gate.first), "then": list(experiment.gate.then), "opened": opened}}


def _repeated(experiment: Experiment) -> JsonObject:
    return {"replicates": experiment.replicates} if experiment.replicates > 1 else {}


def shared_panel(experiment: Experiment) -> tuple[str, ...]:
    """Return the personas that every evaluation has, in the first panel's order."""
    panels = [[persona.name for persona in e.panel] for c in experiment.conditions for e in c.evaluations]
    return tuple(name for name in panels[0] if all(name in panel for panel in panels)) if panels else ()
