"""What this machine has, found without any model library."""

from __future__ import annotations

import os
from itertools import takewhile
from pathlib import Path

import pynvml

ID_PREFIXES = ("GPU-", "MIG-")


def gpus() -> tuple[str, ...]:
    """Return the names of the NVIDIA GPUs that CUDA_VISIBLE_DEVICES leaves, empty where there is none or no driver."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return ()
    try:
        handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        return _visible(tuple(str(pynvml.nvmlDeviceGetName(handle)) for handle in handles))
    except pynvml.NVMLError:
        return ()
    finally:
        pynvml.nvmlShutdown()


def _visible(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the GPUs that CUDA programs will see: the variable lists numbers, or ids that stand for themselves.

    As CUDA does it: what follows an entry that is none of these is not seen, and of a list with repeats nothing is.
    """
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if listed is None:
        return names
    numbered = {str(index): name for index, name in enumerate(names)}
    entries = (entry.strip() for entry in listed.split(","))
    valid = list(takewhile(lambda entry: entry in numbered or entry.startswith(ID_PREFIXES), entries))
    repeats = len(set(valid)) < len(valid)
    return () if repeats else tuple(numbered.get(entry, entry) for entry in valid)


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
