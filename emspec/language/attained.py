"""What each hypothesis' test can reach by the design: asked of the tests before the checks are made and the plan is."""

from __future__ import annotations

from dataclasses import replace

from emspec.errors import PluginError
from emspec.model.attainable import Attainable
from emspec.model.experiment import Experiment, Hypothesis
from emspec.model.plugin import Catalog, TestKind


def attained(experiment: Experiment, catalog: Catalog) -> Experiment:
    """Return the experiment with `attainable` filled in; PluginError names a test whose code fails."""
    found = {
        one.name: attainable(catalog.tests[one.test], experiment, one) if one.installed else not_installed(one)
        for one in experiment.hypotheses
    }
    return replace(experiment, attainable=found)


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
