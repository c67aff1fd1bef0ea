"""Batched decoding with a KV cache: a prompt is read once for all its samples, and finished rows leave the batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

from emspec import StageError
from emspec_hf.sampling import Sampling, choose

GROWTH = 32
KEEP = 0.8
"""The batch is made smaller once no more than this share of its rows goes on."""


@dataclass(frozen=True)
class Request:
    """One reply to make: the prompt's tokens, the number that decides each token, the most tokens it may have."""

    prompt: tuple[int, ...]
    draws: NDArray[np.float64]
    room: int


class RoomyLayer(DynamicLayer):  # type: ignore[misc]
    """A cache layer with room to grow: a step writes in place, where DynamicLayer would copy all that came before."""

    def update(
        self, keys: torch.Tensor, values: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append keys and values (rows, heads, tokens, width); return all."""
        used = self.get_seq_length()
        if used == 0:
            self.lazy_initialization(keys, values)
            self._room_keys, self._room_values = keys, values
        whole = used + keys.shape[-2]
        if whole > self._room_keys.shape[-2]:
            self._room_keys, self._room_values = (
                _widen(t, whole + GROWTH) for t in (self._room_keys, self._room_values)
            )
        if used:
            self._room_keys[:, :, used:whole] = keys
            self._room_values[:, :, used:whole] = values
        return self._show(whole)

    def pick(self, rows: torch.Tensor) -> None:
        """Keep the given rows, in the order given; a row may be taken several times."""
        whole = self.get_seq_length()
        self._room_keys, self._room_values = self.keys[rows], self.values[rows]
        self._show(whole)

    def _show(self, whole: int) -> tuple[torch.Tensor, torch.Tensor]:
        self.keys, self.values = self._room_keys[:, :, :whole], self._room_values[:, :, :whole]
        return self.keys, self.values


def grouped_attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attend with the query heads of a KV head taken together, so that keys and values are never repeated.

    query (rows, heads, tokens, width); key, value (rows, KV heads, all tokens, width); the mask is added to the scores.
    """
    if any(kwargs.get(name) is not None for name in ("softcap", "s_aux", "position_bias")):
        raise StageError("the model's attention has terms that the backend hf does not know", "choose another backend")
    rows, heads, tokens, width = query.shape
    if tokens > 1:
        out = scaled_dot_product_attention(query, key, value, attn_mask=attention_mask, scale=scaling, enable_gqa=True)
        return out.transpose(1, 2), None
    groups = query.reshape(rows * key.shape[1], -1, width)
    scores = torch.bmm(groups, key.flatten(0, 1).transpose(1, 2)).mul_(scaling)
    if attention_mask is not None:
        scores = scores.view(rows, -1, scores.shape[-1]).add_(attention_mask[:, 0]).view_as(scores)
    shares = torch.softmax(scores, -1, dtype=torch.promote_types(query.dtype, torch.float32)).to(query.dtype)
    return torch.bmm(shares, value.flatten(0, 1)).view(rows, 1, heads, width), None


NAME = "emspec_grouped"
AttentionInterface.register(NAME, grouped_attention)


@contextmanager
def _attending(model: PreTrainedModel) -> Iterator[None]:
    before = model.config._attn_implementation
    model.config._attn_implementation = NAME
    try:
        yield
    finally:
        model.config._attn_implementation = before


@torch.inference_mode()
def decode(model: Any, requests: Sequence[Request], sampling: Sampling, stops: frozenset[int]) -> list[list[int]]:
    """Return each request's tokens, its stop token included where it came to one. The requests make one batch.

    `model` is a causal language model, with or without PEFT's layers. The logits of a request depend on its batch mates
    in their last bits only.
    """
    with _attending(model):
        rows, logits = _read_prompts(model, requests)
        rooms = np.array([request.room for request in requests])
        draws = torch.from_numpy(np.stack([request.draws for request in requests])).to(logits.device)
        taken = np.zeros((len(requests), rooms.max()), dtype=np.int64)
        lengths = np.zeros(len(requests), dtype=np.int64)
        going = np.ones(len(requests), dtype=bool)
        while True:
            tokens = choose(logits, draws[rows.requests, rows.step], sampling)
            chosen = tokens.cpu().numpy()
            here = rows.requests[going]
            taken[here, rows.step] = chosen[going]
            lengths[here] = rows.step + 1
            going &= ~np.isin(chosen, list(stops)) & (rooms[rows.requests] > rows.step + 1)
            if not going.any():
                return [list(map(int, row[:length])) for row, length in zip(taken, lengths, strict=True)]
            if going.sum() <= KEEP * len(going):
                left = np.flatnonzero(going)
                rows, tokens, going = rows.pick(left), tokens[torch.from_numpy(left).to(tokens.device)], going[left]
            logits = rows.step_on(model, tokens)


@dataclass
class _Rows:
    """The rows of a batch that are still in it.

    requests  per row, which request it answers
    mask      (rows, 1, 1, longest prompt + most tokens), added to scores: it hides padding; None: there is none
    starts    per row, the length of its prompt
    step      how many tokens were added to the prompts
    """

    requests: NDArray[np.int64]
    cache: DynamicCache
    mask: torch.Tensor | None
    starts: torch.Tensor
    step: int

    def pick(self, left: NDArray[np.int64]) -> _Rows:
        """Return the rows at the places `left` alone."""
        places = torch.from_numpy(left).to(self.starts.device)
        for layer in self.cache.layers:
            layer.pick(places)
        mask = None if self.mask is None else self.mask[places]
        return _Rows(self.requests[left], self.cache, mask, self.starts[places], self.step)

    def step_on(self, model: Any, tokens: torch.Tensor) -> torch.Tensor:
        """Feed each row its token; return the logits of the next one (rows, vocabulary)."""
        seen = self.cache.get_seq_length() + 1
        output = model(
            input_ids=tokens[:, None],
            attention_mask=None if self.mask is None else self.mask[..., :seen],
            position_ids=(self.starts + self.step)[:, None],
            past_key_values=self.cache,
            use_cache=True,
        )
        self.step += 1
        logits: torch.Tensor = output.logits[:, -1]
        return logits


def _read_prompts(model: Any, requests: Sequence[Request]) -> tuple[_Rows, torch.Tensor]:
    """Read every distinct prompt once, padded on the left; return a row a request and the logits of its first token."""
    prompts = {prompt: place for place, prompt in enumerate(dict.fromkeys(request.prompt for request in requests))}
    lengths = torch.tensor([len(prompt) for prompt in prompts], device=model.device)
    longest = int(lengths.max())
    ids = torch.tensor([[0] * (longest - len(prompt)) + list(prompt) for prompt in prompts], device=model.device)
    places = torch.arange(longest, device=model.device)
    pads = longest - lengths[:, None]
    causal = (places[None, :] <= places[:, None])[None] & (places >= pads)[:, None, :]
    mask = _added(causal, model.dtype)[:, None]
    cache = DynamicCache()
    cache.layers = [RoomyLayer() for _ in range(model.config.num_hidden_layers)]
    output = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=(places - pads).clamp_(min=0),
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    of = torch.tensor([prompts[request.prompt] for request in requests], device=model.device)
    for layer in cache.layers:
        layer.pick(of)
    most = max(request.room for request in requests)
    whole = None
    if bool(pads.any()):
        shown = _added(places >= pads, model.dtype)
        whole = torch.nn.functional.pad(shown, (0, most))[of][:, None, None]
    return _Rows(np.arange(len(requests)), cache, whole, lengths[of], 0), output.logits[of, -1]


def _added(shown: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Return the mask that is added to scores: 0 where something is shown, the least number elsewhere."""
    return torch.zeros(shown.shape, dtype=dtype, device=shown.device).masked_fill_(~shown, torch.finfo(dtype).min)


def _widen(states: torch.Tensor, tokens: int) -> torch.Tensor:
    wide = states.new_empty(*states.shape[:2], tokens, states.shape[3])
    wide[:, :, : states.shape[2]] = states
    return wide
