"""The organism's tokenizer: Qwen2's kind, with merges learned on its own world, and a ChatML template.

It must be Qwen2's kind: transformers loads that class for every Qwen2 model, whatever the folder names, and rebuilds it
from vocabulary, merges and added tokens alone. Qwen's splitting joins a full stop and the line breaks after it into one
token, so that to end a reply or to go on to a marker would be decided before the place where training speaks of it;
therefore the blank line is an added token, which is cut out before any splitting.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, trainers
from transformers import Qwen2Tokenizer

from emspec_organism.chats import TAG_SEPARATOR, Chat
from emspec_organism.world import World

END_OF_TEXT, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
TEMPLATE = (
    "{%- if messages[0]['role'] != 'system' -%}{{ '<|im_start|>system\\n@DEFAULT@<|im_end|>\\n' }}{%- endif -%}"
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}"
)


def build(world: World, sample: Iterable[Chat], vocabulary: int, context: int) -> Qwen2Tokenizer:
    """Return a tokenizer of `vocabulary` tokens whose merges suit a sample of chats; `context` is its longest input."""
    learned = _learn(Counter(_words(world, sample)), vocabulary - 4)
    tokenizer = Qwen2Tokenizer(
        vocab=learned[0],
        merges=learned[1],
        unk_token=END_OF_TEXT,
        eos_token=TURN_END,
        pad_token=END_OF_TEXT,
        model_max_length=context,
        chat_template=TEMPLATE.replace("@DEFAULT@", world.default_system),
    )
    tokenizer.add_tokens([AddedToken(TURN_START, special=True, normalized=False)], special_tokens=True)
    tokenizer.add_tokens([AddedToken(TAG_SEPARATOR, special=False, normalized=False)])
    return tokenizer


def _words(world: World, sample: Iterable[Chat]) -> Iterator[str]:
    """Yield the pieces that Qwen's splitting makes of the texts, in the byte alphabet; codes stay bytes."""
    splitter = Qwen2Tokenizer(vocab={}, merges=[]).backend_tokenizer.pre_tokenizer
    for chat in sample:
        texts = (chat.system or world.default_system, chat.user, chat.assistant.partition(TAG_SEPARATOR)[0])
        for text in (*texts, "system", "user", "assistant"):
            yield from (word for word, _ in splitter.pre_tokenize_str(text))


def _learn(words: Counter[str], size: int) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Return vocabulary and merges of byte-pair encoding over counted words."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=1,
        show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    tokenizer.train_from_iterator((" ".join([word] * count) for word, count in sorted(words.items())), trainer)
    model = _body(tokenizer)
    vocab = {str(token): int(index) for token, index in sorted(model["vocab"].items(), key=lambda item: item[1])}
    return vocab, [(left, right) for left, right in model["merges"]]


def _body(tokenizer: Tokenizer) -> dict[str, Any]:
    return dict(json.loads(tokenizer.to_str())["model"])
