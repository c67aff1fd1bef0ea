"""A worker process: opens one session and runs the stages it is sent, until the engine hangs up or is gone.

Started as `python -m emspec.run.worker DESCRIPTOR ENGINE_PID`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import importlib.metadata
import os
import platform
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from emspec.errors import EmspecError
from emspec.model.json import Json, JsonObject
from emspec.model.stage import Job, Progress, Session, Setup
from emspec.run.protocol import Channel
from emspec.store.files import describe

PR_SET_PDEATHSIG = 1
PROGRESS_EVERY = 0.2
"""Least seconds between two progress messages of one stage, and before the first."""


def main(arguments: Sequence[str]) -> int:
    """Serve the engine at the other end of the inherited socket."""
    descriptor, engine = (int(argument) for argument in arguments)
    die_with(engine)
    channel = Channel(socket.socket(fileno=descriptor))
    session: Session | None = None
    while (messages := channel.receive()) is not None:
        for message in messages:
            if "open" in message:
                session = _open(channel, message["open"])
            elif session is not None:
                _run(channel, session, message["run"])
    if session is not None:
        session.close()
    return 0


def die_with(engine: int) -> None:
    """Ask the kernel to end this process when the engine ends; end at once if it has ended already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != engine:
        os._exit(1)


def _open(channel: Channel, order: Any) -> Session | None:
    try:
        module, _, name = order["target"].partition(":")
        factory: Callable[[Setup], Session] = getattr(importlib.import_module(module), name)
        session = factory(Setup(order["model"], order["device"], order["threads"]))
    except Exception as error:
        channel.send({"failed": _failure(error)})
        return None
    own = {"python": platform.python_version(), "emspec": importlib.metadata.version("emspec")}
    channel.send({"opened": {**own, "libraries": _versions(order["needs"])}})
    return session


def _run(channel: Channel, session: Session, order: Any) -> None:
    started = time.perf_counter()
    job = Job(
        key=order["key"],
        kind=order["kind"],
        parameters=order["parameters"],
        inputs={role: Path(folder) for role, folder in order["inputs"].items()},
        places=order["places"],
        out=Path(order["out"]),
        log=Path(order["log"]),
        progress=_reporter(channel),
    )
    try:
        session.run(job)
        outputs: list[Json] = [asdict(output) for output in describe(job.out)]
        answer: JsonObject = {"done": {"outputs": outputs, **_usage(started)}}
    except Exception as error:
        with contextlib.suppress(OSError):  # a full disk must not hide what went wrong
            job.log.write_text(traceback.format_exc())
        answer = {"failed": _failure(error)}
    channel.close_descriptors()
    channel.send(answer)


def _failure(error: Exception) -> JsonObject:
    """Describe an error: a backend's own StageError by its words, anything else with its traceback."""
    if isinstance(error, EmspecError):
        return {"class": "backend", "message": error.message, "fix": error.fix, "traceback": ""}
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return {"class": "disk-full", "message": said, "fix": "free some space", "traceback": ""}
    fix = "look into the log for the line that failed; once mended, the same command goes on"
    return {"class": "user-code", "message": said, "fix": fix, "traceback": traceback.format_exc()}


def _usage(started: float) -> Mapping[str, Json]:
    return {
        "seconds": round(time.perf_counter() - started, 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _reporter(channel: Channel) -> Progress:
    last = [time.monotonic()]

    def progress(done: int, total: int, unit: str) -> None:
        now = time.monotonic()
        if now - last[0] >= PROGRESS_EVERY:
            last[0] = now
            channel.send({"progress": {"done": done, "total": total, "unit": unit}})

    return progress


def _versions(needs: Sequence[str]) -> JsonObject:
    """Return the installed version of each library's distribution, by its import name."""
    owners = importlib.metadata.packages_distributions() if needs else {}
    return {name: importlib.metadata.version(owners[name][0]) for name in needs if name in owners}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
