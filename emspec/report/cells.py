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
    *("condition", "seed", "persona", "roles", "rate", "95 % interval", "hits / replies", "tokens", "truncated"),
    *("marker at the start / inside / end", "stages", "rows"),
)
ALL = "all"


@dataclass(frozen=True)
class Cell:
    """One persona in one run of a condition.

    run     the seed, 42.2 the second run of it
    tokens  mean length of its replies; None where it was not recorded
    places  how many of its hits start the reply, are inside it, and end it; None where that was not recorded
    truncated  how many replies were cut at the token cap; None where that was not recorded
    repeated  whether the table has runs of a seed beyond the first: its rows then say which
    """

    condition: str
    run: str
    persona: str
    marker: str
    roles: tuple[str, ...]
    rate: Rate
    tokens: float | None
    places: Mapping[str, int | None]
    truncated: int | None
    repeated: bool = False

    @property
    def anchor(self) -> str:
        """Return the id of its line in the page."""
        return f"cell-{self.marker}-{self.condition}-{self.persona}-{self.run}".replace(" ", "_")

    @property
    def where(self) -> Mapping[str, Json]:
        """Return what its rows have in common."""
        seed, _, replicate = self.run.partition(".")
        held: dict[str, Json] = {"condition": self.condition, "seed": int(seed)}
        again: dict[str, Json] = {"replicate": int(replicate or 1)} if self.repeated else {}
        return {**held, **again, "persona": self.persona, "marker": self.marker}


def line(cell: Cell, run: str) -> Markup:
    """Return a cell's line of the table; `run` is the run's folder."""
    stages = tag("a", "keys", href=f"#{keys_anchor(cell.condition, cell.run)}")
    texts = (
        cell.run,
        cell.persona,
        ", ".join(cell.roles),
        words.percent(cell.rate.rate),
        words.interval(cell.rate),
        words.share(cell.rate),
        words.NONE if cell.tokens is None else f"{cell.tokens:.1f}",
        words.NONE if cell.truncated is None else str(cell.truncated),
        _places(cell),
        stages,
        tag("code", rows_command(run, cell.where)),
    )
    return tag(
        "tr",
        tag("th", cell.condition, scope="row"),
        *(tag("td", one) for one in texts),
        id=cell.anchor,
    )


def whole(condition: str, marker: str, who: str, rate: Rate, run: str) -> Markup:
    """Return the line of all runs of a condition: of its source or of the bystanders (`who`)."""
    asked: dict[str, Json] = {"condition": condition, "marker": marker}
    asked |= {"roles": "source"} if who == "source" else {"bystander": True}
    figures = (words.percent(rate.rate), words.interval(rate), words.share(rate))
    texts = (ALL, who, "", *figures, words.NONE, words.NONE, words.NONE, "", tag("code", rows_command(run, asked)))
    return tag(
        "tr",
        tag("th", condition, scope="row"),
        *(tag("td", one) for one in texts),
        id=whole_anchor(condition, marker, who),
        class_="whole",
    )


def whole_anchor(condition: str, marker: str, who: str) -> str:
    """Return the id of the line of all runs of a condition."""
    return f"cells-{marker}-{condition}-{who}".replace(" ", "_")


def keys_anchor(condition: str, run: str) -> str:
    """Return the id of the keys of a run's stages."""
    return f"keys-{condition}-{run}".replace(" ", "_")


def _places(cell: Cell) -> str:
    counts = [cell.places[place] for place in ("start", "inside", "end")]
    return " / ".join(words.NONE if count is None else str(count) for count in counts)
