"""What a report is made of: its context, from the plan and from what the store recorded, and findings on all claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from emspec.model.experiment import Experiment, Hypothesis
from emspec.model.finding import Finding
from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.model.stage import Manifest
from emspec.model.step import CoupleStep, TrainStep
from emspec.plan.lock import Standing
from emspec.report.context import CellKeys, ReportContext
from emspec.report.locked import sentence
from emspec.report.methods import methods_of


def context_of(plan: Plan, manifests: Iterable[Manifest], standing: Standing) -> ReportContext:
    """Return what the report says beside the findings. `manifests` are those of the plan's stages."""
    experiment = plan.experiment
    records: list[Mapping[str, Any]] = [manifest.record for manifest in manifests]
    return ReportContext(
        title=experiment.title,
        profile=experiment.profile,
        plan=plan.digest,
        analysis=plan.analyse or "",
        model_name=experiment.model.name,
        model=experiment.model.identity,
        personas_version=experiment.personas_version,
        seeds=experiment.seeds,
        cells=tuple(CellKeys(cell.condition.name, cell.seed, cell.keys, cell.replicate) for cell in plan.cells),
        issue=experiment.issue,
        state=experiment.state,
        superseded_by=experiment.superseded_by,
        baseline=experiment.baseline,
        recipes=recipes_of(experiment),
        backends=backends_of(plan),
        datasets=datasets_of(experiment),
        problems=experiment.problems,
        accepted=experiment.accepted,
        versions=versions_of(records),
        times=times_of(records),
        fixed=sentence(standing),
        locked=standing.lock is not None,
        lock=standing.state,
        selected=experiment.gate is not None,
        hypotheses=frozenset(one.name for one in experiment.hypotheses),
        methods=methods_of(experiment),
    )


def on_all_hypotheses(findings: JsonObject, experiment: Experiment) -> JsonObject:
    """Return an analysis' findings in the spec's order, with untestable ones on the tests that nobody brings."""
    found = {str(one["hypothesis"]): one for one in cast("Sequence[JsonObject]", findings["findings"])}
    families = {name: family.words for family in experiment.families for name in family.hypotheses}
    absent = (one for one in experiment.hypotheses if not one.installed)
    lacking = {one.name: _not_run(one, families.get(one.name, "")).to_json() for one in absent}
    every = {**found, **lacking}
    return {**findings, "findings": [every[one.name] for one in experiment.hypotheses if one.name in every]}


def _not_run(hypothesis: Hypothesis, family: str) -> Finding:
    return Finding(
        hypothesis=hypothesis.name,
        test=hypothesis.test,
        claim=hypothesis.claim,
        verdict="untestable",
        reason=f"No installed plugin brings the test {hypothesis.test}: nothing was computed.",
        estimand="none",
        family=f"{family}; it counts there without a p, since it was asked" if family else "none",
    )


def recipes_of(experiment: Experiment) -> Mapping[str, JsonObject]:
    """Return each distinct recipe, by step name, or by condition and step where the step's recipes differ."""
    used: dict[str, dict[str, JsonObject]] = {}
    for condition in experiment.conditions:
        for step in condition.steps:
            if isinstance(step, TrainStep | CoupleStep):
                document: JsonObject = {"recipe": step.recipe.base, **step.recipe.fields}
                used.setdefault(step.name, {})[condition.name] = document
    flat: dict[str, JsonObject] = {}
    for step_name, by_condition in used.items():
        documents = list(by_condition.values())
        if all(document == documents[0] for document in documents):
            flat[step_name] = documents[0]
        else:
            flat |= {f"{condition} {step_name}": document for condition, document in by_condition.items()}
    return flat


def backends_of(plan: Plan) -> Mapping[str, JsonObject]:
    """Return the backend of each step's stages, with its options; those of data sets are named with these."""
    stages = [stage for stage in plan.stages.values() if stage.kind != "data"]
    options = {stage.step: cast("JsonObject", stage.parameters.get("options", {})) for stage in stages}
    return {stage.step: {"backend": stage.backend, **options[stage.step]} for stage in stages}


def datasets_of(experiment: Experiment) -> Mapping[str, JsonObject]:
    """Return what identifies each data set that is trained on."""
    steps = (step for condition in experiment.conditions for step in condition.steps)
    data = (step.data for step in steps if isinstance(step, TrainStep))
    return {record.name: {"source": record.source, "contract": record.contract} for record in data}


def versions_of(records: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return the versions that stages were made with; several of one library are joined."""
    found: dict[str, set[str]] = {}
    for record in records:
        versions = record.get("versions") or {}
        for name, version in {"python": versions.get("python"), **versions.get("libraries", {})}.items():
            found.setdefault(name, set()).add(str(version))
    return {name: ", ".join(sorted(versions)) for name, versions in sorted(found.items())}


def times_of(records: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return when the stages were made, what they took in all, and the largest worker."""
    known = [record for record in records if "started" in record]
    if not known:
        return {}
    return {
        "first stage started": _moment(min(record["started"] for record in known)),
        "last stage finished": _moment(max(record["started"] + record["seconds"] for record in known)),
        "worker time": f"{sum(record['seconds'] for record in known):.0f} s in {len(known)} stages",
        "largest worker": f"{max(record['peak_mb'] for record in known)} MB",
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
