"""What each hypothesis' test can reach by the design: asked of the tests before the checks are made and the plan is.

Before that, a measure that a hypothesis names is turned into its values by condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from emspec.errors import PluginError
from emspec.language.families import attained_in_families
from emspec.model.attainable import Attainable
from emspec.model.experiment import Condition, Experiment, Hypothesis, Measure
from emspec.model.plugin import Catalog, TestKind
from emspec.model.testability import stands_for

NO_PROMPT = "none"
"""What a measure calls the model without a system message of the spec's own."""


def attained(experiment: Experiment, catalog: Catalog) -> Experiment:
    """Return the experiment with values and `attainable` filled in; PluginError names a test whose code fails."""
    filled = tuple(
        with_values(one, experiment.measures, experiment.conditions, catalog) for one in experiment.hypotheses
    )
    experiment = replace(experiment, hypotheses=filled)
    found = {
        one.name: attainable(catalog.tests[one.test], experiment, one) if one.installed else not_installed(one)
        for one in experiment.hypotheses
    }
    return replace(experiment, attainable=attained_in_families(experiment.families, found))


def with_values(
    hypothesis: Hypothesis, measures: Mapping[str, Measure], conditions: tuple[Condition, ...], catalog: Catalog
) -> Hypothesis:
    """Return a hypothesis that names a measure with `values` among its parameters: {condition: number}, or None.

    A condition has the value of the persona that it stands for, and none where the measure lacks that persona.
    """
    name = _measure(hypothesis, catalog)
    if name not in measures:
        return hypothesis
    known = measures[name].values
    values = None if known is None else _by_condition(known, conditions)
    return replace(hypothesis, parameters={**hypothesis.parameters, "values": values})


def _measure(hypothesis: Hypothesis, catalog: Catalog) -> str:
    """Return the measure that a hypothesis names, "" for none."""
    schema = catalog.tests[hypothesis.test].parameters if hypothesis.installed else {}
    properties = schema.get("properties")
    fields = properties if isinstance(properties, Mapping) else {}
    named = (key for key, one in fields.items() if isinstance(one, Mapping) and one.get("format") == "measure")
    return next((str(hypothesis.parameters[key]) for key in named if key in hypothesis.parameters), "")


def _by_condition(known: Mapping[str, float], conditions: tuple[Condition, ...]) -> Mapping[str, float]:
    stands = {one.name: stands_for(one) or NO_PROMPT for one in conditions if not one.control}
    return {name: known[persona] for name, persona in stands.items() if persona in known}


def not_installed(hypothesis: Hypothesis) -> Attainable:
    """Return what a test reaches that the language knows and nobody brings: nothing."""
    what = f"untestable: no installed plugin brings the test {hypothesis.test}"
    return Attainable(None, (what,), foregone="untestable", lifts=(f"a plugin that brings {hypothesis.test}",))


def attainable(test: TestKind, experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    """Return what a hypothesis' test can reach by the design; PluginError names the test where its code fails."""
    try:
        found = test.attainable(experiment, hypothesis)
        fault = "" if isinstance(found, Attainable) else f"it returned {type(found).__name__}, not emspec.Attainable"
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
    if fault:
        what = f"the test {test.name}, which {hypothesis.name} asks for, cannot say what it can attain: {fault}"
        raise PluginError(what, "emspec plugins names the plugin that brings it: repair or remove it")
    return found
