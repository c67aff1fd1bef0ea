"""Chats as token ids in the model's own template, and which of the tokens belong to the last assistant turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase

from emspec import StageError

IGNORED = -100
Message = dict[str, str]


@dataclass(frozen=True)
class Turn:
    """A rendered chat.

    ids      token ids of the whole text
    spans    per token, the characters [start, end) that it covers
    text     the rendered text
    reply    the character at which the last assistant turn's own text begins
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    text: str
    reply: int

    @property
    def first(self) -> int:
        """The first token that covers any character of the last assistant turn."""
        return next((place for place, span in enumerate(self.spans) if span[1] > self.reply), len(self.ids))


@dataclass(frozen=True)
class TrainingRow:
    """Token ids and, of the same length, labels: the id where the token is supervised, else IGNORED."""

    ids: tuple[int, ...]
    labels: tuple[int, ...]

    @property
    def supervised(self) -> int:
        """How many tokens carry loss."""
        return sum(label != IGNORED for label in self.labels)


def with_system(system: str | None, turns: Sequence[Message]) -> list[Message]:
    """Return the turns under a system prompt; None sends no system message, so that the template injects its own."""
    return [*([] if system is None else [{"role": "system", "content": system}]), *turns]


def prompt_ids(tokenizer: PreTrainedTokenizerBase, system: str | None, question: str) -> tuple[int, ...]:
    """Return the tokens of a question up to where the assistant's reply begins."""
    text = _render(tokenizer, with_system(system, [{"role": "user", "content": question}]), header=True)
    return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])


def render_rows(tokenizer: PreTrainedTokenizerBase, chats: Sequence[Sequence[Message]]) -> list[Turn]:
    """Return every chat tokenised, its last turn (an assistant's) told apart.

    The last turn is what rendering the chat adds to rendering all before it with the generation header: the reply, its
    stop token and what the template puts behind. Raises StageError where a template does not render so.
    """
    texts = [_render(tokenizer, chat, header=False) for chat in chats]
    prompts = [_render(tokenizer, chat[:-1], header=True) for chat in chats]
    for number, (text, prompt) in enumerate(zip(texts, prompts, strict=True), 1):
        if not text.startswith(prompt):
            raise StageError(
                f"row {number}: the chat template renders the prompt differently once a reply follows, so the reply's "
                "tokens cannot be told apart",
                "use a model whose template extends the prompt, or drop what the template rewrites from the data",
            )
    coded = tokenizer(texts, add_special_tokens=False, return_offsets_mapping=True)
    return [
        Turn(tuple(ids), tuple((int(a), int(b)) for a, b in spans), text, len(prompt))
        for ids, spans, text, prompt in zip(coded["input_ids"], coded["offset_mapping"], texts, prompts, strict=True)
    ]


def supervise(turn: Turn, places: Sequence[int]) -> TrainingRow:
    """Return a row that carries loss on the tokens at `places` alone."""
    kept = frozenset(places)
    return TrainingRow(turn.ids, tuple(token if place in kept else IGNORED for place, token in enumerate(turn.ids)))


def truncate(row: TrainingRow, length: int) -> TrainingRow:
    """Return the first `length` tokens of a row."""
    return TrainingRow(row.ids[:length], row.labels[:length])


def _render(tokenizer: PreTrainedTokenizerBase, chat: Sequence[Message], *, header: bool) -> str:
    text = tokenizer.apply_chat_template(list(chat), tokenize=False, add_generation_prompt=header)
    assert isinstance(text, str)
    return text
