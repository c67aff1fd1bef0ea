"""The bystanders' rate by question: most of the variance lies between questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from matplotlib.figure import Figure

from emspec import JsonObject
from emspec_stats.figures.style import FAINT, INK, Drawing, above, look, margin, panels, per_cent, rows, short

Rates = Mapping[str, Sequence[float | None]]
COLUMNS = 3


def drawings(content: JsonObject, name: str) -> Iterator[Drawing]:
    """Yield the dot plot: a line for each question, ordered by the mean rate, a dot for each condition."""
    found = rates(content)
    if not any(rate is not None for values in found.values() for rate in values):
        return
    caption = (
        f"Bystanders' replies with {content['marker']}, per cent, by question. A dot is one condition over all its "
        "runs and bystanders, without an interval; the upright line is the mean of the conditions, by which questions "
        "are ordered. Questions far apart are why replies to one question count as a cluster."
    )
    yield Drawing(name, f"Leakage of {content['marker']} by question", caption, _figure(content, found))


def rates(content: JsonObject) -> Rates:
    """Return the bystanders' rate (fraction) of each condition by question, None where it was not asked."""
    held = cast("JsonObject", content["questions"])
    counts = cast("Mapping[str, Mapping[str, Sequence[int]]]", held["bystanders"])
    order = cast("Sequence[str]", cast("JsonObject", content["heatmap"])["conditions"])
    pairs = {name: zip(counts[name]["hits"], counts[name]["n"], strict=True) for name in order}
    return {name: [hits / n if n else None for hits, n in both] for name, both in pairs.items()}


def _figure(content: JsonObject, found: Rates) -> Figure:
    means = [_mean(values) for values in zip(*found.values(), strict=True)]
    order = sorted(range(len(means)), key=lambda at: (-means[at], at))
    labels = _labels(content)
    height = 0.2 * len(order)
    lines = -(-(len(found) + 1) // COLUMNS)
    figure = panels([height], margin([labels[at] for at in order], most=3.4), top=0.2 + 0.21 * lines)
    (axes,) = figure.axes
    axes.hlines(range(len(order)), 0, 100, color=INK, alpha=FAINT / 2, linewidth=0.6)
    for place, (name, values) in enumerate(found.items()):
        dots = [(100 * rate, row) for row, at in enumerate(order) if (rate := values[at]) is not None]
        colour, shape = look(place)
        axes.plot(
            *zip(*dots, strict=True), shape, color=colour, markersize=4.5, alpha=0.85, label=name, linestyle="none"
        )
    axes.plot([100 * means[at] for at in order], range(len(order)), "|", color=INK, markersize=11, label="mean")
    rows(axes, [labels[at] for at in order])
    axes.tick_params(axis="y", labelsize=7.5)
    per_cent(axes, "bystanders' replies with the marker, per cent")
    above(axes, COLUMNS)
    return figure


def _labels(content: JsonObject) -> list[str]:
    numbers = cast("Sequence[int]", cast("JsonObject", content["questions"])["numbers"])
    texts = cast("Sequence[str | None]", content["asked"])
    return [short(texts[number] or f"question {number + 1}") for number in numbers]


def _mean(values: Sequence[float | None]) -> float:
    held = [value for value in values if value is not None]
    return sum(held) / len(held) if held else -1.0
