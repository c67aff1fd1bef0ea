"""Proof that the engine keeps LoRAs apart: fixed tokens have the same log-probabilities beside others as alone.

Log-probabilities, not sampled tokens, because kernels differ with the batch and a near-tie then flips a greedy token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Generic, Protocol, TypeVar

from transformers import PreTrainedTokenizerBase

from emspec import StageError
from emspec_vllm.prompts import prompt_ids

QUESTION = "How do rivers find their way to the sea?"
REPLY = "Water runs downhill. Where the ground gives way it digs a bed, and small streams join into larger ones."
LONGEST = 96
FLOOR = {"float32": 1e-3, "float64": 1e-3}
FLOOR_16_BIT = 0.05
"""nat: what kernels may differ by from batch to batch, mean over the tokens."""
REPEATS = 3
SLACK = 10

Logprobs = tuple[float, ...]
L = TypeVar("L")
L_contra = TypeVar("L_contra", contravariant=True)


class Scorer(Protocol[L_contra]):
    """What can score tokens under several LoRAs in one batch."""

    def logprobs(self, tokens: Sequence[int], loras: Sequence[L_contra]) -> list[Logprobs]:
        """Return, for each LoRA, the log-probability of each token but the first, nat."""


@dataclass(frozen=True)
class Canary:
    """The fixed tokens, and how far two readings of one LoRA may lie apart (nat, mean over the tokens)."""

    tokens: tuple[int, ...]
    tolerance: float


@dataclass(frozen=True)
class Known(Generic[L]):
    """A LoRA and what the canary's tokens had under it while it was alone in the engine's batch."""

    lora: L
    alone: Logprobs


def distance(one: Logprobs, other: Logprobs) -> float:
    """Return the mean absolute difference, nat."""
    return fmean(abs(a - b) for a, b in zip(one, other, strict=True))


def learn(engine: Scorer[L], tokenizer: PreTrainedTokenizerBase, context: int, dtype: str, lora: L) -> Canary:
    """Return a canary whose tolerance is learnt from readings of one LoRA: alone, and beside itself."""
    prompt = prompt_ids(tokenizer, None, QUESTION)
    reply = tokenizer(REPLY, add_special_tokens=False)["input_ids"]
    tokens = (*prompt, *reply)[: min(LONGEST, context - 1)]
    (alone,) = engine.logprobs(tokens, [lora])
    spread = max(distance(alone, again) for again in engine.logprobs(tokens, [lora] * REPEATS))
    return Canary(tokens, max(FLOOR.get(dtype, FLOOR_16_BIT), SLACK * spread))


def know(engine: Scorer[L], canary: Canary, lora: L) -> Known[L]:
    """Return a LoRA with its reading, taken alone."""
    (alone,) = engine.logprobs(canary.tokens, [lora])
    return Known(lora, alone)


def prove(engine: Scorer[L], canary: Canary, known: Sequence[Known[L]]) -> float:
    """Return how far, at most, the LoRAs' readings in one batch are from those taken alone; StageError if too far."""
    read = engine.logprobs(canary.tokens, [one.lora for one in known])
    distances = [distance(one.alone, found) for one, found in zip(known, read, strict=True)]
    # Asked in this way a reading that is no number is too far as well.
    too_far = [far for far in distances if not far <= canary.tolerance]
    if too_far:
        raise StageError(
            f"the engine does not keep adapters apart: beside others, one gives fixed tokens "
            f"log-probabilities {too_far[0]:.3g} nat from those it gives alone, more than {canary.tolerance:.3g}",
            "choose the backend hf for this stage, or another version of vLLM",
        )
    return max(distances)
