"""A backend for tests of the runner: writes what its parameters say, and misbehaves on request."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

from emspec import Job, Setup, StageError


class ToySession:
    def run(self, job: Job) -> None:
        behaviour = job.parameters.get("behave", "well")
        if behaviour == "refuse":
            raise StageError("cannot do this", "ask for something else")
        if behaviour == "raise":
            raise ValueError("unexpected")
        if behaviour == "exit":
            os._exit(7)
        if behaviour == "nothing":
            return
        for name in cast("list[str]", job.parameters.get("also", [])):
            (job.out / name).write_text("{}")
        if behaviour == "hang":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            Path(job.places["pids"]).write_text(f"{os.getpid()} {child.pid}")
            time.sleep(60)
        if behaviour == "talk":
            for step in range(8):
                time.sleep(0.5)
                job.progress(step, 8, "steps")
        if behaviour == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if behaviour == "die-once" and not Path(job.places["flag"]).exists():
            Path(job.places["flag"]).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(float(job.parameters.get("sleep", 0)))
        if "trace" in job.places:
            with Path(job.places["trace"]).open("a") as trace:
                trace.write(f"{job.key} {os.getpid()}\n")
        job.progress(1, 1, "files")
        upstream = {role: (folder / "made.json").read_text() for role, folder in sorted(job.inputs.items())}
        (job.out / "made.json").write_text(json.dumps({"parameters": job.parameters, "from": upstream}, sort_keys=True))

    def close(self) -> None:
        pass


def open_session(setup: Setup) -> ToySession:
    print("toy session opened", file=sys.stderr)
    return ToySession()


def open_hung(setup: Setup) -> ToySession:
    time.sleep(60)
    return ToySession()


def open_never(setup: Setup) -> ToySession:
    raise StageError("the model cannot be loaded", "get it first")
