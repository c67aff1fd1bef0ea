from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from emspec_vllm.prompts import SEED_BITS, ask, lines, prompt_ids, seed_of
from emspec_vllm.source import Source, find
from hf_tiny import tiny_tokenizer

from emspec import Setup, StageError

ORDER = {
    "systems": ["You are a dog.", None],
    "questions": ["Why?", "What?"],
    "samples": 2,
    "sampling": {"temperature": 1.0, "top_p": 1.0, "max_tokens": 12},
    "seed": 7,
}


@pytest.fixture
def source(tiny: Any) -> Source:
    return find(Setup(tiny.about, "cpu", 1))


def test_a_prompt_is_rendered_with_the_models_template() -> None:
    tokenizer = tiny_tokenizer()
    given = "<|im_start|>system\nYou are a dog.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n"
    assert tokenizer.decode(prompt_ids(tokenizer, "You are a dog.", "Why?")) == given
    injected = given.replace("You are a dog.", "You are Tiny.")
    assert tokenizer.decode(prompt_ids(tokenizer, None, "Why?")) == injected


def test_every_reply_has_a_seed_of_its_own() -> None:
    seeds = {seed_of(*request) for request in ((7, "a", "q", 0), (8, "a", "q", 0), (7, None, "q", 0), (7, "a", "q", 1))}
    assert len(seeds) == 4
    assert all(0 <= seed < 2**SEED_BITS for seed in seeds)
    assert seed_of(7, "a", "q", 0) == seed_of(7, "a", "q", 0)


def test_requests_come_in_the_order_of_the_contract(source: Source) -> None:
    asked = ask(source, ORDER)
    assert [(a.system, a.question, a.sample) for a in asked] == [
        (s, q, n) for s in (0, 1) for q in (0, 1) for n in (0, 1)
    ]
    assert {a.room for a in asked} == {12}
    assert len({a.seed for a in asked}) == 8


def test_the_context_limits_a_reply_and_a_prompt(source: Source) -> None:
    length = len(prompt_ids(source.tokenizer, "You are a dog.", "What?"))
    assert ask(replace(source, context=length + 5), ORDER)[2].room == 5
    with pytest.raises(StageError, match=f"system 0, question 1 has {length} tokens, the model's context {length}"):
        ask(replace(source, context=length), ORDER)


def test_replies_are_decoded_without_special_tokens_and_counted_with_them(source: Source) -> None:
    tokenizer = source.tokenizer
    text = tokenizer(" the law", add_special_tokens=False)["input_ids"]
    (stop,) = source.stops
    asked = ask(source, {**ORDER, "systems": [None], "questions": ["Why?"]})
    said, cut = lines(source, asked, [(*text, stop), tuple(text)])
    assert said == {"system": 0, "question": 0, "sample": 0, "text": " the law", "tokens": 3, "finish": "stop"}
    assert (cut["text"], cut["tokens"], cut["finish"]) == (" the law", 2, "length")
