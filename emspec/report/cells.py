"""The cells of the design, a persona in a run each: what every rate is made of, and the command that lists its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emspec.model.finding import Rate
from emspec.model.json import Json
from emspec.report import words
from emspec.report.markup import Markup, tag
from emspec.report.rowlinks import rows_command

HEAD = (
    "condition",
    "seed",
    "persona",
    "roles",
    "rate",
    "95 % interval",
    "hits / replies",
    "tokens",
    "at the end",
    "rows",
)


@dataclass(frozen=True)
class Cell:
    """One persona in one run of a condition.

    run     the seed, 42.2 the second run of it
    tokens  mean length of its replies; None where it was not recorded
    ends    how many of its hits end the reply; None where that was not recorded
    """

    condition: str
    run: str
    persona: str
    marker: str
    roles: tuple[str, ...]
    rate: Rate
    tokens: float | None
    ends: int | None

    @property
    def anchor(self) -> str:
        """Return the id of its line in the page."""
        return f"cell-{self.marker}-{self.condition}-{self.persona}-{self.run}".replace(" ", "_")

    @property
    def where(self) -> Mapping[str, Json]:
        """Return what its rows have in common."""
        seed, _, replicate = self.run.partition(".")
        held: dict[str, Json] = {"condition": self.condition, "seed": int(seed), "persona": self.persona}
        return {**held, **({"replicate": int(replicate)} if replicate else {}), "marker": self.marker}


def line(cell: Cell, run: str) -> Markup:
    """Return a cell's line of the table; `run` is the run's folder."""
    ends = words.NONE if cell.ends is None or not cell.rate.hits else words.percent(cell.ends / cell.rate.hits)
    texts = (
        cell.run,
        cell.persona,
        ", ".join(cell.roles),
        words.percent(cell.rate.rate),
        words.interval(cell.rate),
        words.share(cell.rate),
        words.NONE if cell.tokens is None else f"{cell.tokens:.1f}",
        ends,
    )
    command = tag("code", rows_command(run, cell.where))
    return tag(
        "tr",
        tag("th", cell.condition, scope="row"),
        *(tag("td", one) for one in texts),
        tag("td", command),
        id=cell.anchor,
    )
