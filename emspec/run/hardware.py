"""What this machine has, found without any model library."""

from __future__ import annotations

import os
from pathlib import Path

import pynvml


def gpus() -> tuple[str, ...]:
    """Return the names of the NVIDIA GPUs, empty where there is none or no driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return ()
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        return tuple(str(pynvml.nvmlDeviceGetName(handle)) for handle in handles)
    except pynvml.NVMLError:
        return ()
    finally:
        pynvml.nvmlShutdown()


def cores() -> int:
    """Return how many CPU cores this process may use."""
    return len(os.sched_getaffinity(0))


def oom_kills() -> int:
    """Return how often this host's kernel has killed a process for memory since it started; 0 where it does not say."""
    try:
        with Path("/proc/vmstat").open(encoding="ascii") as stream:
            return next((int(line.split()[1]) for line in stream if line.startswith("oom_kill ")), 0)
    except OSError:
        return 0
