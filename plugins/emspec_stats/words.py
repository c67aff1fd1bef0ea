"""How numbers are written in reasons."""

from __future__ import annotations

from emspec import Part
from emspec_stats.crossed import Estimate

GIVEN = "given these runs"
"""What an interval that knows of no run-to-run noise is conditional on."""


def points(value: float) -> str:
    """Write a difference of rates (fraction of 1) in percentage points, signed: +3.2 pp."""
    return f"{100 * value:+.1f} pp"


def span(low: float, high: float) -> str:
    """Write an interval of differences: -1.0 to +4.0 pp."""
    return f"{100 * low:+.1f} to {100 * high:+.1f} pp"


def size(value: float) -> str:
    """Write a margin, unsigned: 10 pp."""
    return f"{100 * value:g} pp"


def chance(p: float) -> str:
    """Write a p value: .012, or < .0001."""
    if p < 0.0001:
        return "< .0001"
    if p > 0.9995:
        return "> .999"
    text = f"{p:.4f}" if p < 0.01 else f"{p:.3f}"
    return text.removeprefix("0")


def level(alpha: float) -> str:
    """Write an alpha: .05."""
    return f"{alpha:.4g}".removeprefix("0")


def personas(*, sampled: bool) -> str:
    """Say which personas a claim is about."""
    return "personas like these" if sampled else "these personas"


def ends(middle: float, half: float) -> tuple[float, float]:
    """Return the ends of an interval of a difference of rates in percentage points: none is beyond 100 pp."""
    return max(-100.0, 100 * (middle - half)), min(100.0, 100 * (middle + half))


def part(label: str, found: Estimate, level: float, p: float | None = None) -> Part:
    """Return a comparison of rates as a line of a forest plot, in percentage points."""
    half = found.half(level)
    low, high = (None, None) if half is None else ends(found.value, half)
    return Part(label, 100 * found.value, low, high, level, p)


def bounds(shown: Part) -> dict[str, float | None]:
    """Return a part's interval as a registered rule names it, as fractions."""
    ends = {"low": shown.low, "high": shown.high}
    return {name: None if value is None else value / 100 for name, value in ends.items()}
