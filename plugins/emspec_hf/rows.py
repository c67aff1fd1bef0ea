"""The rows of a data set as chats, and what becomes of them at a training's length."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emspec import JsonObject, StageError
from emspec_hf.chat import Message, TrainingRow, Turn, with_system
from emspec_hf.files import read_lines

ROLES: frozenset[object] = frozenset({"system", "user", "assistant"})


def read_chats(path: Path) -> list[list[Message]]:
    """Return the chats of a rows.jsonl; each must end in an assistant turn. Raises StageError naming the line."""
    try:
        lines = list(read_lines(path))
    except ValueError as error:
        raise StageError(f"the data cannot be read: {error}", "correct the data set") from error
    return [read_chat(line, number) for number, line in enumerate(lines, 1)]


def read_chat(line: Any, number: int) -> list[Message]:
    """Return one line's chat; StageError naming it where it is none that ends in an assistant turn."""
    try:
        messages = [{"role": message["role"], "content": message["content"]} for message in line["messages"]]
    except (KeyError, TypeError) as error:
        raise _bad_row(number, 'is not {"messages": [{"role", "content"}, ...]}') from error
    if any(m["role"] not in ROLES or not isinstance(m["content"], str) for m in messages):
        raise _bad_row(number, "has a message that is no text of a system, user or assistant")
    if not messages or messages[-1]["role"] != "assistant":
        raise _bad_row(number, "does not end in an assistant turn")
    return messages


def one_system(chat: Sequence[Message], system: str | None, own: str, number: int) -> list[Message]:
    """Return a chat under the stage's system prompt; `own` (error, keep, replace) decides where it has one."""
    brought = [message for message in chat if message["role"] == "system"]
    if brought and own == "error":
        raise StageError(
            f"row {number} of the data brings a system turn of its own",
            "say own_system: keep or own_system: replace in the train step",
        )
    if brought and own == "keep":
        return list(chat)
    return with_system(system, [message for message in chat if message["role"] != "system"])


def counts(rows: Sequence[TrainingRow]) -> JsonObject:
    """Return how many rows and tokens there are, and how many tokens carry loss, in one epoch."""
    return {
        "rows": len(rows),
        "supervised_tokens": sum(row.supervised for row in rows),
        "tokens": sum(len(row.ids) for row in rows),
    }


def truncation(turns: Sequence[Turn], rows: Sequence[TrainingRow]) -> JsonObject:
    """Return how many rows were cut at max_length, and how many of them lost all that carries loss."""
    return {
        "truncated_rows": sum(len(turn.ids) > len(row.ids) for turn, row in zip(turns, rows, strict=True)),
        "unsupervised_rows": sum(row.supervised == 0 for row in rows),
    }


def _bad_row(number: int, what: str) -> StageError:
    return StageError(f"row {number} of the data {what}", "correct the data set")
