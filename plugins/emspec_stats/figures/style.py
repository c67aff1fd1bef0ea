"""How all figures look, and how they are saved: the same bytes for the same figure."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

STYLE = {
    "svg.hashsalt": "emspec",
    "svg.fonttype": "none",
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "legend.frameon": False,
    "legend.fontsize": 8,
}
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#c0559a", "#8a6fc9", "#7f7f7f", "#b8860b", "#4c8f2f")
"""Each has a contrast of 3 : 1 and more with white and with a dark page."""
SHAPES = ("o", "s", "^", "D", "v", "P", "X", "<")
"""A condition is told by shape as well as by colour."""
INK = "black"
FAINT = 0.18
DPI = 150
WIDTH = 7.6
FOOT = 0.5
"""Inches below the last chart, for its axis."""
LETTER = 0.072
"""Inches that a letter of a label takes, on average."""


@dataclass(frozen=True)
class Drawing:
    """A figure with its file's name, its title, and a caption that says what its marks and intervals are."""

    name: str
    title: str
    caption: str
    figure: Figure


def styled() -> AbstractContextManager[None]:
    """Return the context to draw and save in."""
    return matplotlib.rc_context(STYLE)


def save(drawing: Drawing, folder: Path) -> None:
    """Write NAME.svg and NAME.png, with title and caption, without date and program."""
    told = {"Title": drawing.title, "Description": drawing.caption}
    svg = {**told, "Date": None, "Creator": None, "Format": None, "Type": None}
    drawing.figure.savefig(folder / f"{drawing.name}.svg", metadata=svg, transparent=True)
    drawing.figure.savefig(folder / f"{drawing.name}.png", metadata={**told, "Software": None}, dpi=DPI)


def panels(
    heights: Sequence[float], left: float, *, right: float = 0.15, gap: float = 0.75, top: float = 0.3
) -> Figure:
    """Return a figure of axes below one another: heights, margins and the gap below each of them are in inches."""
    total = top + sum(height + gap for height in heights) - gap + FOOT
    figure = Figure(figsize=(WIDTH, total))
    bottom = total - top
    for height in heights:
        bottom -= height
        box = (left / WIDTH, bottom / total, (WIDTH - left - right) / WIDTH, height / total)
        figure.add_axes(box)
        bottom -= gap
    return figure


def margin(labels: Sequence[str], most: float = 3.2) -> float:
    """Return how many inches the labels of an axis take."""
    return min(most, 0.2 + LETTER * max(map(len, labels), default=0))


def rows(axes: Axes, labels: Sequence[str]) -> None:
    """Give the lines of a chart their names, the first at the top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def per_cent(axes: Axes, label: str) -> None:
    """Make the horizontal axis one of per cent."""
    axes.set_xlim(-2, 102)
    axes.grid(axis="x", color=INK, alpha=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(label)


def above(axes: Axes, columns: int) -> None:
    """Put the legend above a chart."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2, handletextpad=0.4)


def look(at: int) -> tuple[str, str]:
    """Return colour and shape of the condition at a place."""
    return COLOURS[at % len(COLOURS)], SHAPES[(at + at // len(COLOURS)) % len(SHAPES)]


def short(text: str, most: int = 44) -> str:
    """Return a text of at most so many letters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
