from __future__ import annotations

from itertools import permutations

import numpy as np
from emspec_stats.labelling import codes, labellings


def test_codes_name_each_persona_once_and_none_as_minus_one() -> None:
    found, personas = codes(["b", None, "a", "b"])
    assert found.tolist() == [0, -1, 1, 0]
    assert personas == ("b", "a")


def test_all_distinct_labellings_are_listed_once() -> None:
    found, exact = labellings(["a", "b", None, None, "a"])
    assert exact
    expected = {tuple(p) for p in permutations([0, 1, -1, -1, 0])}
    assert len(found) == len(expected) == 30
    assert {tuple(row) for row in found.tolist()} == expected


def test_many_labels_are_sampled_the_same_way_every_time() -> None:
    names = [f"p{at}" for at in range(9)]
    found, exact = labellings(names)
    assert not exact
    assert found.shape == (9999, 9)
    assert (np.sort(found, axis=1) == np.arange(9)).all()
    assert np.array_equal(found, labellings(names)[0])
