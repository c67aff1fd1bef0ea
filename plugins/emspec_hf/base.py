"""The base model and its tokenizer: found, checked against what the plan pinned, loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from emspec import JsonObject, Setup, StageError, digest
from emspec_hf.source import cannot_load, check_tokenizer, stops_of, verified


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
    source, revision = verified(about)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision)
        model = AutoModelForCausalLM.from_pretrained(
            source, revision=revision, dtype=getattr(torch, str(about["dtype"])), attn_implementation="sdpa"
        )
    except (OSError, ValueError) as error:
        raise cannot_load(source, revision, error) from error
    _check_kind(model, source)
    check_tokenizer(tokenizer, source)
    model.to(torch.device(setup.device)).eval().requires_grad_(False)
    identity = about["identity"]
    assert isinstance(identity, Mapping)
    return Base(model, tokenizer, stops_of(model.generation_config, tokenizer), *recorded(identity))


def _check_kind(model: PreTrainedModel, source: str) -> None:
    layers = set(getattr(model.config, "layer_types", None) or ["full_attention"])
    if layers != {"full_attention"}:
        raise StageError(
            f"the model {source} has layers of {', '.join(sorted(layers))}; the backend hf knows full attention only",
            "choose another model or another backend",
        )


def recorded(identity: JsonObject) -> tuple[str, str | None]:
    """Return what an adapter records as its base, name and revision, for a model's identity."""
    if identity.get("hub"):
        return str(identity["hub"]), str(identity["revision"])
    return f"sha256:{digest(identity)}", None
