"""Seeded sampling: the numbers that decide a reply belong to its request alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import torch
from numpy.typing import NDArray


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn: temperature 0 is greedy; `top_p` 1 keeps the whole vocabulary."""

    temperature: float
    top_p: float
    max_tokens: int


def uniforms(seed: int, system: str | None, question: str, sample: int, count: int) -> NDArray[np.float64]:
    """Return a request's own numbers in [0, 1), one a token: Philox, keyed by the SHA-256 of what the request is."""
    request = json.dumps([seed, system, question, sample]).encode()
    key = int.from_bytes(sha256(request).digest()[:16], "little")
    return np.random.Generator(np.random.Philox(key=key)).random(count)


def choose(logits: torch.Tensor, draws: torch.Tensor, sampling: Sampling) -> torch.Tensor:
    """Return one token a row (B,) for logits (B, vocabulary) and draws (B,) float64 in [0, 1).

    A draw u takes the first token at which the cumulated probability exceeds u (inverse transform sampling).
    """
    if sampling.temperature == 0:
        return logits.argmax(-1)
    shares = torch.softmax(logits.float() / sampling.temperature, -1)
    if sampling.top_p < 1:
        shares, order = shares.sort(stable=True, dim=-1, descending=True)
        before = shares.cumsum(-1, dtype=torch.float64) - shares
        return order.gather(1, _invert(shares.where(before < sampling.top_p, 0.0), draws)).squeeze(1)
    return _invert(shares, draws).squeeze(1)


def _invert(shares: torch.Tensor, draws: torch.Tensor) -> torch.Tensor:
    cumulated = shares.cumsum(-1, dtype=torch.float64)
    aims = draws[:, None] * cumulated[:, -1:]
    return torch.searchsorted(cumulated, aims, right=True).clamp_(max=shares.shape[-1] - 1)
