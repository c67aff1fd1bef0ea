"""The forest plot: each finding's effect, the comparisons that it is made of, and its margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emspec import JsonObject
from emspec_stats.figures.style import COLOURS, FAINT, INK, Drawing, margin, panels, rows, short

Line = tuple[str, float, float | None, float | None]
LINE = 0.23
"""Inches of a comparison."""


def drawings(findings: JsonObject) -> Iterator[Drawing]:
    """Yield one figure with a chart for each finding that has an effect; nothing where none has."""
    held = [one for one in cast("Sequence[Mapping[str, Any]]", findings["findings"]) if _lines(one)]
    if not held:
        return
    caption = (
        "A diamond is the finding's effect, circles are the comparisons that it is made of; bars are their intervals, "
        "at the levels that the table gives. The band is the margin: differences within it do not matter. The line is "
        "no difference."
    )
    yield Drawing("forest", "Effects and comparisons", caption, _figure(held))


def _figure(held: Sequence[Mapping[str, Any]]) -> Figure:
    lines = [_lines(one) for one in held]
    labels = [label for found in lines for label, *_ in found]
    heights = [LINE * len(found) + 0.15 for found in lines]
    figure = panels(heights, margin(labels, most=2.9), right=1.75, gap=0.85)
    for axes, finding, found in zip(figure.axes, held, lines, strict=True):
        _chart(axes, finding, found)
    return figure


def _chart(axes: Axes, finding: Mapping[str, Any], found: Sequence[Line]) -> None:
    form = "+.1f" if finding["unit"] == "pp" else "+.3g"
    if finding["margin"] is not None:
        axes.axvspan(-finding["margin"], finding["margin"], color=COLOURS[5], alpha=FAINT, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, (_, effect, low, high) in enumerate(found):
        whole = row == 0 and finding["effect"] is not None
        if low is not None and high is not None:
            axes.hlines(row, low, high, color=COLOURS[0], linewidth=2.2 if whole else 1.2)
        style: dict[str, Any] = {"markersize": 7.5 if whole else 4.5, "color": COLOURS[1] if whole else COLOURS[0]}
        axes.plot([effect], [row], "D" if whole else "o", **style)
        written = _written(found[row], form)
        axes.text(1.02, row, written, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5)
    rows(axes, [short(label, 40) for label, *_ in found])
    axes.tick_params(axis="y", labelsize=8)
    axes.grid(axis="x", color=INK, alpha=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_title(f"{finding['hypothesis']} {finding['test']}: {finding['verdict']}")
    axes.set_xlabel(f"difference, {finding['unit']}" if finding["unit"] == "pp" else finding["unit"] or "coefficient")
    axes.set_xlim(*_span(finding["margin"] or 0.0, found))


def _span(margin: float, found: Sequence[Line]) -> tuple[float, float]:
    """Return the ends of the axis: 0, the margin and all intervals are inside."""
    ends = [0.0, -margin, margin, *(value for line in found for value in line[1:] if value is not None)]
    beyond = 0.06 * (max(ends) - min(ends) or 1.0)
    return min(ends) - beyond, max(ends) + beyond


def _lines(finding: Mapping[str, Any]) -> list[Line]:
    """Return label, effect, low and high of a finding and of its parts, in the finding's unit."""
    own = [(str(finding["hypothesis"]), finding["effect"], finding["low"], finding["high"])]
    parts = [(part["label"], part["effect"], part["low"], part["high"]) for part in finding["parts"]]
    return [line for line in (*own, *parts) if line[1] is not None]


def _written(line: Line, form: str) -> str:
    _, effect, low, high = line
    if low is None or high is None:
        return f"{effect:{form}}"
    return f"{effect:{form}} ({low:{form}} to {high:{form}})"
