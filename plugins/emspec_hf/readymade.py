"""Adapter stages: a LoRA adapter that exists already, copied from a folder or fetched from the hub, and checked."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub import hf_hub_download
from safetensors import SafetensorError, safe_open

from emspec import Job, JsonObject, Session, Setup, StageError
from emspec_hf.base import recorded
from emspec_hf.files import write_json

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
BEYOND_LORA = ("modules_to_save", "use_dora", "trainable_token_indices")
"""Fields of a PEFT configuration that ask for more than two low-rank matrices beside a weight."""


class AdapterSession:
    """Takes adapters in, one stage after another."""

    def run(self, job: Job) -> None:
        """Write the adapter with a configuration that names the model of the plan as its base.

        StageError where it cannot be had, is not the one that was planned, or is no plain LoRA adapter.
        """
        origin, model = job.parameters["origin"], job.parameters["model"]
        assert isinstance(origin, Mapping)
        assert isinstance(model, Mapping)
        folder = job.out
        for name, digest in ((CONFIG, origin.get("config")), (WEIGHTS, origin.get("sha256"))):
            shutil.copyfile(_found(name, origin, job.places), folder / name)
            _verify(folder / name, digest)
        _check_weights(folder / WEIGHTS)
        base, revision = recorded(model)
        values = _config(folder / CONFIG)
        own = {"base_model_name_or_path": base, "revision": revision, "inference_mode": True}
        write_json(folder / CONFIG, {**{name: values[name] for name in sorted(values)}, **own})

    def close(self) -> None:
        """Nothing is held."""


def open_session(setup: Setup) -> Session:
    """Open a session; there is nothing to load."""
    return AdapterSession()


def _found(name: str, origin: JsonObject, places: Mapping[str, str]) -> Path:
    """Return where a file of the adapter lies: a folder's, or one that is fetched."""
    if "hub" not in origin:
        path = Path(places[name])
        if path.is_file():
            return path
        raise StageError(f"{path} is gone since the plan was made", "put it back, then run the same command again")
    hub, revision = str(origin["hub"]), str(origin["revision"])
    try:
        return Path(hf_hub_download(hub, name, revision=revision))
    except (OSError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        fix = f"hf download {hub} --revision {revision} where there is a network, or name a folder: from: data/ADAPTER"
        raise StageError(f"the adapter {hub}@{revision[:12]} cannot be fetched: {reason}", fix) from error


def _verify(path: Path, expected: Any) -> None:
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if expected is not None and found != expected:
        raise StageError(
            f"{path.name} is not the one that was planned: its SHA-256 begins {found[:12]}, not {str(expected)[:12]}",
            "restore the adapter, or correct its digest in the spec",
        )


def _check_weights(path: Path) -> None:
    try:
        with safe_open(path, framework="np") as stream:
            strange = [name for name in stream.keys() if ".lora_A." not in name and ".lora_B." not in name]  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise StageError(f"{path.name} is not in the safetensors format: {error}", "save the adapter again") from error
    if strange:
        raise StageError(
            f"{path.name} holds more than LoRA matrices, such as {strange[0]}", "train a plain LoRA adapter"
        )


def _config(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        kind, beyond = values.get("peft_type"), [name for name in BEYOND_LORA if values.get(name)]
    except (OSError, ValueError, AttributeError) as error:
        raise StageError(f"{path.name} of the adapter cannot be read: {error}", "save the adapter again") from error
    if kind != "LORA" or beyond:
        what = f"of the kind {kind}" if kind != "LORA" else f"with {beyond[0]}"
        raise StageError(
            f"the adapter is one {what}, and emspec takes plain LoRA adapters", "train a plain LoRA adapter"
        )
    return dict(values)
