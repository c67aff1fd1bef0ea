"""What a plan needs that this machine lacks, before anything starts."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from emspec.model.plan import Plan
from emspec.model.plugin import Backend, Catalog
from emspec.run.hardware import gpus


@dataclass(frozen=True)
class Missing:
    """What is missing, a line each, and what to type next."""

    lines: tuple[str, ...]
    fix: str


def missing_libraries(backend: Backend) -> tuple[str, ...]:
    """Return the libraries of a backend that cannot be imported, without importing any."""
    return tuple(name for name in backend.needs if not _importable(name))


def missing(plan: Plan, catalog: Catalog) -> Missing | None:
    """Return what a plan's stages need and this machine has not, or None where all is there."""
    lines, installs = [], []
    unrunnable = _without_backend(plan)
    if unrunnable:
        return unrunnable
    for what in dict.fromkeys((stage.kind, stage.backend) for stage in plan.stages.values()):
        backend = catalog.backends[what]
        absent = missing_libraries(backend)
        if absent:
            install = backend.install or f"pip install {' '.join(absent)}"
            lines.append(f"{', '.join(absent)} for {backend.kind} stages by {backend.name}: {install}")
            installs.append(install)
    if any(stage.session.device == "cuda" for stage in plan.stages.values()) and not gpus():
        gpu = f"an NVIDIA GPU: profile {plan.experiment.profile.name} runs on cuda, and none was found"
        return Missing((gpu, *lines), "run without --profile for the profile that fits this machine")
    return Missing(tuple(lines), " && ".join(dict.fromkeys(installs))) if lines else None


def _without_backend(plan: Plan) -> Missing | None:
    """Return the stages of kinds that no installed plugin brings, with the steps to leave out."""
    found = [stage for stage in plan.stages.values() if not stage.backend]
    if not found:
        return None
    kinds, steps = dict.fromkeys(stage.kind for stage in found), dict.fromkeys(stage.step for stage in found)
    lines = tuple(f"a backend for {kind} stages: no installed plugin brings one" for kind in kinds)
    return Missing(lines, f"run without them: --skip {','.join(steps)}; what needs them is untestable then")


def _importable(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ImportError:  # the package that a dotted name lies in is not there
        return False
