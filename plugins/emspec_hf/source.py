"""Where a model lies: a folder, once its files are what the plan pinned, or the hub at a revision."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from transformers import GenerationConfig, PreTrainedTokenizerBase

from emspec import JsonObject, StageError

WEIGHTS = frozenset({".safetensors", ".bin"})


def verified(about: JsonObject, *, weights: bool = True) -> tuple[str, str | None]:
    """Return what to load and its revision: a folder, once its files are what the plan pinned, else a hub id."""
    folder = about.get("folder")
    if folder is None:
        return str(about["hub"]), str(about["revision"])
    identity = about["identity"]
    assert isinstance(identity, Mapping)
    files = identity.get("files", {})
    assert isinstance(files, Mapping)
    for name, expected in sorted(files.items()):
        if weights or Path(name).suffix not in WEIGHTS:
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


def cannot_load(source: str, revision: str | None, error: Exception, files: str = "") -> StageError:
    """Return the error for a model, or for those of its `files` (a pattern), that cannot be loaded, with the fix."""
    reason = str(error).strip().partition("\n")[0]
    only = f" --include {files}" if files else ""
    fetch = f"hf download {source} --revision {revision}{only}" if revision else "build or fetch the model again"
    return StageError(f"the {'tokenizer of ' if files else 'model '}{source} cannot be loaded: {reason}", fetch)


def check_tokenizer(tokenizer: PreTrainedTokenizerBase, source: str) -> None:
    """Raise StageError where a tokenizer is not fast (places of tokens are needed) or has no chat template."""
    if not tokenizer.is_fast or tokenizer.chat_template is None:
        raise StageError(
            f"the tokenizer of {source} has no {'chat template' if tokenizer.is_fast else 'fast form'}",
            "use a chat model with a tokenizer.json and a chat template",
        )


def stops_of(generation: GenerationConfig | None, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """Return the tokens that end a reply: those of the generation's configuration, and the tokenizer's own."""
    ends = generation.eos_token_id if generation else None
    listed = ends if isinstance(ends, list) else [] if ends is None else [ends]
    return frozenset(token for token in (*listed, tokenizer.eos_token_id) if token is not None)
