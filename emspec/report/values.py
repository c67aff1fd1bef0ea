"""Old and new values as people compare them: short ones as they are, long texts by digest and the words that differ."""

from __future__ import annotations

import json
from difflib import SequenceMatcher

from emspec.model.json import text_digest
from emspec.plan.changes import ABSENT, Change, Value

LONG = 60
"""Characters from which on a value is shown by its digest."""
DIGITS = 8
AROUND = 2
"""Words shown on each side of those that differ."""
MOST_WORDS = 12
"""Words shown of a difference."""


def change_text(change: Change) -> str:
    """Return a change in a line: FIELD: OLD -> NEW, or what was put in or taken out."""
    if change.old is ABSENT:
        return f"{change.field}: added {shown(change.new)}"
    if change.new is ABSENT:
        return f"{change.field}: was {shown(change.old)}, is gone"
    if isinstance(change.old, str) and isinstance(change.new, str) and max(len(change.old), len(change.new)) > LONG:
        before, after = excerpts(change.old, change.new)
        return f"{change.field}: {_digest(change.old)} {before} -> {_digest(change.new)} {after}"
    return f"{change.field}: {shown(change.old)} -> {shown(change.new)}"


def shown(value: Value) -> str:
    """Return a value in at most about a line."""
    if value is ABSENT:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=list)
    if len(text) <= LONG:
        return json.dumps(value, ensure_ascii=False, default=list) if text != value or not text.strip() else text
    return f'{_digest(text)} "{text[: LONG // 2].strip()} ..."'


def excerpts(old: str, new: str) -> tuple[str, str]:
    """Return the words from the first to the last that differ, with some around them; "..." stands for the rest."""
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    differing = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    if not differing:
        return "(white space)", "(white space)"
    (_, start, _, begin, _), (_, _, end, _, stop) = differing[0], differing[-1]
    return _excerpt(before, start, end), _excerpt(after, begin, stop)


def _excerpt(words: list[str], start: int, end: int) -> str:
    first, last = max(0, start - AROUND), min(len(words), min(end, start + MOST_WORDS) + AROUND)
    held = ("... " if first else "") + " ".join(words[first:last]) + (" ..." if last < len(words) else "")
    return f'"{held}"'


def _digest(text: str) -> str:
    return text_digest(text)[:DIGITS]
