from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import torch
from emspec_hf.base import Base, load_base
from emspec_hf.chat import prompt_ids
from emspec_hf.generate import ask, batches
from emspec_hf.sampling import Sampling
from emspec_hf.session import open_session
from hf_tiny import Run, read_lines
from scipy import stats

from emspec import Session, Setup, StageError

SYSTEMS, QUESTIONS = [None, "You are a dog", "the"], ["is a law", "is it", "a reply"]
FREE = {"temperature": 1.0, "top_p": 1.0, "max_tokens": 24}
STAGE: dict[str, Any] = {"systems": SYSTEMS, "questions": QUESTIONS, "samples": 4, "sampling": FREE, "seed": 8}


@pytest.fixture(scope="module")
def base(setup: Setup) -> Base:
    return load_base(setup)


@pytest.fixture(scope="module")
def exact(setup: Setup) -> Session:
    """The model in float64: how requests are batched shows nowhere."""
    assert setup.model is not None
    return open_session(Setup({**setup.model, "dtype": "float64"}, "cpu", 1))


def replies(run: Run, given: dict[str, Any], **more: Any) -> list[Any]:
    return read_lines(run("generate", given, **more) / "replies.jsonl")


def test_lines_are_ordered_and_whole(run: Run, base: Base) -> None:
    made = replies(run, STAGE)
    places = [(line["system"], line["question"], line["sample"]) for line in made]
    assert places == [(s, q, n) for s in range(3) for q in range(3) for n in range(4)]
    assert {line["finish"] for line in made} == {"stop", "length"}
    for line in made:
        assert list(line) == ["system", "question", "sample", "text", "tokens", "finish"]
        assert 1 <= line["tokens"] <= 24 and (line["tokens"] == 24 or line["finish"] == "stop")
        assert "<|im_end|>" not in line["text"]
    assert len({line["text"] for line in made}) > 30


def test_a_rerun_has_the_same_bytes_and_another_seed_has_not(run: Run) -> None:
    first, again = (run("generate", STAGE) / "replies.jsonl" for _ in range(2))
    assert first.read_bytes() == again.read_bytes()
    other = run("generate", {**STAGE, "seed": 9}) / "replies.jsonl"
    assert other.read_bytes() != first.read_bytes()


@pytest.mark.parametrize("batch_tokens", [1, 300, 1000])
def test_a_reply_does_not_depend_on_the_other_requests(run: Run, exact: Session, batch_tokens: int) -> None:
    whole = {
        (SYSTEMS[r["system"]], QUESTIONS[r["question"]], r["sample"]): r["text"] for r in replies(run, STAGE, on=exact)
    }
    part = {**STAGE, "systems": SYSTEMS[::-1][:2], "questions": QUESTIONS[1:][::-1], "samples": 2}
    part |= {"options": {"batch_tokens": batch_tokens}}
    for line in replies(run, part, on=exact):
        place = (part["systems"][line["system"]], part["questions"][line["question"]], line["sample"])
        assert line["text"] == whole[place]


def test_temperature_zero_gives_equal_samples(run: Run) -> None:
    made = replies(run, {**STAGE, "sampling": {**FREE, "temperature": 0}})
    assert len({(line["system"], line["question"], line["text"]) for line in made}) == 9


def test_first_tokens_follow_the_softmax(run: Run, base: Base) -> None:
    """Over the texts that are expected at least ten times, and all others together."""
    sampling = {"temperature": 4.0, "top_p": 1.0, "max_tokens": 1}
    given = {"systems": [None], "questions": ["is a law"], "samples": 4000, "sampling": sampling, "seed": 3}
    made = Counter(line["text"] for line in replies(run, given))
    ids = torch.tensor([prompt_ids(base.tokenizer, None, "is a law")])
    with torch.no_grad():
        shares = torch.softmax(base.model(ids).logits[0, -1].double() / 4.0, -1)
    expected: dict[str, float] = {}
    for token, share in enumerate(shares.tolist()):
        text = base.tokenizer.decode([token], skip_special_tokens=True)
        expected[text] = expected.get(text, 0.0) + 4000 * share
    often = [text for text, count in expected.items() if count >= 10]
    assert len(often) > 20
    seen, due = [made[text] for text in often], [expected[text] for text in often]
    assert stats.chisquare([*seen, 4000 - sum(seen)], [*due, 4000 - sum(due)]).pvalue > 0.001


def test_a_prompt_takes_room_from_the_context(base: Base) -> None:
    long = {**STAGE, "systems": ["dog" * 60], "questions": ["is it"], "samples": 1}
    (one,) = ask(base, long, Sampling(1.0, 1.0, 100))
    assert one.request.room == 256 - len(one.request.prompt) < 100
    with pytest.raises(StageError, match=r"the prompt of system 0, question 0 has \d+ tokens") as error:
        ask(base, {**long, "systems": ["dog" * 100]}, Sampling(1.0, 1.0, 100))
    assert error.value.fix


def test_batches_hold_prompts_of_like_length_within_the_budget(base: Base) -> None:
    asked = ask(base, {**STAGE, "samples": 5}, Sampling(1.0, 1.0, 24))
    made = list(batches(asked, 24, 900))
    assert sorted((one.system, one.question, one.sample) for batch in made for one in batch) == [
        (one.system, one.question, one.sample) for one in asked
    ]
    lengths = [[len(one.request.prompt) for one in batch] for batch in made]
    assert all(len(batch) * (max(batch) + 24) <= 900 for batch in lengths)
    assert [length for batch in lengths for length in batch] == sorted(len(one.request.prompt) for one in asked)
    assert [len(batch) for batch in batches(asked, 24, 1)] == [1] * len(asked)


def test_no_requests(run: Run) -> None:
    assert replies(run, {**STAGE, "systems": []}) == []
