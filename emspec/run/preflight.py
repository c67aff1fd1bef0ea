"""What a plan needs that this machine lacks, before anything starts."""

from __future__ import annotations

from importlib.util import find_spec

from emspec.model.plan import Plan
from emspec.model.plugin import Backend, Catalog
from emspec.run.hardware import gpus


def missing_libraries(backend: Backend) -> tuple[str, ...]:
    """Return the libraries of a backend that cannot be imported, without importing any."""
    return tuple(name for name in backend.needs if find_spec(name) is None)


def missing(plan: Plan, catalog: Catalog) -> tuple[str, ...]:
    """Return a line for each thing that a plan's stages need and this machine has not, with how to get it."""
    lines = []
    if plan.experiment.profile.device == "cuda" and not gpus():
        lines.append(f"an NVIDIA GPU: profile {plan.experiment.profile.name} runs on cuda, and none was found")
    used = dict.fromkeys((stage.kind, stage.backend) for stage in plan.stages.values())
    for what in used:
        backend = catalog.backends[what]
        absent = missing_libraries(backend)
        if absent:
            lines.append(f"{', '.join(absent)} for {backend.kind} stages by {backend.name}: {backend.install}")
    return tuple(dict.fromkeys(lines))
