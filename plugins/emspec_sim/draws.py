"""Random draws that depend on what they are for and on nothing else: a hash of the parts is the source of the bits."""

from __future__ import annotations

import hashlib
import json
from statistics import NormalDist

from emspec import Json

_BITS = 53
_STANDARD = NormalDist()


class Stream:
    """The draws that belong to `parts`, numbered: the same parts and number give the same bits everywhere."""

    def __init__(self, *parts: Json) -> None:
        self._hash = hashlib.blake2b(json.dumps(parts).encode())

    def bits(self, number: int) -> bytes:
        """Return 64 random bytes."""
        one = self._hash.copy()
        one.update(b"%d" % number)
        return one.digest()


def fraction(bits: bytes) -> float:
    """Return a uniform number, above 0 and below 1, of the first 8 bytes."""
    return ((int.from_bytes(bits[:8]) >> (64 - _BITS)) + 0.5) / (1 << _BITS)


def uniform(*parts: Json) -> float:
    """Return the uniform draw, above 0 and below 1, that belongs to the parts."""
    return fraction(Stream(*parts).bits(0))


def normal(*parts: Json) -> float:
    """Return the standard normal draw that belongs to the parts."""
    return _STANDARD.inv_cdf(uniform(*parts))
