"""The heatmap of a page: a table whose cells are coloured by rate, each a link that says what its rate is of."""

from __future__ import annotations

from collections.abc import Sequence

from emspec.report import tables, words
from emspec.report.cells import Cell
from emspec.report.content import Content
from emspec.report.markup import Markup, tag

HOT = 0.65
"""From this rate on, a cell is dark enough for light text."""
SHOWN = ("source", "negative", "induction", "counts as induction")
"""The roles that a cell's frame shows."""


def heatmap(content: Content) -> Markup:
    """Return conditions by personas; a cell links to the first of the runs that it is the mean of."""
    grid, written = content.heatmap, tables.heatmap(content)
    lines = [
        tag(
            "tr",
            tag("th", line[0], scope="row"),
            *(
                _cell(content, condition, persona, shown, rate)
                for persona, shown, rate in zip(grid.personas, line[1:], values, strict=True)
            ),
        )
        for condition, line, values in zip(grid.conditions, written.rows, grid.rates, strict=True)
    ]
    head = tag("tr", *(tag("th", tag("span", name), scope="col") for name in written.head))
    return tag("table", tag("thead", head), tag("tbody", *lines), class_="heat")


def _cell(content: Content, condition: str, persona: str, shown: str, rate: float | None) -> Markup:
    if rate is None:
        return tag("td", shown, class_="none")
    roles = content.heatmap.roles.get((condition, persona), ())
    runs = [cell for cell in content.cells if (cell.condition, cell.persona) == (condition, persona)]
    said = told(content, condition, persona, rate, runs)
    linked = tag("a", shown, href=f"#{runs[0].anchor}", aria_label=said, data_tip=said) if runs else shown
    ground = "hot" if rate >= HOT else "cool"
    framed = "framed" if set(roles) & set(SHOWN) else ""
    return tag("td", linked, class_=f"{ground} {framed}".strip(), style=f"--rate:{100 * rate:.1f}%")


def told(content: Content, condition: str, persona: str, rate: float, runs: Sequence[Cell]) -> str:
    """Say what a cell's rate is of: interval, hits, runs and roles."""
    whole = content.people.get((condition, persona))
    roles = content.heatmap.roles.get((condition, persona), ())
    each = ", ".join(f"{run.run}: {words.percent(run.rate.rate)}" for run in runs)
    return "; ".join(
        (
            f"{condition}, {persona} ({', '.join(roles) or 'unseen'}): {words.percent(rate)}",
            *((f"95 % interval {words.interval(whole)}", f"{words.share(whole)} replies") if whole else ()),
            *((f"runs {each}",) if len(runs) > 1 else ()),
        )
    )
