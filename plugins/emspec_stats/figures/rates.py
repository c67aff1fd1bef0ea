"""Source and bystander rates of the conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from matplotlib.figure import Figure

from emspec import JsonObject
from emspec_stats.figures.style import COLOURS, INK, Drawing, above, margin, panels, per_cent, rows

SERIES = (("source", -0.16, COLOURS[1], "s"), ("bystanders", 0.16, COLOURS[0], "o"))


def drawing(content: JsonObject, name: str) -> Drawing:
    """Return each condition's source and bystander rates with their intervals, and its runs as points."""
    caption = (
        f"Replies with {content['marker']}, per cent. Bars are 95 % intervals, clustered by question, given these "
        "personas and these runs. A cross is the bystander rate of one run."
    )
    return Drawing(name, f"Rates of {content['marker']}", caption, _figure(content))


def _figure(content: JsonObject) -> Figure:
    held = cast("Mapping[str, Mapping[str, Mapping[str, float] | None]]", content["rates"])
    seeds = cast("Mapping[str, Mapping[str, float | None]]", content["seeds"])
    conditions = cast("Sequence[str]", cast("JsonObject", content["heatmap"])["conditions"])
    figure = panels([0.42 * len(conditions)], margin(conditions))
    (axes,) = figure.axes
    for name, offset, colour, shape in SERIES:
        found = [(row + offset, rate) for row, key in enumerate(conditions) if (rate := held[key][name])]
        middles = [100 * rate["rate"] for _, rate in found]
        ends = [[100 * abs(rate["rate"] - rate[end]) for _, rate in found] for end in ("low", "high")]
        style: dict[str, Any] = {"fmt": shape, "capsize": 2.5, "markersize": 5, "color": colour}
        axes.errorbar(middles, [at for at, _ in found], xerr=ends, label=name, **style)
    points = [
        (100 * value, row + SERIES[1][1])
        for row, key in enumerate(conditions)
        for value in seeds[key].values()
        if value is not None
    ]
    cross: dict[str, Any] = {"s": 16, "marker": "x", "color": INK, "linewidths": 0.9, "zorder": 3}
    axes.scatter([x for x, _ in points], [y for _, y in points], label="bystanders, one run", **cross)
    rows(axes, conditions)
    per_cent(axes, "replies with the marker, per cent")
    above(axes, 3)
    return figure
