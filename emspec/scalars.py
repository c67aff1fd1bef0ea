"""What a plain YAML scalar means, by the core schema of YAML 1.2."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

LARGEST = 2**63

_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def meaning(text: str) -> str | int | float | bool | None:
    """Return the value of a plain scalar; ValueError, with the reason, for a number that no spec can use."""
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is no finite number")
    number = _number(text)
    if number is None:
        return text
    if not math.isfinite(number) or abs(number) >= LARGEST:
        raise ValueError(f"{text[:20]} is too large a number")
    return number


def _number(text: str) -> int | float | None:
    """Return the number that a scalar is, or None where it is text; numbers of more than 30 digits are infinite."""
    if _INT.fullmatch(text):
        if len(text) > 30:
            return math.inf
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    return float(text) if _FLOAT.fullmatch(text) else None
