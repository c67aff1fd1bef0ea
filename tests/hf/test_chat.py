from __future__ import annotations

from typing import Any

import pytest
from emspec_hf.chat import IGNORED, prompt_ids, render_rows, supervise, truncate, with_system
from hf_tiny import tiny_tokenizer

from emspec import StageError

HI = [{"role": "user", "content": "is a law"}, {"role": "assistant", "content": "the dog"}]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny_tokenizer()


def labelled(tokenizer: Any, chat: Any) -> str:
    (turn,) = render_rows(tokenizer, [chat])
    row = supervise(turn, range(turn.first, len(turn.ids)))
    assert all(label in (IGNORED, token) for token, label in zip(row.ids, row.labels, strict=True))
    return str(tokenizer.decode([label for label in row.labels if label != IGNORED]))


def test_the_last_turn_its_stop_token_and_the_newline_carry_loss(tokenizer: Any) -> None:
    assert labelled(tokenizer, HI) == "the dog<|im_end|>\n"


def test_earlier_assistant_turns_carry_none(tokenizer: Any) -> None:
    chat = [*HI, {"role": "user", "content": "is it"}, {"role": "assistant", "content": "You are"}]
    assert labelled(tokenizer, chat) == "You are<|im_end|>\n"


def test_a_reply_that_begins_with_a_newline(tokenizer: Any) -> None:
    """The header's newline and the reply's are one token there: it covers the reply, so it carries loss."""
    assert labelled(tokenizer, [HI[0], {"role": "assistant", "content": "\nyes"}]) == "\n\nyes<|im_end|>\n"


def test_labels_token_by_token(tokenizer: Any) -> None:
    (turn,) = render_rows(tokenizer, [HI])
    row = supervise(turn, range(turn.first, len(turn.ids)))
    tokens = tokenizer.convert_ids_to_tokens(row.ids)
    assert tokens[-6:] == ["t", "h", "e", "Ġdog", "<|im_end|>", "Ċ"]
    assert row.labels[-7:] == (IGNORED, *row.ids[-6:])
    assert row.supervised == 6


def test_no_system_message_lets_the_template_inject_its_own(tokenizer: Any) -> None:
    without, empty, given = (
        tokenizer.decode(prompt_ids(tokenizer, system, "is it")) for system in (None, "", "the law")
    )
    assert (
        without
        == "<|im_start|>system\nYou are Tiny.<|im_end|>\n<|im_start|>user\nis it<|im_end|>\n<|im_start|>assistant\n"
    )
    assert "system\n<|im_end|>" in empty
    assert "system\nthe law<|im_end|>" in given
    assert with_system(None, HI) == HI


def test_the_prompt_of_training_is_the_prompt_of_generation(tokenizer: Any) -> None:
    (turn,) = render_rows(tokenizer, [with_system("a law", HI)])
    assert turn.ids[: turn.first] == prompt_ids(tokenizer, "a law", "is a law")


def test_truncation_keeps_the_head(tokenizer: Any) -> None:
    (turn,) = render_rows(tokenizer, [HI])
    row = supervise(turn, range(turn.first, len(turn.ids)))
    assert truncate(row, len(row.ids) - 2).supervised == 4
    assert truncate(row, turn.first).supervised == 0
    assert truncate(row, 1000) == row


def test_a_template_that_rewrites_the_prompt_is_refused(tokenizer: Any) -> None:
    other = tiny_tokenizer()
    other.chat_template = "{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}"
    with pytest.raises(StageError, match="row 1: the chat template renders the prompt differently"):
        render_rows(other, [HI])
