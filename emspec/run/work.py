"""What the engine keeps count of: places for workers, work in their hands, failures, and how it all ended."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from emspec.run.hardware import cores, gpus, oom_kills
from emspec.run.workers import Worker
from emspec.store import Attempt, Lease

LIGHT = 2
"""Light workers, for stages that load no model: while one works, the engine keeps what the other made."""
SILENCE_SECONDS = 3600.0
"""How long a worker may say nothing over a stage: loading a large model from the hub is silent, and may take long."""
FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP}
"""Signals that come from outside the worker: its stage may be tried again."""


@dataclass(frozen=True)
class Failure:
    """A stage that could not be done: `kind` is its class, `log` the file that tells more."""

    key: str
    kind: str
    message: str
    fix: str
    log: str
    skipped: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How an execution ended."""

    finished: tuple[str, ...]
    failures: tuple[Failure, ...]


@dataclass
class Slot:
    """A place for one worker: a CPU core or a GPU for sessions that load a model, or a light place for the others."""

    device: str
    loads_model: bool
    worker: Worker | None = None
    work: Work | None = None


@dataclass(frozen=True)
class Work:
    """A stage in a worker's hands."""

    key: str
    attempt: Attempt
    lease: Lease
    started: float = field(default_factory=time.time)
    ooms: int = field(default_factory=oom_kills)


def cause(code: int | None, oom: bool) -> tuple[str, str]:
    """Name why a worker went away: (class, message). `oom`: meanwhile the kernel killed some process for memory."""
    if oom and code == -signal.SIGKILL:
        return "oom-host", "the kernel ended the worker for lack of memory"
    if code is None:
        return "protocol", "the worker hung up in the middle of its work"
    if code < 0:
        return ("lost" if -code in FROM_OUTSIDE else "crash"), f"the worker was ended by {signal.Signals(-code).name}"
    return "exit", f"the worker ended by itself with status {code}"


def cure(kind: str) -> str:
    """Return what to do about a worker that went away, by the class of the cause."""
    if kind == "oom-host":
        return "run fewer workers at once: --workers 1; or use a machine with more memory"
    return "look into the log for what its worker said last; once mended, the same command goes on"


def timeout(silence: float) -> Mapping[str, str]:
    """Return what is said of a stage whose worker said nothing for `silence` seconds."""
    return {
        "class": "timeout",
        "message": f"its worker said nothing for {silence / 60:g} minutes and was ended",
        "fix": "look into the log; where the stage is only slow, allow it more: --silence MINUTES",
    }


def slots_for(device: str, workers: int | None = None) -> list[Slot]:
    """Return the places for workers: one a GPU on "cuda", else `workers` (one a core), and the light ones."""
    if device == "cuda":
        heavy = [Slot(f"cuda:{index}", True) for index in range(len(gpus()))]
    else:
        heavy = [Slot("cpu", True) for _ in range(workers or cores())]
    return [*heavy, *(Slot("cpu", False) for _ in range(LIGHT))]
