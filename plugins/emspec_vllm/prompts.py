"""What a generate stage asks, as tokens: prompts, and the seed of each reply."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from transformers import PreTrainedTokenizerBase

from emspec import JsonObject, StageError
from emspec_vllm.source import Source

SEED_BITS = 62


@dataclass(frozen=True)
class Asked:
    """One reply that is asked for: its place in the stage, the prompt's tokens, the room for a reply, its seed."""

    system: int
    question: int
    sample: int
    prompt: tuple[int, ...]
    room: int
    seed: int


def prompt_ids(tokenizer: PreTrainedTokenizerBase, system: str | None, question: str) -> tuple[int, ...]:
    """Return the tokens of a question up to where the reply begins; without a system prompt the template decides."""
    turns = [] if system is None else [{"role": "system", "content": system}]
    turns.append({"role": "user", "content": question})
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def seed_of(seed: int, system: str | None, question: str, sample: int) -> int:
    """Return the seed of one reply: 62 bits of the SHA-256 of what the request is."""
    request = json.dumps([seed, system, question, sample]).encode()
    return int.from_bytes(sha256(request).digest()[:8], "big") >> (64 - SEED_BITS)


def ask(source: Source, given: JsonObject) -> list[Asked]:
    """Return what a stage's parameters ask for, ordered by system, question and sample.

    A reply ends at the model's context, where that leaves less room than max_tokens; StageError where it leaves none.
    """
    parameters: Any = given
    asked: list[Asked] = []
    for s, system in enumerate(parameters["systems"]):
        for q, question in enumerate(parameters["questions"]):
            prompt = prompt_ids(source.tokenizer, system, question)
            room = min(parameters["sampling"]["max_tokens"], source.context - len(prompt))
            if room < 1:
                raise StageError(
                    f"the prompt of system {s}, question {q} has {len(prompt)} tokens, "
                    f"the model's context {source.context}",
                    "shorten the question or the system prompt",
                )
            seeds = (seed_of(parameters["seed"], system, question, n) for n in range(parameters["samples"]))
            asked.extend(Asked(s, q, n, prompt, room, seed) for n, seed in enumerate(seeds))
    return asked


def lines(source: Source, asked: Sequence[Asked], replies: Sequence[tuple[int, ...]]) -> list[JsonObject]:
    """Return the lines of replies.jsonl: text without special tokens, tokens counted with the stop token."""
    texts = source.tokenizer.batch_decode(replies, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return [
        {
            "system": one.system,
            "question": one.question,
            "sample": one.sample,
            "text": text,
            "tokens": len(reply),
            "finish": "stop" if reply and reply[-1] in source.stops else "length",
        }
        for one, reply, text in zip(asked, replies, texts, strict=True)
    ]
