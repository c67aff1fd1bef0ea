from __future__ import annotations

import pytest

from emspec.console.units import bytes_text, count_text, span_text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "–"), (800, "800"), (34_740, "34.7 k"), (999_700, "1.0 M"), (5_900_000, "5.9 M"), (123_456_789, "123 M")],
)
def test_counts(count: int, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (900, "900 B"), (1_600_000_000, "1.6 GB"), (2e15, "2000 TB"), (72e9, "72.0 GB")]
)
def test_bytes(count: float, text: str) -> None:
    assert bytes_text(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.3, "< 1 s"),
        (45.2, "45 s"),
        (59.6, "1.0 min"),
        (318, "5.3 min"),
        (1800, "30 min"),
        (13_320, "3.7 h"),
    ],
)
def test_spans(seconds: float, text: str) -> None:
    assert span_text(seconds) == text
