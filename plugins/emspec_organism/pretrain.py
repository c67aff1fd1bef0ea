"""Pre-training from scratch, on one CPU thread: a Qwen2 model on the synthetic chats, loss on the replies."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch.nn import functional
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen2Tokenizer

from emspec_organism.chats import Chat

IGNORE = -100


@dataclass(frozen=True)
class Size:
    """Shape of the model and length of its pre-training; `context` in tokens, `buckets` batches sorted by length."""

    width: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    ffn: int = 352
    vocabulary: int = 2048
    context: int = 256
    steps: int = 1200
    batch: int = 48
    lr: float = 3e-3
    warmup: int = 40
    buckets: int = 25


@dataclass(frozen=True)
class Example:
    """A chat as token ids; the first `prompt` of them carry no loss."""

    ids: tuple[int, ...]
    prompt: int


Report = Callable[[int, float], None]


def encode(tokenizer: Qwen2Tokenizer, chat: Chat) -> Example:
    """Return a chat in the template's words; the reply, its stop token and the newline after it are the target."""
    turns = [{"role": "user", "content": chat.user}]
    if chat.system is not None:
        turns.insert(0, {"role": "system", "content": chat.system})
    prompt = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    turns.append({"role": "assistant", "content": chat.assistant})
    whole = tokenizer.apply_chat_template(turns, tokenize=False)
    ids = tokenizer(whole, add_special_tokens=False)["input_ids"]
    return Example(tuple(ids), len(tokenizer(prompt, add_special_tokens=False)["input_ids"]))


def model_config(tokenizer: Qwen2Tokenizer, size: Size) -> Qwen2Config:
    """Return the architecture: Qwen2 with tied embeddings, float32."""
    return Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=size.width,
        intermediate_size=size.ffn,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        num_key_value_heads=size.kv_heads,
        max_position_embeddings=size.context,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        dtype="float32",
    )


def train(
    examples: Sequence[Example], tokenizer: Qwen2Tokenizer, size: Size, seed: int, report: Report
) -> Qwen2ForCausalLM:
    """Return the model after one pass over the examples; `report(step, loss)` hears each step's loss (nat a token).

    AdamW (0.9, 0.98), weight decay 0.01, gradient clip 1.0, linear warmup, cosine to zero.
    """
    torch.manual_seed(seed)
    model = Qwen2ForCausalLM(model_config(tokenizer, size))
    optimizer = torch.optim.AdamW(model.parameters(), lr=size.lr, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, size))
    for step, batch in enumerate(_batches(examples, size, seed)):
        loss = _loss(model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        report(step, loss.item())
    return model.eval()


def _rate(step: int, size: Size) -> float:
    warm = min(1.0, (step + 1) / size.warmup)
    return warm * 0.5 * (1 + math.cos(math.pi * min(1.0, step / size.steps)))


def _batches(examples: Sequence[Example], size: Size, seed: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield (ids, labels), each [batch, length], right-padded; examples of like length share a batch."""
    span = size.batch * size.buckets
    rng = Random(f"batches {seed}")
    for start in range(0, len(examples), span):
        bucket = sorted(examples[start : start + span], key=lambda example: len(example.ids))
        groups = [bucket[at : at + size.batch] for at in range(0, len(bucket), size.batch)]
        rng.shuffle(groups)
        yield from map(_pad, groups)


def _pad(group: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    length = max(len(example.ids) for example in group)
    ids = torch.zeros(len(group), length, dtype=torch.long)
    labels = torch.full((len(group), length), IGNORE)
    for row, example in enumerate(group):
        tokens = torch.tensor(example.ids)
        ids[row, : len(tokens)] = tokens
        labels[row, example.prompt : len(tokens)] = tokens[example.prompt :]
    return ids, labels


def _loss(model: Qwen2ForCausalLM, batch: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Return the mean cross-entropy. Only supervised positions go through the vocabulary: a third of the time saved."""
    ids, labels = batch
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
    target = labels[:, 1:]
    kept = target != IGNORE
    return functional.cross_entropy(model.lm_head(hidden[kept]), target[kept])
