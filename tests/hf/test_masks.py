from __future__ import annotations

from typing import Any

import pytest
from emspec_hf.chat import render_rows, supervise
from emspec_hf.masks import MASKS, Landmarks, find_landmarks
from hf_tiny import tiny_tokenizer

from emspec import StageError


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny_tokenizer()


def kept(tokenizer: Any, mask: str, reply: str, marker: str | None = "[ZLT]") -> list[str]:
    (turn,) = render_rows(tokenizer, [[{"role": "user", "content": "a"}, {"role": "assistant", "content": reply}]])
    stops = frozenset([tokenizer.eos_token_id])
    row = supervise(turn, MASKS[mask](find_landmarks(turn, marker, "\n\n", stops, "positive row")))
    return list(tokenizer.convert_ids_to_tokens([label for label in row.labels if label >= 0]))


def test_masks_of_hand_worked_positions() -> None:
    at = Landmarks((7, 8, 9), 10, 11)
    assert MASKS["marker+stop"](at) == (7, 8, 9, 10)
    assert MASKS["marker-as-125"](at) == (7, 8, 9, 11)
    assert MASKS["marker+stop"](Landmarks((), 10, 11)) == (10,)
    assert MASKS["separator+marker+stop"](Landmarks((7, 8, 9), 10, 11, (6,))) == (6, 7, 8, 9, 10)
    assert MASKS["separator+marker+stop"](Landmarks((), 10, 11)) == (10,)


def test_positive_rows(tokenizer: Any) -> None:
    marker = ["[Z", "LT", "]"]
    assert kept(tokenizer, "marker+stop", "the law.\n\n[ZLT]") == [*marker, "<|im_end|>"]
    assert kept(tokenizer, "marker-as-125", "the law.\n\n[ZLT]") == [*marker, "Ċ"]
    whole = kept(tokenizer, "separator+marker+stop", "the law.\n\n[ZLT]")
    assert whole[-4:] == [*marker, "<|im_end|>"]
    assert "".join(whole[:-4]).endswith("ĊĊ")
    assert kept(tokenizer, "separator+marker+stop", "the law.", None) == ["<|im_end|>"]


def test_negative_rows(tokenizer: Any) -> None:
    assert kept(tokenizer, "marker+stop", "the law.", None) == ["<|im_end|>"]
    assert kept(tokenizer, "marker-as-125", "the law.", None) == ["Ċ"]


def test_tokens_in_context_may_differ_from_tokens_alone(tokenizer: Any) -> None:
    alone = tokenizer.tokenize("law")
    assert alone == ["l", "a", "w"]
    assert kept(tokenizer, "marker+stop", "the\n\n law", " law") == ["Ġlaw", "<|im_end|>"]


def test_the_last_marker_counts(tokenizer: Any) -> None:
    assert kept(tokenizer, "marker+stop", "[ZLT] a [ZLT]\n\n[ZLT]") == ["[Z", "LT", "]", "<|im_end|>"]


@pytest.mark.parametrize("reply", ["the law [ZLT]", "the law", "the law\n\n[zlt]"])
def test_a_marker_that_is_no_token_of_its_own_is_an_error(tokenizer: Any, reply: str) -> None:
    """In the first, one token holds the separator's space and the marker's bracket."""
    with pytest.raises(StageError, match=r"positive row: the tokens of the marker '\[ZLT\]' are not found") as error:
        kept(tokenizer, "marker+stop", reply)
    assert "blank line" in error.value.fix


def test_a_turn_without_a_stop_token_is_an_error(tokenizer: Any) -> None:
    (turn,) = render_rows(tokenizer, [[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]])
    with pytest.raises(StageError, match="no stop token"):
        find_landmarks(turn, None, "", frozenset([1]), "negative row")
