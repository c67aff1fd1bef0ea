"""What was measured once, of models, texts and files: lengths in tokens, shapes, bytes. The figures: measured.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from emspec.model.json import JsonObject
from emspec.model.records import ModelRecord

HEAD_WIDTH = 128
FFN_RATIO = 3.5
VOCABULARY = 128_000
NARROW, WIDE = 2, 4
"""Bytes of a parameter: of 16-bit types, and of 32-bit ones."""


@lru_cache(maxsize=1)
def measured() -> Mapping[str, Mapping[str, Any]]:
    """Return the figures of measured.json, each group with its source."""
    found: Mapping[str, Mapping[str, Any]] = json.loads(Path(__file__).with_name("measured.json").read_text())
    return found


@dataclass(frozen=True)
class Shape:
    """The widths that decide the size of an adapter and of activations; `exact` is False where they are guessed."""

    width: int
    layers: int
    kv_width: int
    ffn: int
    vocabulary: int
    tied: bool
    exact: bool = True

    def adapted(self, modules: tuple[str, ...], rank: int) -> int:
        """Return the parameters of a LoRA adapter: rank x (in + out) of each module, in every layer."""
        sides = {
            **dict.fromkeys(("q_proj", "o_proj"), 2 * self.width),
            **dict.fromkeys(("k_proj", "v_proj"), self.width + self.kv_width),
            **dict.fromkeys(("gate_proj", "up_proj", "down_proj"), self.width + self.ffn),
        }
        return rank * self.layers * sum(sides.get(module, 2 * self.width) for module in modules)


@dataclass(frozen=True)
class Lengths:
    """What is known of one model: its shape, and how long texts and replies are in its tokens."""

    model: ModelRecord

    @cached_property
    def shape(self) -> Shape:
        """The model's shape where it is on record, else one guessed from its parameters.

        The guess is a Llama-like model with layers = width / 128 and about 12 x width^2 parameters a layer.
        """
        known = measured()["shapes"]
        of = known.get(self.model.hub or "") or known.get(self.model.name)
        if of:
            return Shape(**of)
        width = max(HEAD_WIDTH, round((self.model.parameters * HEAD_WIDTH / 12) ** (1 / 3)))
        layers = max(1, round(width / HEAD_WIDTH))
        return Shape(width, layers, width // 4, round(FFN_RATIO * width), VOCABULARY, tied=False, exact=False)

    @cached_property
    def multiplied(self) -> int:
        """How many parameters a token is multiplied by: all but an input embedding of its own."""
        lookup = 0 if self.shape.tied else self.shape.vocabulary * self.shape.width
        return max(self.model.parameters - lookup, 0) or self.model.parameters

    @cached_property
    def weight_bytes(self) -> int:
        """Bytes of the model's weights."""
        return self.model.parameters * (WIDE if self.model.dtype == "float32" else NARROW)

    @cached_property
    def reply(self) -> float:
        """Mean tokens of a reply, where no cap cuts it."""
        replies = measured()["lengths"]["replies"]
        return float(replies.get(self.model.name, replies[""]))


def row_tokens(source: JsonObject) -> float:
    """Return the mean tokens of a data set's row without its system turn, from the data set's source."""
    rows = measured()["lengths"]["rows"]
    return float(rows.get(str(source.get("hub") or source.get("generator")), rows[""]))


def system_tokens(text: str | None) -> float:
    """Return the tokens of a system turn; None is the one that the chat template injects."""
    known = measured()["lengths"]
    return float(known["turn"] + (known["injected_system"] if text is None else text_tokens(text)))


@lru_cache(maxsize=4096)
def text_tokens(text: str) -> float:
    """Return about how many tokens a text has."""
    return len(text) / float(measured()["lengths"]["characters_per_token"])


@lru_cache(maxsize=4096)
def mean_system(systems: tuple[str | None, ...]) -> float:
    """Return the mean tokens of several system turns."""
    return sum(map(system_tokens, systems)) / max(len(systems), 1)


@lru_cache(maxsize=4096)
@lru_cache(maxsize=4096)
def mean_question(questions: tuple[str, ...]) -> float:
    """Return the mean tokens of several questions, each with its turn and the head of the answer's."""
    known = measured()["lengths"]
    return float(known["turn"] + known["answer"]) + sum(map(text_tokens, questions)) / max(len(questions), 1)
