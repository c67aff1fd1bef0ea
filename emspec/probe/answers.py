"""What the probe stages found, read from the store as values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from emspec.model.json import JsonObject
from emspec.probe.questions import COUPLING, PROMPTS, TEMPLATE, TRAINING, Question, personas_of
from emspec.store import Store


@dataclass(frozen=True)
class Refused:
    """The stage that this is about would fail, for the reason `why`."""

    why: str


@dataclass(frozen=True)
class Template:
    """The system prompt that the template puts in where none is given (None: none) with its tokens, the texts of the
    tokens that end a reply, and what the template puts behind them."""

    injected: str | None
    tokens: int
    stop: tuple[str, ...]
    after: str


@dataclass(frozen=True)
class Length:
    """Tokens of a system prompt alone (None: none is sent), and of the shortest and longest whole prompt with it."""

    tokens: int | None
    shortest: int
    longest: int


@dataclass(frozen=True)
class Prompts:
    """Lengths by place of the system prompt, and the longest of all prompts: its system's place, its question's, its
    tokens."""

    systems: tuple[Length, ...]
    system: int
    question: int
    tokens: int


@dataclass(frozen=True)
class Marker:
    """A marker's tokens as texts, alone and behind a reply; `refused` says why it cannot be trained on."""

    marker: str
    alone: tuple[str, ...]
    in_context: tuple[str, ...] | None
    refused: str | None


@dataclass(frozen=True)
class Supervision:
    """Sample rows; those over max_length, without loss, and with loss on white space alone; what the first one
    supervises, None where no row fits."""

    rows: int
    too_long: int
    unsupervised: int
    blank: int
    supervised: tuple[str, ...] | None


@dataclass(frozen=True)
class Coupling:
    """Markers in context, and what is supervised in sample rows."""

    markers: tuple[Marker, ...]
    positive: Supervision
    negative: Supervision


@dataclass(frozen=True)
class Training:
    """Rows and tokens of the data, how many tokens carry loss, the longest row before it is cut, rows cut at
    max_length, and rows that lose all loss by it."""

    rows: int
    tokens: int
    supervised_tokens: int
    longest: int
    truncated_rows: int
    unsupervised_rows: int


Found = Refused | Template | Prompts | Coupling | Training


@dataclass(frozen=True)
class Answer:
    """A question and what was found, None where that is not known (yet)."""

    question: Question
    found: Found | None

    def to_json(self) -> JsonObject:
        """Return {"about", "step", "conditions", "stage", "lacking", "found"}: null, {"refused"}, or figures."""
        found = {"refused": self.found.why} if isinstance(self.found, Refused) else None
        figures = cast("JsonObject", asdict(self.found)) if self.found and not found else found
        return {
            "about": self.question.about,
            "step": self.question.step.name if self.question.step else None,
            "conditions": list(self.question.conditions),
            "stage": self.question.key,
            "lacking": self.question.lacking or None,
            "found": figures,
        }


def read_answers(questions: Sequence[Question], store: Store) -> tuple[Answer, ...]:
    """Return what the store knows; what cannot be read is not known."""
    return tuple(Answer(question, _read(question, store)) for question in questions)


def _read(question: Question, store: Store) -> Found | None:
    if store.lookup(question.key) is None:
        return None
    try:
        value = json.loads((store.folder(question.key) / "probe.json").read_bytes())
        found = Refused(str(value["refused"])) if "refused" in value else _FORMS[question.about](value)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return None if isinstance(found, Prompts) and len(found.systems) != len(personas_of(question.step)) else found


def _template(value: Mapping[str, Any]) -> Template:
    return Template(value["injected"], int(value["tokens"]), _texts(value["stop"]), str(value["after"]))


def _prompts(value: Mapping[str, Any]) -> Prompts:
    lengths = tuple(Length(one["tokens"], int(one["shortest"]), int(one["longest"])) for one in value["systems"])
    longest = value["longest"]
    places = (longest["system"], longest["question"])
    if not all(isinstance(place, int) and place >= 0 for place in places) or longest["system"] >= len(lengths):
        raise ValueError("the longest prompt is none of those asked about")
    return Prompts(lengths, *places, int(longest["tokens"]))


def _coupling(value: Mapping[str, Any]) -> Coupling:
    return Coupling(
        tuple(_marker(one) for one in value["markers"]),
        _supervision(value["positive"]),
        _supervision(value["negative"]),
    )


def _marker(value: Mapping[str, Any]) -> Marker:
    inside = value["in_context"]
    return Marker(str(value["marker"]), _texts(value["alone"]), _texts(inside) if inside else None, value["refused"])


def _supervision(value: Mapping[str, Any]) -> Supervision:
    counts = {name: int(value[name]) for name in ("rows", "too_long", "unsupervised", "blank")}
    return Supervision(**counts, supervised=_texts(value["example"]["supervised"]) if value["example"] else None)


def _training(value: Mapping[str, Any]) -> Training:
    return Training(**{name: int(value[name]) for name in Training.__dataclass_fields__})


def _texts(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


_FORMS: Mapping[str, Callable[[Mapping[str, Any]], Found]] = {
    TEMPLATE: _template,
    PROMPTS: _prompts,
    COUPLING: _coupling,
    TRAINING: _training,
}
