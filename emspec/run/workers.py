"""The engine's side of a worker process."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from emspec.model.json import JsonObject
from emspec.model.records import ModelRecord
from emspec.model.stage import SessionKey
from emspec.run.protocol import Channel

CLOSE_SECONDS = 10.0
HANG_UP_SECONDS = 1.0
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
FIXED = {"PYTHONHASHSEED": "0", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
"""Nothing that a worker writes may depend on hash order."""


@dataclass
class Worker:
    """A running worker process with its session.

    `opened` is None until the session is ready, then its versions. `heard` is when it last said something or was sent
    something to do, in seconds of the monotonic clock.
    """

    session: SessionKey
    device: str
    process: subprocess.Popen[bytes]
    channel: Channel
    log: Path
    opened: JsonObject | None = field(default=None)
    heard: float = field(default_factory=time.monotonic)

    @classmethod
    def start(cls, session: SessionKey, model: JsonObject | None, device: str, log: Path) -> Worker:
        """Start the process, in a process group of its own, and ask it to open the session."""
        ours, theirs = socket.socketpair()
        threads = ONE_THREAD if device == "cpu" else {}
        with theirs, log.open("ab") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "emspec.run.worker", str(theirs.fileno()), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **FIXED, **threads},
                start_new_session=True,
            )
        worker = cls(session, device, process, Channel(ours), log)
        order: JsonObject = {
            "target": session.target,
            "model": model,
            "device": device,
            "threads": 1 if device == "cpu" else os.cpu_count() or 1,
            "needs": list(session.needs),
        }
        with contextlib.suppress(OSError):  # a process that has gone already is found by its hung-up socket
            worker.channel.send({"open": order})
        return worker

    def fileno(self) -> int:
        """Return the socket's descriptor, for selectors."""
        return self.channel.end.fileno()

    def close(self) -> None:
        """Hang up, wait for the process to give everything back, and end what is left of its group."""
        self.channel.end.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(CLOSE_SECONDS)
        self.kill()

    def end(self) -> int | None:
        """End a worker that hung up; return the status it had ended with by itself, None where it was still there."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(HANG_UP_SECONDS)
        code = self.process.returncode
        self.kill()
        return code

    def kill(self) -> None:
        """End the whole process group at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def model_document(model: ModelRecord) -> JsonObject:
    """Return a model as sessions are opened with it (see Setup)."""
    return {
        "name": model.name,
        "identity": model.identity,
        "hub": model.hub,
        "revision": model.revision,
        "folder": model.folder,
        "dtype": model.dtype,
        "context": model.context,
    }
