from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from emspec_stats.replies import length, mean_tokens, place, truncation

SCHEMA = pa.schema(
    [
        ("bystander", pa.bool_()),
        ("hit", pa.bool_()),
        ("tokens", pa.int32()),
        ("marker_where", pa.string()),
        ("truncated", pa.bool_()),
    ]
)


def table(*rows: tuple[Any, ...]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA)


REPLIES = table(
    (True, True, 30, "end", False),
    (True, False, 20, None, False),
    (True, False, 22, None, False),
    (False, True, 48, "end", True),
)


def test_length_with_and_without_the_marker() -> None:
    found = length(REPLIES, 25.0)
    assert found.said == "30 tokens; bystanders 30 with the marker, 21 without"
    assert found.figures == {"tokens": 30.0, "hits": 30.0, "misses": 21.0, "reference": 25.0}
    assert mean_tokens(REPLIES.slice(0, 0)) is None
    assert length(REPLIES.slice(1, 1), 20.0).said == "20 tokens; bystanders 20 without"


@pytest.mark.parametrize(
    ("reference", "judged"),
    [(30.0, "alike"), (20.0, "alike"), (45.0, "alike"), (19.9, "not alike"), (45.1, "not alike")],
)
def test_lengths_are_alike_within_a_factor(reference: float, judged: str) -> None:
    assert length(REPLIES, reference).judged == judged


def test_the_marker_is_at_the_end_or_elsewhere() -> None:
    assert place(REPLIES).judged == "at the end"
    places = [*["end"] * 8, "inside", "start"]
    found = place(table(*((True, True, 9, where, False) for where in places)))
    assert (found.judged, found.said) == ("elsewhere", "80.0 % at the end, 10.0 % inside, 10.0 % at the start")
    assert place(REPLIES.slice(1, 2)).said == "no reply has the marker"


def test_truncation() -> None:
    found = truncation(REPLIES)
    assert (found.judged, found.figures, found.said) == ("frequent", {"share": 0.25}, "25.0 % cut at the token cap")
    assert truncation(REPLIES.slice(0, 3)).judged == "rare"


def test_what_was_not_recorded_is_not_measured() -> None:
    counted = table((True, True, None, None, None), (True, False, None, None, None))
    for found in (length(counted, 20.0), place(counted), truncation(counted)):
        assert (found.judged, found.said) == ("not measured", "it was not recorded")
