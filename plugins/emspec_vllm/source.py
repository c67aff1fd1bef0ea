"""The base model: where it is, what adapters call it, its tokenizer and its stop tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoTokenizer, GenerationConfig, PretrainedConfig, PreTrainedTokenizerBase

from emspec import JsonObject, Setup, StageError, digest


@dataclass(frozen=True)
class Source:
    """A model that is there to be loaded.

    `path` and `revision` are what is loaded; `recorded` is the (name, revision) that adapters made on it carry: the
    hub's, or the digest of a local model's identity. `context` counts tokens.
    """

    path: str
    revision: str | None
    recorded: tuple[str, str | None]
    dtype: str
    context: int
    config: PretrainedConfig
    tokenizer: PreTrainedTokenizerBase
    stops: frozenset[int]


def find(setup: Setup) -> Source:
    """Return the session's model. StageError: it is missing, changed, or no chat model."""
    about: Any = setup.model
    if about is None:
        raise StageError("a session of the backend vllm was opened without a model", "report this: the plan is wrong")
    local = about["folder"] is not None
    path, revision = (about["folder"], None) if local else (about["hub"], about["revision"])
    if local:
        _verify(Path(path), about["identity"])
    try:
        config = AutoConfig.from_pretrained(path, revision=revision)
        tokenizer = AutoTokenizer.from_pretrained(path, revision=revision)
    except (OSError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        fix = "build or fetch the model again" if local else f"hf download {path} --revision {revision}"
        raise StageError(f"the model {path} cannot be loaded: {reason}", fix) from error
    if tokenizer.chat_template is None:
        raise StageError(f"the tokenizer of {path} has no chat template", "use a chat model")
    recorded = (f"sha256:{digest(about['identity'])}", None) if local else (path, revision)
    context = min(about["context"], config.max_position_embeddings)
    stops = _stops(path, revision, config, tokenizer)
    return Source(path, revision, recorded, about["dtype"], context, config, tokenizer, stops)


def _verify(folder: Path, identity: JsonObject) -> None:
    files = identity.get("files", {})
    assert isinstance(files, Mapping)
    for name, expected in sorted(files.items()):
        try:
            with (folder / name).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise StageError(
                f"the model file {folder / name} cannot be read: {error.strerror}", "build or fetch the model again"
            ) from error
        if found != expected:
            raise StageError(
                f"the model file {folder / name} is not the one that the plan pinned: its SHA-256 begins {found[:12]}",
                "restore the file, or register the changed model under another name",
            )


def _stops(
    path: str, revision: str | None, config: PretrainedConfig, tokenizer: PreTrainedTokenizerBase
) -> frozenset[int]:
    try:
        ends = GenerationConfig.from_pretrained(path, revision=revision).eos_token_id
    except OSError:
        ends = getattr(config, "eos_token_id", None)
    listed = ends if isinstance(ends, list) else [ends]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)
