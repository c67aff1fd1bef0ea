"""Where the marker stands in the replies, and how long replies are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emspec import JsonObject
from emspec_stats.figures.style import COLOURS, FAINT, INK, Drawing, above, margin, panels, per_cent, rows

PLACES = (("start", COLOURS[1]), ("inside", COLOURS[5]), ("end", COLOURS[0]))
GROUPS = (("source", -0.16, COLOURS[1], "s"), ("bystanders", 0.16, COLOURS[0], "o"))
Lengths = Mapping[str, Mapping[str, Mapping[str, Sequence[float]] | None]]


def drawings(content: JsonObject, name: str) -> Iterator[Drawing]:
    """Yield the marker's place in bystanders' replies that have it, above the lengths of all replies."""
    caption = (
        f"Above: of the bystanders' replies with {content['marker']}, the share that begins with it, has it inside, "
        "and ends with it (as it was taught); the number of such replies is at the right. Below: tokens of all "
        "replies: a dot at the median, a thick bar from the 25th to the 75th percentile, a thin one from the 10th to "
        "the 90th."
    )
    title = f"Where {content['marker']} stands, and how long replies are"
    yield Drawing(name, title, caption, _figure(content))


def _figure(content: JsonObject) -> Figure:
    conditions = cast("Sequence[str]", cast("JsonObject", content["heatmap"])["conditions"])
    height = 0.34 * len(conditions)
    figure = panels([height, height], margin(conditions), right=0.75, gap=0.95)
    _places(figure.axes[0], conditions, cast("Mapping[str, Mapping[str, int | None]]", content["places"]))
    _lengths(figure.axes[1], conditions, cast("Lengths", content["lengths"]))
    return figure


def _places(axes: Axes, conditions: Sequence[str], places: Mapping[str, Mapping[str, int | None]]) -> None:
    totals = [places[name]["bystander_hits"] or 0 for name in conditions]
    start = [0.0] * len(conditions)
    for place, colour in PLACES:
        counts = [places[name][place] or 0 for name in conditions]
        shares = [100 * count / max(1, total) for count, total in zip(counts, totals, strict=True)]
        axes.barh(range(len(conditions)), shares, left=start, height=0.6, color=colour, label=place)
        start = [a + b for a, b in zip(start, shares, strict=True)]
    for row, name in enumerate(conditions):
        known = places[name]["end"] is not None
        axes.text(103, row, f"{totals[row]:,}" if known else "not recorded", va="center", fontsize=8)
    rows(axes, conditions)
    per_cent(axes, "bystanders' replies with the marker, per cent")
    above(axes, 3)


def _lengths(axes: Axes, conditions: Sequence[str], lengths: Lengths) -> None:
    for group, offset, colour, shape in GROUPS:
        found = [
            (row + offset, held["tokens"]) for row, name in enumerate(conditions) if (held := lengths[name][group])
        ]
        at = [place for place, _ in found]
        for low, high, width in ((0, 4, 1.2), (1, 3, 3.5)):
            axes.hlines(at, [q[low] for _, q in found], [q[high] for _, q in found], color=colour, linewidth=width)
        axes.plot([q[2] for _, q in found], at, shape, color=colour, markersize=5, label=group)
    rows(axes, conditions)
    axes.set_xlim(left=0)
    axes.grid(axis="x", color=INK, alpha=FAINT, linewidth=0.6)
    axes.set_xlabel("tokens a reply")
    above(axes, 2)
