"""The Hugging Face backend: LoRA training, coupling and seeded sampling; data from the hub or a file."""

from __future__ import annotations

from emspec import Backend, JsonObject, hookimpl
from emspec_hf.speeds import FILE, HUB, REPLIES, TRAINING

_NEEDS = ("torch", "transformers", "peft", "accelerate", "safetensors", "numpy")
_PROBE_NEEDS = ("torch", "transformers")
_INSTALL = "pip install 'emspec[hf]'"
_VERSION = "1"
_SESSION = "emspec_hf.session:open_session"

_TRAIN_OPTIONS: JsonObject = {
    "type": "object",
    "properties": {
        "gradient_checkpointing": {
            "type": "boolean",
            "default": False,
            "description": "recompute activations in the backward pass: less memory, about a third more time",
        }
    },
    "additionalProperties": False,
}
_GENERATE_OPTIONS: JsonObject = {
    "type": "object",
    "properties": {
        "batch_tokens": {
            "type": "integer",
            "minimum": 1,
            "default": 65536,
            "description": "most tokens in the KV cache at once: rows of a batch x (longest prompt + max_tokens)",
        }
    },
    "additionalProperties": False,
}


@hookimpl
def emspec_backends() -> tuple[Backend, ...]:
    """Return the backends named hf (train, couple, generate, adapter, probe), and hub and file (data)."""
    return (
        Backend("train", "hf", _VERSION, _SESSION, _TRAIN_OPTIONS, _NEEDS, _INSTALL, loads_model=True, speeds=TRAINING),
        Backend(
            "couple", "hf", _VERSION, _SESSION, _TRAIN_OPTIONS, _NEEDS, _INSTALL, loads_model=True, speeds=TRAINING
        ),
        Backend(
            "generate", "hf", _VERSION, _SESSION, _GENERATE_OPTIONS, _NEEDS, _INSTALL, loads_model=True, speeds=REPLIES
        ),
        Backend(
            "data",
            "hub",
            "2",
            "emspec_hf.hub:open_session",
            needs=("datasets",),
            install=_INSTALL,
            fetches=True,
            speeds=HUB,
        ),
        Backend(
            "probe",
            "hf",
            _VERSION,
            "emspec_hf.probe:open_session",
            needs=_PROBE_NEEDS,
            install=_INSTALL,
            devices=("cpu",),
            loads_model=True,
        ),
        Backend(
            "adapter",
            "hf",
            _VERSION,
            "emspec_hf.readymade:open_session",
            needs=("huggingface_hub", "safetensors", "numpy"),
            install=_INSTALL,
            devices=("cpu",),
            speeds=FILE,
        ),
        Backend("data", "file", _VERSION, "emspec_hf.file:open_session", speeds=FILE),
    )
