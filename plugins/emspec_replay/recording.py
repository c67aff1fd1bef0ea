"""A file of recorded replies, persona -> question -> [replies], and how to find a persona and a question in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from emspec import StageError

LAYOUT = 'the layout is {"persona": {"question": ["reply", ...]}}'
_Replies = Sequence[str]


@dataclass(frozen=True)
class Recording:
    """Replies by persona and question, both in the file's order. `by_position` finds questions by their place."""

    replies: Mapping[str, Mapping[str, _Replies]]
    by_position: bool

    def questions(self, persona: str, asked: Sequence[str]) -> list[_Replies]:
        """Return a persona's replies to each question that is asked; StageError where the file has it not."""
        found = self._persona(persona)
        if self.by_position:
            if len(found) == len(asked):
                return list(found.values())
            raise StageError(
                f"the file has {len(found)} questions for {persona} and the spec asks {len(asked)}, so they cannot be "
                "matched by position",
                "ask the recorded questions, or match: text",
            )
        return [_question(found, persona, text) for text in asked]

    def _persona(self, name: str) -> Mapping[str, _Replies]:
        if name in self.replies:
            return self.replies[name]
        raise StageError(
            f"the file has no replies of persona {name}", _nearest(name, self.replies, "the file has the personas")
        )


def read(path: Path, match: str) -> Recording:
    """Return the recording of a file; StageError with the place of what does not fit."""
    try:
        replies = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_unique)
    except (OSError, ValueError) as error:
        raise StageError(f"{path.name} cannot be read as JSON: {error}", LAYOUT) from error
    _check(replies, path.name)
    return Recording(replies, match == "position")


def _question(found: Mapping[str, _Replies], persona: str, text: str) -> _Replies:
    if text in found:
        return found[text]
    hint = _nearest(text, found, "the file has the questions")
    raise StageError(
        f"the file has no replies of {persona} to the question {text!r}",
        f"{hint}; match: position takes the questions by their place",
    )


def _nearest(wanted: str, there: Mapping[str, object], otherwise: str) -> str:
    near = get_close_matches(wanted, there, 1)
    return f"is it {near[0]!r}?" if near else f"{otherwise} {', '.join(there)}"


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{twice[0]!r} is there twice")
    return dict(pairs)


def _check(replies: object, name: str) -> None:
    for persona, questions in _members(replies, name).items():
        for question, texts in _members(questions, f"{name}: {persona}").items():
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise StageError(f"{name}: {persona}: {question!r} does not hold a list of texts", LAYOUT)


def _members(value: object, place: str) -> Mapping[str, object]:
    if isinstance(value, dict) and value:
        return value
    raise StageError(f"{place} does not hold an object with members", LAYOUT)
