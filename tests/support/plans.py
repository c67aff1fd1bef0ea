"""Plans made by hand for tests of the store and the runner."""

from __future__ import annotations

from collections.abc import Mapping

from emspec.model.experiment import Experiment, ProfileNote
from emspec.model.json import JsonObject, digest
from emspec.model.plan import Plan
from emspec.model.records import ModelRecord
from emspec.model.stage import SessionKey, Stage

MODEL = ModelRecord("none", "float32", 0, 128, {"files": {}}, folder="nowhere")


def experiment() -> Experiment:
    return Experiment(
        issue=None,
        title="by hand",
        state="proposed",
        superseded_by=None,
        follows=(),
        history=(),
        model=MODEL,
        personas_version="1.0.0",
        seeds=(1,),
        conditions=(),
        baseline=None,
        hypotheses=(),
        backends={},
        profile=ProfileNote("test", "", "cpu", ()),
    )


def stage(
    name: str,
    inputs: Mapping[str, str] | None = None,
    *,
    target: str = "toy_backend:open_session",
    model: str = "",
    places: Mapping[str, str] | None = None,
    **parameters: object,
) -> Stage:
    document: JsonObject = {"name": name, "parameters": dict(parameters), "inputs": dict(inputs or {})}  # type: ignore[dict-item]
    return Stage(
        key=digest(document),
        kind="toy",
        backend="toy",
        version="1",
        parameters={"name": name, **parameters},  # type: ignore[dict-item]
        inputs=dict(inputs or {}),
        keyed=dict(parameters),  # type: ignore[arg-type]
        session=SessionKey(target, model, "cpu"),
        label=name,
        step=name,
        places=places or {},
    )


def plan_of(*stages: Stage) -> Plan:
    return Plan(
        digest=digest(sorted(s.key for s in stages)),
        experiment=experiment(),
        stages={s.key: s for s in stages},
        cells=(),
        design={},
        attainable={},
        rows=None,
        analyse=None,
    )
