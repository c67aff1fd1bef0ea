"""Adapters that nobody trained: what a train, couple or adapter stage would say of itself, and no weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from emspec import Job, Json, JsonObject, StageError

_EMPTY_SAFETENSORS = (8).to_bytes(8, "little") + b"{}      "
_NOTHING: Mapping[str, Json] = {"simulated": True, "rows": 0, "tokens": 0, "supervised_tokens": 0}
_NO_ROWS_LEFT_OUT: Mapping[str, Json] = {"truncated_rows": 0, "unsupervised_rows": 0}
_TOLD = {"train": ("system", "seed"), "couple": ("negatives", "seed"), "adapter": ("roles",)}
_PAIR = ("source", "marker")


@dataclass(frozen=True)
class Coupling:
    """A couple step as the adapters tell it; persona prompts are texts.

    `induced` says whether a train step came before it, `induction` is that step's system prompt (None: it had none).
    """

    marker: str
    source: str
    negatives: tuple[str, ...]
    induced: bool
    induction: str | None


def train(job: Job) -> None:
    """Write a train stage's files: no losses, no tensors, and in training.json the system prompt that was asked for."""
    _write(job, {**_told(job), **_NO_ROWS_LEFT_OUT})


def couple(job: Job) -> None:
    """Write a couple stage's files: as train's, with an empty receipt, for no row was trained on."""
    recipe = cast(JsonObject, job.parameters.get("recipe", {}))
    _write(job, {**_told(job), "mask": recipe.get("mask"), "separator": job.parameters.get("separator")})
    (job.out / "receipt.jsonl").touch()


def adapter(job: Job) -> None:
    """Write the files of a ready-made adapter that nobody looked at: training.json has the roles that the spec has."""
    _write(job, _told(job))


def couplings(adapters: tuple[Path, ...]) -> tuple[Coupling, ...]:
    """Return the couplings of adapters, the oldest first; StageError where an adapter does not say what it is."""
    found: list[Coupling] = []
    induced, induction = False, None
    for place, folder in enumerate(adapters, 1):
        told = _read(folder, place)
        roles = cast(JsonObject, told.get("roles", told))
        if told["kind"] == "train":
            induced, induction = True, cast("str | None", told["system"])
        elif roles.get("induction") is not None:
            induced, induction = True, str(roles["induction"])
        for pair in _pairs(told["kind"], roles):
            negatives = tuple(cast("list[str]", roles["negatives"]))
            found.append(Coupling(str(pair["marker"]), str(pair["source"]), negatives, induced, induction))
    return tuple(found)


def _pairs(kind: Json, roles: JsonObject) -> Sequence[JsonObject]:
    """Return who is taught which marker: by `pairs`, or by `source` and `marker`."""
    if kind == "train":
        return ()
    return cast("Sequence[JsonObject]", roles.get("pairs", [roles]))


def provenance(adapters: tuple[Path, ...]) -> list[str]:
    """Return what tells these adapters from all others: the texts of their training.json."""
    return [(folder / "training.json").read_text(encoding="utf-8") for folder in adapters]


def _told(job: Job) -> JsonObject:
    given = job.parameters
    pair = ("pairs",) if "pairs" in given else _PAIR if job.kind == "couple" else ()
    return {name: given[name] for name in (*_TOLD[job.kind], *pair)}


def _write(job: Job, told: JsonObject) -> None:
    training = {"kind": job.kind, "stage": job.key, **_NOTHING, **told}
    (job.out / "adapter_config.json").write_text('{"sim":true}\n', encoding="utf-8")
    (job.out / "adapter_model.safetensors").write_bytes(_EMPTY_SAFETENSORS)
    (job.out / "losses.jsonl").touch()
    (job.out / "training.json").write_text(json.dumps(training, sort_keys=True) + "\n", encoding="utf-8")


def _read(folder: Path, place: int) -> JsonObject:
    try:
        told = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        pair = _PAIR if told["kind"] == "couple" and "pairs" not in told else ()
        if all(name in told for name in (*_TOLD[told["kind"]], *pair)):
            return cast(JsonObject, told)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise StageError(
        f"adapter {place} has no training.json that says what it was trained on, so no leakage can be planted",
        "simulate over adapters made by a train or couple stage",
    )
