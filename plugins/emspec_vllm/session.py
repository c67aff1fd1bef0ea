"""Opening a session: vLLM reads its settings from the environment, most of them while it is imported."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import cast

from emspec import Session, Setup

_SETTINGS: Mapping[str, str] = {
    # In a process of its own the engine was seen to hang, and a worker's end would leave it behind.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_USE_FLASHINFER_SAMPLER": "0",
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
}
_ON_A_CPU: Mapping[str, str] = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    # Several workers share the cores: bound ones would all sit on the same.
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
}


def open_session(setup: Setup) -> Session:
    """Return a session for the model, its engine not yet started; StageError where the model is not there."""
    os.environ.update(_SETTINGS)
    place, _, number = setup.device.partition(":")
    if number:
        os.environ |= {"CUDA_DEVICE_ORDER": "PCI_BUS_ID", "CUDA_VISIBLE_DEVICES": _gpu(int(number))}
    if place == "cpu":
        # What the user set for a larger model stays.
        os.environ.update({**_ON_A_CPU, **os.environ})
    return cast(Session, importlib.import_module("emspec_vllm.generate").VllmSession(setup))


def _gpu(number: int) -> str:
    """Return what to make visible so that vLLM, which takes the first GPU it sees, takes this one."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return visible.split(",")[number] if visible else str(number)
