"""What a plan costs: seconds, GPU-hours, bytes, GPU memory, from its work and the rates that backends declare."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from emspec.model.plan import Plan
from emspec.model.plugin import Backend, Catalog
from emspec.model.speed import Speed
from emspec.model.stage import SessionKey, Stage
from emspec.plan.lengths import Lengths, measured
from emspec.plan.opened import Opened, openings
from emspec.plan.work import Work, works

FORWARD_AND_BACK, RECOMPUTED, FORWARD = 4, 6, 2
"""Operations a token and parameter: see emspec.model.speed.Speed."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class StageCost:
    """Of one stage: its work, seconds without the session's start (None: nobody measured its backend on that device),
    and bytes of GPU memory (0 on the CPU)."""

    work: Work
    seconds: float | None
    gpu_bytes: int


@dataclass(frozen=True)
class PlanCost:
    """What the stages that have to run cost.

    stages        of all stages of the plan, also those that are there already
    sessions      in the order in which one worker for models would open them
    seconds       of work, one stage after another, session starts included
    path_seconds  of the longest chain of stages: what no number of workers goes below (starts left out)
    gpu_seconds   those of sessions on "cuda"
    bytes         of the artifacts
    gpu_bytes     the most memory that a session takes of one GPU
    untimed       (kind, backend, device) of stages whose time is not in the sums, for want of a measured rate
    sources       what the rates rest on
    """

    stages: Mapping[str, StageCost]
    sessions: tuple[Opened, ...]
    seconds: float
    path_seconds: float
    gpu_seconds: float
    bytes: int
    gpu_bytes: int
    untimed: tuple[tuple[str, str, str], ...]
    sources: tuple[str, ...]

    @property
    def gpu_hours(self) -> float:
        """Hours on one GPU."""
        return self.gpu_seconds / HOUR

    @property
    def label(self) -> str:
        """The board's compute label: small up to 5 GPU-hours, medium up to 20, large above; "" without a GPU."""
        if not any(session.key.device == "cuda" for session in self.sessions):
            return ""
        bounds = measured()["labels"]
        return next((name for name in ("small", "medium") if self.gpu_hours <= bounds[name]), "large")


def plan_cost(plan: Plan, catalog: Catalog, to_run: Collection[str]) -> PlanCost:
    """Return the estimated cost of the stages `to_run` of a plan."""
    of = Lengths(plan.experiment.model)
    work = works(plan)
    speeds = {key: speed_of(stage, catalog) for key, stage in plan.stages.items()}
    stages = _costs(plan, work, speeds, of)
    running = set(to_run)
    starts = {key: _start(plan.stages[key], speed, of) for key, speed in speeds.items() if key in running}
    sessions = openings(plan, running, starts, {key: stages[key].seconds or 0.0 for key in running})
    untimed = [s for key, s in plan.stages.items() if key in running and stages[key].seconds is None]
    return PlanCost(
        stages=stages,
        sessions=sessions,
        seconds=sum(session.seconds for session in sessions),
        path_seconds=_longest(plan, stages, running),
        gpu_seconds=sum(session.seconds for session in sessions if session.key.device == "cuda"),
        bytes=sum(stages[key].work.bytes for key in running),
        gpu_bytes=max((stages[key].gpu_bytes for key in running), default=0),
        untimed=tuple(dict.fromkeys((s.kind, s.backend, s.session.device) for s in untimed)),
        sources=tuple(dict.fromkeys(speed.source for key, speed in speeds.items() if speed and key in running)),
    )


def _costs(
    plan: Plan, work: Mapping[str, Work], speeds: Mapping[str, Speed | None], of: Lengths
) -> Mapping[str, StageCost]:
    """Return the cost of each stage; stages of equal work on equal terms share one value."""
    same: dict[tuple[int, int, SessionKey], StageCost] = {}
    found = {}
    for key, stage in plan.stages.items():
        terms = (id(work[key]), id(speeds[key]), stage.session)
        if terms not in same:
            seconds = _seconds(stage, work[key], speeds[key], of)
            same[terms] = StageCost(work[key], seconds, _gpu(stage, work[key], speeds[key], of))
        found[key] = same[terms]
    return found


def speed_of(stage: Stage, catalog: Catalog) -> Speed | None:
    """Return the first of a backend's speeds that was measured on the stage's device and under its options."""
    backend: Backend | None = catalog.backends.get((stage.kind, stage.backend))
    options: Any = stage.parameters.get("options", {})
    for speed in backend.speeds if backend else ():
        if speed.device == stage.session.device and all(options.get(n) == v for n, v in speed.options.items()):
            return speed
    return None


def _seconds(stage: Stage, work: Work, speed: Speed | None, of: Lengths) -> float | None:
    if speed is None:
        return None
    tokens = work.trained_tokens or work.reply_tokens
    each = FORWARD if not work.trained_tokens else RECOMPUTED if speed.recomputes else FORWARD_AND_BACK
    counted = work.batches * speed.batch + work.rows * speed.row + tokens * speed.token
    return speed.stage + counted + (tokens * each * of.multiplied / speed.flops if speed.flops else 0.0)


def _start(stage: Stage, speed: Speed | None, of: Lengths) -> float:
    """Return the seconds that opening the stage's session takes."""
    if speed is None:
        return 0.0
    return speed.start + (of.weight_bytes / speed.load if speed.load and stage.session.model else 0.0)


def _gpu(stage: Stage, work: Work, speed: Speed | None, of: Lengths) -> int:
    """Return the GPU memory of a stage: the session's share of a card, or weights, adapter states and activations.

    A trained parameter has its weight, its gradient and Adam's two moments. A token of a batch keeps the activations of
    every layer, or with checkpointing what enters each layer and the activations of one, and its logits.
    """
    if stage.session.device != "cuda" or not stage.session.model:
        return 0
    known: Mapping[str, float] = measured()["memory"]
    shape = of.shape
    if speed and speed.memory:
        return round(speed.memory * known["card"])
    layer = known["activation"] * shape.width
    kept = layer + 2 * shape.width * shape.layers if speed and speed.recomputes else layer * shape.layers
    a_token = kept + known["logit"] * shape.vocabulary
    states = known["trained_parameter"] * work.adapted
    return round(of.weight_bytes + states + (work.micro * work.row_tokens * a_token if work.trained_tokens else 0))


def _longest(plan: Plan, stages: Mapping[str, StageCost], running: Collection[str]) -> float:
    longest: dict[str, float] = {}
    for key, stage in plan.stages.items():
        if key in running:
            before = max((longest.get(i, 0.0) for i in stage.inputs.values()), default=0.0)
            longest[key] = before + (stages[key].seconds or 0.0)
    return max(longest.values(), default=0.0)
