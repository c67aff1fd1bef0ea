"""Hit rates by condition and persona."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emspec import Json, JsonObject
from emspec_stats.figures.style import Drawing, margin

MARKS = {"source": "S", "negative": "N", "induction": "I"}
LEGEND = "S source, N trained negative, I induction persona, (I) counts as it"
LIGHT = 0.6
"""From this rate on, a cell of the colour map is light."""


def drawing(content: JsonObject, name: str) -> Drawing:
    """Return the hit rate by condition and persona, mean over runs, in per cent; a letter marks a role in training."""
    title = f"Leakage of {content['marker']} by condition and persona"
    caption = (
        f"Replies with {content['marker']}, per cent, mean over the runs of a condition; n/a: not run. {LEGEND}. "
        "Intervals are in the report's table of cells."
    )
    return Drawing(name, title, caption, _figure(content, title))


def _figure(content: JsonObject, title: str) -> Figure:
    grid = cast("JsonObject", content["heatmap"])
    personas, conditions = cast("Sequence[str]", grid["personas"]), cast("Sequence[str]", grid["conditions"])
    values = cast("Sequence[Sequence[float | None]]", grid["rates"])
    left, below = margin(conditions), 0.5 * margin(personas) + 0.45
    width, height = left + 0.56 * len(personas) + 1.2, 0.35 + 0.34 * len(conditions) + below
    figure = Figure(figsize=(width, height))
    tall = 0.34 * len(conditions) / height
    axes = figure.add_axes((left / width, below / height, 0.56 * len(personas) / width, tall))
    filled = [[float("nan") if rate is None else 100 * rate for rate in row] for row in values]
    image = axes.pcolormesh(filled, cmap="viridis", vmin=0, vmax=100, edgecolors="face", linewidth=0.2)
    marks = _marks(content)
    for row, condition in enumerate(conditions):
        for column, persona in enumerate(personas):
            _label(axes, (column + 0.5, row + 0.5), values[row][column], marks.get((condition, persona), ""))
    axes.invert_yaxis()
    ticks = [at + 0.5 for at in range(len(personas))]
    axes.set_xticks(ticks, personas, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks([at + 0.5 for at in range(len(conditions))], conditions)
    axes.tick_params(length=0)
    axes.set_title(f"{title} (per cent)\n{LEGEND}", fontsize=8)
    scale = figure.add_axes((1 - 0.95 / width, below / height, 0.14 / width, tall))
    figure.colorbar(image, cax=scale)
    return figure


def _marks(content: JsonObject) -> dict[tuple[str, str], str]:
    cells = cast("Sequence[Mapping[str, Json]]", content["cells"])
    arms = cast("Sequence[Mapping[str, str]]", cast("JsonObject", content["design"])["conditions"])
    marks = {(arm["name"], arm["counts_as"]): "(I)" for arm in arms if arm.get("counts_as")}
    for cell in cells:
        key = str(cell["condition"]), str(cell["persona"])
        roles = cast("Sequence[str]", cell["roles"])
        marks[key] = "".join(MARKS[role] for role in roles if role in MARKS) or marks.get(key, "")
    return marks


def _label(axes: Axes, at: tuple[float, float], rate: float | None, mark: str) -> None:
    text = "n/a" if rate is None else f"{100 * rate:.0f}{' ' + mark if mark else ''}"
    colour = "black" if rate is None or rate > LIGHT else "white"
    axes.text(at[0], at[1], text, ha="center", va="center", color=colour, fontsize=8)
