"""JSON values, their canonical bytes, and digests of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

Scalar = str | int | float | bool | None
Json = Scalar | Sequence["Json"] | Mapping[str, "Json"]
JsonObject = Mapping[str, Json]


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical(value: Json) -> str:
    """Return the one text of a value: keys sorted, no spaces, ASCII only. NaN and infinities raise ValueError."""
    return _ENCODER.encode(value)


def digest(value: Json) -> str:
    """Return the SHA-256 of a value's canonical text, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
