"""Which sessions a run opens, in which order, and what runs in each: as the engine goes about it with one worker."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from emspec.model.plan import Plan
from emspec.model.stage import SessionKey


@dataclass(frozen=True)
class Opened:
    """A session: the stages that it runs, seconds to open it, and seconds in all."""

    key: SessionKey
    stages: tuple[str, ...]
    start: float
    seconds: float


def openings(
    plan: Plan, running: Collection[str], starts: Mapping[str, float], seconds: Mapping[str, float]
) -> tuple[Opened, ...]:
    """Return the sessions that one worker for models, and light workers beside it, open for the stages `running`.

    A session goes on while it has a ready stage; a session without a model is opened once. `starts` and `seconds` are
    those of the stages, by key.
    """
    runs: list[tuple[SessionKey, list[str]]] = []
    opened: dict[SessionKey, list[str]] = {}
    for session, key in _in_order(plan, running):
        if session not in opened:
            if session.model:
                opened = {other: keys for other, keys in opened.items() if not other.model}
            opened[session] = []
            runs.append((session, opened[session]))
        opened[session].append(key)
    return tuple(_opened(session, keys, starts, seconds) for session, keys in runs)


def _opened(session: SessionKey, keys: list[str], starts: Mapping[str, float], seconds: Mapping[str, float]) -> Opened:
    start = max(starts[key] for key in keys)
    return Opened(session, tuple(keys), start, start + sum(seconds[key] for key in keys))


def _in_order(plan: Plan, running: Collection[str]) -> list[tuple[SessionKey, str]]:
    """Return the stages as they would come, each with its session: light ones at once, others while a model is open."""
    missing = {k: sum(i in running for i in set(plan.stages[k].inputs.values())) for k in plan.stages if k in running}
    feeds: dict[str, list[str]] = {key: [] for key in missing}
    for key in missing:
        for needed in set(plan.stages[key].inputs.values()):
            if needed in missing:
                feeds[needed].append(key)
    ready: dict[SessionKey, deque[str]] = {}
    for key, count in missing.items():
        if not count:
            ready.setdefault(plan.stages[key].session, deque()).append(key)
    order: list[tuple[SessionKey, str]] = []
    current: SessionKey | None = None
    while session := _next(ready, current):
        key = ready[session].popleft()
        current = session if session.model else current
        order.append((session, key))
        for fed in feeds[key]:
            missing[fed] -= 1
            if not missing[fed]:
                ready.setdefault(plan.stages[fed].session, deque()).append(fed)
    return order


def _next(ready: Mapping[SessionKey, deque[str]], current: SessionKey | None) -> SessionKey | None:
    waiting = [session for session, keys in ready.items() if keys]
    if not waiting:
        return None
    return next((s for s in waiting if not s.model), current if current in waiting else waiting[0])
