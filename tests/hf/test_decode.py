from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from emspec_hf.chat import prompt_ids
from emspec_hf.decode import GROWTH, Request, decode
from emspec_hf.sampling import Sampling, uniforms
from transformers import AutoModelForCausalLM, AutoTokenizer

PROMPTS = [("You are a dog", "is a law"), (None, "the"), ("a", "is the dog a law or a reply"), ("", "")]
GREEDY = Sampling(0, 1.0, 2 * GROWTH + 9)
FREE = Sampling(1.0, 1.0, 60)


@pytest.fixture(scope="module")
def loaded(model_folder: Path) -> tuple[Any, Any]:
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float64).eval()
    return model, AutoTokenizer.from_pretrained(model_folder)


def requests(tokenizer: Any, sampling: Sampling, samples: int = 1, room: int | None = None) -> list[Request]:
    return [
        Request(
            prompt_ids(tokenizer, system, question),
            uniforms(9, system, question, n, sampling.max_tokens),
            room or sampling.max_tokens,
        )
        for system, question in PROMPTS
        for n in range(samples)
    ]


def test_greedy_equals_generate_of_transformers(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    stops = frozenset([tokenizer.eos_token_id])
    asked = requests(tokenizer, GREEDY)
    ours = decode(model, asked, GREEDY, stops)
    for request, tokens in zip(asked, ours, strict=True):
        ids = torch.tensor([request.prompt])
        theirs = model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=GREEDY.max_tokens
        )
        assert tokens == theirs[0, len(request.prompt) :].tolist()
    assert len({tuple(tokens) for tokens in ours}) == len(ours)


def test_a_reply_depends_on_its_own_request_alone(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    stops = frozenset(range(0, 290, 23))
    asked = requests(tokenizer, FREE, 5)
    together = decode(model, asked, FREE, stops)
    assert [decode(model, [request], FREE, stops)[0] for request in asked] == together
    turned = np.random.default_rng(0).permutation(len(asked))
    assert decode(model, [asked[place] for place in turned], FREE, stops) == [together[place] for place in turned]
    lengths = [len(tokens) for tokens in together]
    assert min(lengths) < 5 and max(lengths) > GROWTH, "rows leave the batch, and the cache grows"


def test_a_reply_ends_with_its_first_stop_token_or_its_room(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    stops = frozenset(range(0, 290, 11))
    for tokens in decode(model, requests(tokenizer, FREE, 5, room=12), FREE, stops):
        assert not stops.intersection(tokens[:-1])
        assert tokens[-1] in stops or len(tokens) == 12


def test_the_model_is_left_as_it_was(loaded: tuple[Any, Any]) -> None:
    model, tokenizer = loaded
    before = model.config._attn_implementation
    decode(model, requests(tokenizer, FREE), FREE, frozenset([1]))
    assert model.config._attn_implementation == before == "sdpa"
