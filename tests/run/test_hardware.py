"""Which GPUs count: those that CUDA would show."""

from __future__ import annotations

import pynvml
import pytest

from emspec.run.hardware import gpus

HAVE = ("A", "B", "C")


@pytest.fixture(autouse=True)
def three_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: len(HAVE))
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda handle: HAVE[handle])


def test_without_the_variable_all_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert gpus() == HAVE


@pytest.mark.parametrize(
    ("listed", "seen"),
    [
        ("2,0", ("C", "A")),
        (" 1 , 2 ", ("B", "C")),
        ("GPU-8f6,MIG-71a", ("GPU-8f6", "MIG-71a")),
        ("-1", ()),
        ("0,-1,1", ("A",)),
        ("0,3,1", ("A",)),
        ("0,,1", ("A",)),
        ("", ()),
        ("NoDevFiles", ()),
        ("none", ()),
        ("0,0", ()),
        ("1,0,1", ()),
    ],
)
def test_the_list_ends_where_cuda_ends_it(monkeypatch: pytest.MonkeyPatch, listed: str, seen: tuple[str, ...]) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", listed)
    assert gpus() == seen


def test_without_a_driver_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", no_driver)
    assert gpus() == ()
