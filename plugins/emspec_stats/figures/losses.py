"""The training losses of the adapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emspec import JsonObject
from emspec_stats.figures.style import FAINT, INK, Drawing, above, look, panels

COLUMNS = 4
HEIGHT = 2.1


def drawings(findings: JsonObject) -> Iterator[Drawing]:
    """Yield a chart of each kind of adapter (train, couple), a line for each run; nothing where none has losses."""
    curves = cast("Sequence[Mapping[str, Any]]", cast("JsonObject", findings["manipulation"])["curves"])
    if not curves:
        return
    caption = (
        "Loss on the training rows by optimizer step, one line for each run; of long trainings a point is the mean of "
        "consecutive steps. A loss that falls shows that training went on, not what was learned."
    )
    yield Drawing("losses", "Training losses", caption, _figure(findings, curves))


def _figure(findings: JsonObject, curves: Sequence[Mapping[str, Any]]) -> Figure:
    conditions = cast("Sequence[str]", cast("JsonObject", findings["heatmap"])["conditions"])
    kinds = list(dict.fromkeys(adapter["kind"] for curve in curves for adapter in curve["adapters"]))
    lines = -(-len({curve["condition"] for curve in curves}) // COLUMNS)
    figure = panels([HEIGHT] * len(kinds), 0.6, gap=0.75, top=0.2 + 0.21 * lines)
    for axes, kind in zip(figure.axes, kinds, strict=True):
        _chart(axes, kind, conditions, curves)
    above(figure.axes[0], COLUMNS)
    return figure


def _chart(axes: Axes, kind: str, conditions: Sequence[str], curves: Sequence[Mapping[str, Any]]) -> None:
    named: set[str] = set()
    for curve in curves:
        name = str(curve["condition"])
        colour, _ = look(conditions.index(name)) if name in conditions else (INK, "")
        for adapter in curve["adapters"]:
            if adapter["kind"] == kind:
                label = name if name not in named else "_"
                axes.plot(adapter["steps"], adapter["loss"], color=colour, linewidth=1, alpha=0.85, label=label)
                named.add(name)
    axes.set_ylim(bottom=0)
    axes.grid(color=INK, alpha=FAINT, linewidth=0.6)
    axes.set_xlabel(f"step ({kind})")
    axes.set_ylabel("loss, nat")
