"""A stage: the unit that a plan lists, a worker executes and the store remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from emspec.model.json import Json, JsonObject

KEY_SCHEMA = 1
_ADAPTER = ("adapter_config.json", "adapter_model.safetensors", "losses.jsonl", "training.json")
REQUIRED_FILES: Mapping[str, tuple[str, ...]] = {
    "data": ("rows.jsonl",),
    "train": _ADAPTER,
    "couple": (*_ADAPTER, "receipt.jsonl"),
    "adapter": _ADAPTER[:2],
    "generate": ("replies.jsonl",),
    "results": ("replies.jsonl",),
    "gate": ("decision.json",),
    "score": ("scores.jsonl",),
    "rows": ("rows.parquet", "table.json"),
    "analyse": ("findings.json",),
    "power": ("power.json",),
    "probe": ("probe.json",),
}
"""The files that a stage of each kind must leave (what is in them: emspec.hookspecs); others may lie beside them."""


@dataclass(frozen=True, slots=True)
class SessionKey:
    """Stages with equal session keys may share one worker process and one loaded model.

    `model` is the digest of the model's identity, empty where none is loaded; `device` is "cpu" or "cuda"; `needs` are
    the libraries whose versions are recorded with what the session makes.
    """

    target: str
    model: str
    device: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One piece of work. Its key covers kind, backend, version, parameters and the keys of its inputs, nothing else.

    `keyed` are the parameters as the key has them: options at their defaults left out. `places` are paths that the
    backend needs (a model folder, a data file): no part of the key. `label` names the stage for people; `cost` orders
    the work (arbitrary units).
    """

    key: str
    kind: str
    backend: str
    version: str
    parameters: JsonObject
    inputs: Mapping[str, str]
    keyed: JsonObject
    session: SessionKey
    label: str
    step: str
    places: Mapping[str, str] = field(default_factory=dict)
    cost: float = 1.0

    @property
    def document(self) -> JsonObject:
        """The expanded document whose digest is the key."""
        return expanded(self.kind, self.backend, self.version, self.keyed, self.inputs)


def expanded(
    kind: str, backend: str, version: str, parameters: JsonObject, inputs: Mapping[str, str]
) -> dict[str, Json]:
    """Return the document of a key: all that decides a stage's bytes."""
    return {
        "schema": KEY_SCHEMA,
        "kind": kind,
        "backend": backend,
        "version": version,
        "parameters": parameters,
        "inputs": inputs,
    }


@dataclass(frozen=True)
class Setup:
    """What a session is opened with: the model (None for stages without one), the device, and how many threads.

    `model` is {"name", "identity": {...}, "hub", "revision", "folder", "dtype", "context"}; either hub and revision or
    folder is null.
    """

    model: JsonObject | None
    device: str
    threads: int


Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Job:
    """A stage as its backend sees it: folders instead of keys.

    `inputs` maps a role to the folder with that stage's files. Everything written below `out` becomes the artifact: it
    must be a function of the stage's key alone (no times, hosts, paths). `log` is for everything else.
    `progress(done, total, unit)` may be called as often as wanted.
    """

    key: str
    kind: str
    parameters: JsonObject
    inputs: Mapping[str, Path]
    places: Mapping[str, str]
    out: Path
    log: Path
    progress: Progress

    def chain(self, role: str) -> tuple[Path, ...]:
        """Return the folders of `role.1`, `role.2`, ... in order: the adapters below this stage, the oldest first."""
        names = sorted((r for r in self.inputs if r.partition(".")[0] == role), key=lambda r: int(r.partition(".")[2]))
        return tuple(self.inputs[name] for name in names)


class Session(Protocol):
    """A loaded backend: runs stages one after another, each as if it were alone."""

    def run(self, job: Job) -> None:
        """Do the stage, writing its files below `job.out`; raise StageError, with the fix, where it cannot be done."""

    def close(self) -> None:
        """Give everything back."""


@dataclass(frozen=True)
class Output:
    """One file of an artifact: name relative to its folder, size in bytes, SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What the store knows of a finished stage. `document` is the expanded key document; `record` holds times, host
    and versions, which differ between equal runs."""

    key: str
    document: JsonObject
    outputs: tuple[Output, ...]
    record: JsonObject
