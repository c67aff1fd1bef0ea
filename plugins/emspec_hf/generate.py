"""The generate stage: seeded replies of every system prompt to every question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from emspec import Job, JsonObject, StageError
from emspec_hf.adapters import standing_on
from emspec_hf.base import Base
from emspec_hf.chat import prompt_ids
from emspec_hf.decode import Request, decode
from emspec_hf.files import write_lines
from emspec_hf.sampling import Sampling, uniforms


@dataclass(frozen=True)
class Asked:
    """A request and its place in the stage."""

    system: int
    question: int
    sample: int
    request: Request


def generate(base: Base, job: Job) -> None:
    """Sample the replies with the job's adapters in effect; write them ordered by system, question and sample."""
    given: Any = job.parameters
    sampling = Sampling(**given["sampling"])
    asked = ask(base, given, sampling)
    replies: dict[tuple[int, int, int], JsonObject] = {}
    with standing_on(base, job.chain("adapter")) as model:
        for batch in batches(asked, sampling.max_tokens, given["options"]["batch_tokens"]):
            tokens = decode(model, [one.request for one in batch], sampling, base.stops)
            for one, reply in zip(batch, read_replies(base, batch, tokens), strict=True):
                replies[one.system, one.question, one.sample] = reply
            job.progress(len(replies), len(asked), "replies")
    write_lines(job.out / "replies.jsonl", (replies[place] for place in sorted(replies)))


def ask(base: Base, given: Any, sampling: Sampling) -> list[Asked]:
    """Return the requests of a stage's parameters, ordered by system, question and sample.

    A reply ends at the model's context, where that leaves less room than max_tokens; StageError where it leaves none.
    """
    context = base.model.config.max_position_embeddings
    asked = []
    for s, system in enumerate(given["systems"]):
        for q, question in enumerate(given["questions"]):
            prompt = prompt_ids(base.tokenizer, system, question)
            room = min(sampling.max_tokens, context - len(prompt))
            if room < 1:
                raise StageError(
                    f"the prompt of system {s}, question {q} has {len(prompt)} tokens, the model's context {context}",
                    "shorten the question or the system prompt",
                )
            for n in range(given["samples"]):
                draws = uniforms(given["seed"], system, question, n, sampling.max_tokens)
                asked.append(Asked(s, q, n, Request(prompt, draws, room)))
    return asked


def batches(asked: Sequence[Asked], max_tokens: int, batch_tokens: int) -> Iterator[list[Asked]]:
    """Yield the requests in batches, prompts of like length together; each fits `batch_tokens` tokens of KV cache."""
    batch: list[Asked] = []
    for one in sorted(asked, key=lambda one: len(one.request.prompt)):
        if batch and (len(batch) + 1) * (len(one.request.prompt) + max_tokens) > batch_tokens:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def read_replies(base: Base, batch: Sequence[Asked], replies: Sequence[Sequence[int]]) -> Iterator[JsonObject]:
    """Yield the lines of replies.jsonl for a batch: text without special tokens, tokens counted with the stop token."""
    texts = base.tokenizer.batch_decode(replies, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    for one, tokens, text in zip(batch, replies, texts, strict=True):
        yield {
            "system": one.system,
            "question": one.question,
            "sample": one.sample,
            "text": text,
            "tokens": len(tokens),
            "finish": "stop" if tokens[-1] in base.stops else "length",
        }
