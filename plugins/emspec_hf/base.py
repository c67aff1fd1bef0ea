"""The base model and its tokenizer: found, checked against what the plan pinned, loaded once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from emspec import JsonObject, Setup, StageError, digest


@dataclass(frozen=True)
class Base:
    """A loaded model in evaluation mode, no parameter of it trainable.

    `name` and `revision` are what an adapter records as its base: the hub's, or the digest of a local model's identity.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    stops: frozenset[int]
    name: str
    revision: str | None


def load_base(setup: Setup) -> Base:
    """Load the session's model onto its device. StageError: it is missing, changed or of an unknown kind."""
    about = setup.model
    if about is None:
        raise StageError("a session of the backend hf was opened without a model", "report this: the plan is wrong")
    source, revision = _source(about)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision)
        model = AutoModelForCausalLM.from_pretrained(
            source, revision=revision, dtype=getattr(torch, str(about["dtype"])), attn_implementation="sdpa"
        )
    except (OSError, ValueError) as error:
        raise _cannot_load(source, revision, error) from error
    _check_kind(model, tokenizer, source)
    model.to(torch.device(setup.device)).eval().requires_grad_(False)
    identity = about["identity"]
    assert isinstance(identity, Mapping)
    return Base(model, tokenizer, _stops(model, tokenizer), *recorded(identity))


def _source(about: JsonObject) -> tuple[str, str | None]:
    """Return what to load and its revision: a folder, once its files are what the plan pinned, else a hub id."""
    folder = about.get("folder")
    if folder is None:
        return str(about["hub"]), str(about["revision"])
    identity = about["identity"]
    assert isinstance(identity, Mapping)
    files = identity.get("files", {})
    assert isinstance(files, Mapping)
    for name, expected in sorted(files.items()):
        _verify(Path(str(folder), name), str(expected))
    return str(folder), None


def _verify(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise StageError(
            f"the model file {path} cannot be read: {error.strerror}", "build or fetch the model again"
        ) from error
    if found != expected:
        raise StageError(
            f"the model file {path} is not the one that the plan pinned: its SHA-256 begins {found[:12]}, "
            f"not {expected[:12]}",
            "restore the file, or register the changed model under another name",
        )


def _cannot_load(source: str, revision: str | None, error: Exception) -> StageError:
    reason = str(error).strip().partition("\n")[0]
    fetch = f"hf download {source} --revision {revision}" if revision else "build or fetch the model again"
    return StageError(f"the model {source} cannot be loaded: {reason}", fetch)


def _check_kind(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, source: str) -> None:
    layers = set(getattr(model.config, "layer_types", None) or ["full_attention"])
    if layers != {"full_attention"}:
        raise StageError(
            f"the model {source} has layers of {', '.join(sorted(layers))}; the backend hf knows full attention only",
            "choose another model or another backend",
        )
    if not tokenizer.is_fast or tokenizer.chat_template is None:
        raise StageError(
            f"the tokenizer of {source} has no {'chat template' if tokenizer.is_fast else 'fast form'}",
            "use a chat model with a tokenizer.json and a chat template",
        )


def _stops(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    ends = model.generation_config.eos_token_id if model.generation_config else None
    listed = ends if isinstance(ends, list) else [] if ends is None else [ends]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)


def recorded(identity: JsonObject) -> tuple[str, str | None]:
    """Return what an adapter records as its base, name and revision, for a model's identity."""
    if identity.get("hub"):
        return str(identity["hub"]), str(identity["revision"])
    return f"sha256:{digest(identity)}", None
