"""The stages of data sets, as a train step asks for them and as they are by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from emspec.model.experiment import Experiment, ProfileNote
from emspec.model.json import digest
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.model.records import DatasetRecord, ModelRecord
from emspec.plan.compile import compile_plan
from emspec.plan.stages import StageSet, data_request

_NO_MODEL = ModelRecord("none", "float32", 0, 0, {})


def data_plan(records: Sequence[DatasetRecord], catalog: Catalog) -> tuple[Plan, tuple[str, ...]]:
    """Return a plan of data sets alone, and the key of each: the key that a spec's plan has for it.

    Raises PluginError for a backend that is not installed.
    """
    experiment = _of_nothing()
    stages = StageSet(experiment, catalog)
    keys = tuple(stages.add(data_request(record)) for record in records)
    plan = replace(compile_plan(experiment, catalog), digest=digest(sorted(stages.stages)), stages=stages.stages)
    return plan, keys


def _of_nothing() -> Experiment:
    """Return an experiment without conditions: data sets need no model, seed or profile."""
    return Experiment(
        issue=None,
        title="data sets",
        state="proposed",
        superseded_by=None,
        follows=(),
        history=(),
        model=_NO_MODEL,
        personas_version="",
        seeds=(),
        conditions=(),
        baseline=None,
        hypotheses=(),
        backends={},
        profile=ProfileNote("none", "data sets alone", "cpu", ()),
    )
