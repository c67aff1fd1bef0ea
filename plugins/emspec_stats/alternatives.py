"""What each test is to find, for `emspec power` to plant. Pure Python: asked before anything runs."""

from __future__ import annotations

from emspec import Alternative, Experiment, Hypothesis, design_of
from emspec_stats.arms import comparable, field_of, trained_role
from emspec_stats.compared import LESS, rated, sides, sources
from emspec_stats.floors import covariate


def self_leakage(experiment: Experiment, hypothesis: Hypothesis) -> Alternative:
    """Each testable condition raises its own persona, and nothing else; the null is no raise."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    pattern = {condition: {persona: 1.0} for condition, persona in comparable(field).usable}
    what = "more leakage of each condition's own persona there"
    return Alternative(what, pattern, edge=0.0, asked=registered(hypothesis, "effect"))


def invariance(experiment: Experiment, hypothesis: Hypothesis) -> Alternative:
    """One condition, the last, leaks more than all others: the claim is true up to the margin, and truest at 0."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    pattern = {field.conditions[-1].name: dict.fromkeys(field.bystanders, 1.0)} if field.conditions else {}
    return Alternative(
        "between one condition and all others",
        pattern,
        edge=float(str(hypothesis.parameters["margin"])),
        towards=-1,
        asked=0.0,
        against=True,
    )


def immunity(experiment: Experiment, hypothesis: Hypothesis) -> Alternative:
    """The persona leaks less than other bystanders in every condition that did not train it; by the margin is null."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    persona = str(hypothesis.parameters["persona"])
    where = str(hypothesis.parameters["condition"])
    arms = (arm for arm in field.arms if not arm.control or arm.name == where)
    spared = (arm.name for arm in arms if trained_role(persona, arm) is None)
    return Alternative(
        f"less leakage of {persona} than of the other bystanders",
        {name: {persona: -1.0} for name in spared},
        edge=float(str(hypothesis.parameters["margin"])),
        asked=registered(hypothesis, "effect"),
    )


def trend(experiment: Experiment, hypothesis: Hypothesis) -> Alternative:
    """Leakage of all bystanders is a straight line on the covariate; the effect is how far it rises over all of it.

    It rises about the common rate: the lowest value has half the effect less, the highest half more; where the claim
    is of a decrease, the other way round.
    """
    field = field_of(design_of(experiment), hypothesis.parameters)
    values = covariate(hypothesis.parameters.get("values")) or {}
    used = {arm.name: values[arm.name] for arm in field.conditions if arm.name in values}
    low, high = min(used.values(), default=0.0), max(used.values(), default=0.0)
    sign = -1.0 if hypothesis.parameters.get("direction") == "decreasing" else 1.0
    parts = {name: sign * ((value - low) / (high - low) - 0.5) for name, value in used.items() if high > low}
    return Alternative(
        "between the ends of the covariate, along a straight line",
        {name: dict.fromkeys(field.bystanders, part) for name, part in parts.items()},
        edge=0.0,
    )


def contrast(experiment: Experiment, hypothesis: Hypothesis) -> Alternative | None:
    """The arms of one side leak more, or less, than those of the other; by the margin, or not at all, is the null.

    None where a control without induction is compared with an arm that has it: they do not leak alike to begin with.
    """
    field = field_of(design_of(experiment), hypothesis.parameters)
    of, against = sides(hypothesis.parameters)
    induced = {one.name: one.induction is not None for one in experiment.conditions if one.control}
    if len({induced.get(name, True) for name in (*of, *against)}) > 1:
        return None
    whose = rated(hypothesis.parameters)
    taught = frozenset[str]().union(*sources(field, frozenset((*of, *against))))
    personas = {"bystander": field.bystanders, "source": tuple(sorted(taught))}.get(whose, (whose,))
    less = hypothesis.parameters.get("direction") == LESS
    who = {"bystander": "bystanders", "source": "the source"}.get(whose, whose)
    return Alternative(
        f"{'less' if less else 'more'} leakage of {who} in {' and '.join(of)}",
        {name: dict.fromkeys(personas, -1.0 if less else 1.0) for name in of},
        edge=float(str(hypothesis.parameters.get("margin") or 0)),
        asked=registered(hypothesis, "effect"),
    )


def registered(hypothesis: Hypothesis, metric: str) -> float | None:
    """Return the least size that the registered rule asks of a metric, as a fraction; None where it asks none."""
    criterion = hypothesis.decide.of_metric(metric) if hypothesis.decide else None
    return abs(criterion.value) if criterion else None
