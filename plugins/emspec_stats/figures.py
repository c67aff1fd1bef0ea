"""The figures of a run as files, from the findings alone: for slides and papers. Equal findings give equal bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emspec import Json, JsonObject

STYLE = {"svg.hashsalt": "emspec", "svg.fonttype": "none", "font.size": 9, "font.family": "DejaVu Sans"}
MARKS = {"source": "S", "negative": "N", "induction": "I"}
LEGEND = "S source, N trained negative, I induction persona, (I) counts as it"
DPI = 150


def draw(findings: JsonObject, folder: Path) -> None:
    """Write heatmap and rates as SVG and PNG below a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(STYLE):
        for name, figure in (("heatmap", heatmap(findings)), ("rates", rates(findings))):
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
            figure.savefig(folder / f"{name}.png", metadata={"Software": None}, dpi=DPI)


def heatmap(findings: JsonObject) -> Figure:
    """Draw the hit rate by condition and persona, mean over runs, in per cent; a letter marks a role in training."""
    grid = cast("JsonObject", findings["heatmap"])
    personas, conditions = cast("Sequence[str]", grid["personas"]), cast("Sequence[str]", grid["conditions"])
    values = cast("Sequence[Sequence[float | None]]", grid["rates"])
    figure = Figure(figsize=(2 + 0.62 * len(personas), 1.8 + 0.36 * len(conditions)), layout="constrained")
    axes = figure.add_subplot()
    filled = [[float("nan") if rate is None else 100 * rate for rate in row] for row in values]
    image = axes.imshow(filled, cmap="viridis", vmin=0, vmax=100, aspect="auto")
    marks = _marks(findings)
    for row, condition in enumerate(conditions):
        for column, persona in enumerate(personas):
            _label(axes, (column, row), values[row][column], marks.get((condition, persona), ""))
    axes.set_xticks(range(len(personas)), personas, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(conditions)), conditions)
    axes.set_title(f"Replies with {findings['marker']}, per cent. {LEGEND}", fontsize=9)
    figure.colorbar(image, ax=axes, label="per cent")
    return figure


def rates(findings: JsonObject) -> Figure:
    """Draw each condition's source and bystander rates with their intervals, and its runs as points."""
    held = cast("Mapping[str, Mapping[str, Mapping[str, float] | None]]", findings["rates"])
    seeds = cast("Mapping[str, Mapping[str, float | None]]", findings["seeds"])
    conditions = cast("Sequence[str]", cast("JsonObject", findings["heatmap"])["conditions"])
    figure = Figure(figsize=(6.5, 1.5 + 0.42 * len(conditions)), layout="constrained")
    axes = figure.add_subplot()
    for offset, name, label, colour in (
        (-0.15, "source", "source", "#d55e00"),
        (0.15, "bystanders", "bystanders", "#0072b2"),
    ):
        found = [(row + offset, rate) for row, key in enumerate(conditions) if (rate := held[key][name])]
        middles = [100 * rate["rate"] for _, rate in found]
        ends = [
            [100 * (rate["rate"] - rate["low"]) for _, rate in found],
            [100 * (rate["high"] - rate["rate"]) for _, rate in found],
        ]
        axes.errorbar(middles, [at for at, _ in found], xerr=ends, fmt="o", capsize=3, color=colour, label=label)
    points = [
        (100 * value, row + 0.15)
        for row, key in enumerate(conditions)
        for value in seeds[key].values()
        if value is not None
    ]
    axes.scatter(
        [x for x, _ in points], [y for _, y in points], s=9, color="#56b4e9", zorder=3, label="bystanders, one run"
    )
    axes.set_yticks(range(len(conditions)), conditions)
    axes.invert_yaxis()
    axes.set_xlim(-2, 102)
    axes.set_xlabel("replies with the marker, per cent (95 % intervals, clustered by question)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)
    return figure


def _marks(findings: JsonObject) -> dict[tuple[str, str], str]:
    cells = cast("Sequence[Mapping[str, Json]]", findings["cells"])
    arms = cast("Sequence[Mapping[str, str]]", cast("JsonObject", findings["design"])["conditions"])
    marks = {(arm["name"], arm["counts_as"]): "(I)" for arm in arms if arm.get("counts_as")}
    for cell in cells:
        key = str(cell["condition"]), str(cell["persona"])
        roles = cast("Sequence[str]", cell["roles"])
        marks[key] = "".join(MARKS[role] for role in roles if role in MARKS) or marks.get(key, "")
    return marks


def _label(axes: Axes, at: tuple[int, int], rate: float | None, mark: str) -> None:
    text = "n/a" if rate is None else f"{100 * rate:.0f}{' ' + mark if mark else ''}"
    colour = "black" if rate is None or rate > 0.6 else "white"
    axes.text(at[0], at[1], text, ha="center", va="center", color=colour, fontsize=8)
