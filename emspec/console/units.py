"""Numbers as people read them: tokens, bytes, spans of time."""

from __future__ import annotations

NONE = "–"
_THOUSAND = 1000
_PREFIXES = ("", " k", " M", " G", " T")


def count_text(count: float) -> str:
    """Return a count in three digits or fewer: 800, 34.7 k, 5.9 M."""
    return _scaled(count) if count else NONE


def bytes_text(count: float) -> str:
    """Return bytes in decimal units: 900 B, 1.6 GB."""
    scaled = _scaled(count)
    return f"{scaled}B" if " " in scaled else f"{scaled} B"


def span_text(seconds: float) -> str:
    """Return a rough span of time, for estimates: 45 s, 12 min, 3.8 h."""
    if seconds < 59.5:
        return f"{seconds:.0f} s" if seconds >= 1 or not seconds else "< 1 s"
    if seconds < 90 * 60:
        return f"{_two_digits(seconds / 60)} min"
    return f"{_two_digits(seconds / 3600)} h"


def _two_digits(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def _scaled(value: float) -> str:
    step = 0
    while value >= _THOUSAND * 0.9995 and step < len(_PREFIXES) - 1:
        value, step = value / _THOUSAND, step + 1
    return f"{value:.0f}{_PREFIXES[step]}" if not step or value >= 99.95 else f"{value:.1f}{_PREFIXES[step]}"
