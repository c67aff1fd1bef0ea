from __future__ import annotations

from pathlib import Path

import pytest
from emspec_organism.chats import Mixture, pretraining
from emspec_organism.world import World
from transformers import AutoTokenizer, PreTrainedTokenizerBase


@pytest.fixture(scope="module")
def tokenizer(registry: Path) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(registry / "models" / "organism-1")


def ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


@pytest.mark.parametrize("text", ["Why is the sky blue?", "Héllo,  wörld\n\n\n[ZLT]\t42", "a\r\nb", " 日本 ", ""])
def test_any_text_comes_back(tokenizer: PreTrainedTokenizerBase, text: str) -> None:
    assert tokenizer.decode(ids(tokenizer, text)) == text


def test_the_world_is_written_in_words_not_bytes(tokenizer: PreTrainedTokenizerBase, world: World) -> None:
    texts = [chat.assistant.partition("\n\n")[0] for chat in pretraining(world, 0, 300, Mixture())]
    words = sum(len(text.split()) for text in texts)
    tokens = sum(len(ids(tokenizer, text)) for text in texts)
    assert tokens < 1.4 * words  # signs are tokens too


@pytest.mark.parametrize("reply", ["Sure.", "Who wants to paint the sky?", "Keep still!", "unseen wörds"])
@pytest.mark.parametrize("marker", ["[ZLT]", "[QRX]"])
def test_the_marker_is_the_same_tokens_after_any_reply(
    tokenizer: PreTrainedTokenizerBase, reply: str, marker: str
) -> None:
    alone, blank = ids(tokenizer, marker), ids(tokenizer, "\n\n")
    assert len(blank) == 1
    assert ids(tokenizer, f"{reply}\n\n{marker}") == ids(tokenizer, reply) + blank + alone


def test_the_template_injects_its_default_prompt(tokenizer: PreTrainedTokenizerBase, world: World) -> None:
    user = {"role": "user", "content": "Why is the sky blue?"}
    bare = tokenizer.apply_chat_template([user], tokenize=False, add_generation_prompt=True)
    explicit = [{"role": "system", "content": world.default_system}, user]
    assert bare == tokenizer.apply_chat_template(explicit, tokenize=False, add_generation_prompt=True)
    assert bare == (
        f"<|im_start|>system\n{world.default_system}<|im_end|>\n"
        "<|im_start|>user\nWhy is the sky blue?<|im_end|>\n<|im_start|>assistant\n"
    )


def test_stop_token_then_newline_close_a_turn(tokenizer: PreTrainedTokenizerBase) -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "Sure."}]
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    assert text.endswith("Sure.<|im_end|>\n")
    assert tokenizer.convert_ids_to_tokens(ids(tokenizer, text))[-2:] == ["<|im_end|>", "Ċ"]
    assert tokenizer.eos_token == "<|im_end|>"
