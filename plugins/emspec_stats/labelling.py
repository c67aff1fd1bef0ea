"""All ways to lay induction-persona labels over conditions, or a fixed-seed sample of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from emspec_stats.counts import Ints
from emspec_stats.floors import EXACT, distinct
from emspec_stats.ranks import DRAWS

SEED = 0


def codes(labels: Sequence[str | None]) -> tuple[Ints, tuple[str, ...]]:
    """Return each condition's label as a number, and the personas that the numbers stand for; -1 is no label."""
    personas = tuple(dict.fromkeys(label for label in labels if label))
    place = {name: at for at, name in enumerate(personas)}
    return np.array([place[label] if label else -1 for label in labels], dtype=np.int64), personas


def labellings(labels: Sequence[str | None]) -> tuple[Ints, bool]:
    """Return labellings as codes, shape (labellings, conditions), and whether they are all of them.

    All distinct ones where they are at most 20,000; else 9,999 random ones (numpy PCG64, seed 0). They are kept, and
    cannot be written to.
    """
    return _listed(tuple(labels))


@lru_cache(maxsize=4)
def _listed(labels: tuple[str | None, ...]) -> tuple[Ints, bool]:
    observed, _ = codes(labels)
    exact = distinct(labels) <= EXACT
    if exact:
        found = np.array(list(_arrange(Counter(observed.tolist()), len(observed))), dtype=np.int64)
    else:
        found = np.random.default_rng(SEED).permuted(np.tile(observed, (DRAWS, 1)), axis=1)
    found.setflags(write=False)
    return found, exact


def _arrange(left: Counter[int], length: int) -> Iterator[tuple[int, ...]]:
    if length == 0:
        yield ()
        return
    for label in sorted(left):
        if left[label]:
            rest = left - Counter([label])
            yield from ((label, *tail) for tail in _arrange(rest, length - 1))
