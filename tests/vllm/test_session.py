from __future__ import annotations

import importlib
import os
from types import SimpleNamespace
from typing import Any

import pytest
from emspec_vllm.session import open_session

from emspec import Setup


@pytest.fixture(autouse=True)
def without_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open sessions of which only the environment is looked at, and put that back."""
    for name in ("CUDA_VISIBLE_DEVICES", "VLLM_CPU_KVCACHE_SPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    module: Any = SimpleNamespace(VllmSession=lambda setup: setup)
    monkeypatch.setattr(importlib, "import_module", lambda name: module)


def test_on_a_cpu_the_engine_is_small_and_its_threads_are_not_bound() -> None:
    open_session(Setup(None, "cpu", 1))
    assert os.environ["VLLM_CPU_KVCACHE_SPACE"] == "1"
    assert os.environ["VLLM_CPU_OMP_THREADS_BIND"] == "nobind"
    assert os.environ["VLLM_ENABLE_V1_MULTIPROCESSING"] == "0"
    assert os.environ["VLLM_LOGGING_STREAM"] == "ext://sys.stderr"
    assert "CUDA_VISIBLE_DEVICES" not in os.environ


def test_what_the_user_set_for_a_larger_model_stays() -> None:
    os.environ["VLLM_CPU_KVCACHE_SPACE"] = "8"
    open_session(Setup(None, "cpu", 1))
    assert os.environ["VLLM_CPU_KVCACHE_SPACE"] == "8"


@pytest.mark.parametrize(("visible", "wanted"), [(None, "1"), ("4,6", "6")])
def test_a_session_sees_its_own_gpu_alone(visible: str | None, wanted: str) -> None:
    if visible:
        os.environ["CUDA_VISIBLE_DEVICES"] = visible
    open_session(Setup(None, "cuda:1", 1))
    assert os.environ["CUDA_VISIBLE_DEVICES"] == wanted
    assert "VLLM_CPU_KVCACHE_SPACE" not in os.environ
