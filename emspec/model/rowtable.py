"""A run's row table as the command line asks of it: what a plugin's reader has to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from emspec.model.json import Json

ColumnKind = Literal["text", "number", "yes or no", "list"]
Where = Mapping[str, Sequence[Json]]
"""By column, the values of which a row must have one; null stands for no value. A list must hold one of them."""


@dataclass(frozen=True)
class RowRequest:
    """Which rows are asked for, and which columns of them.

    limit   the most rows, None for all
    sample  so many rows drawn at random by `seed`, in their order; None for all
    """

    where: Where
    columns: tuple[str, ...]
    limit: int | None = None
    sample: int | None = None
    seed: int = 0


class RowReader(Protocol):
    """What a query backend's target returns: a row table that can be asked."""

    def columns(self) -> Mapping[str, ColumnKind]:
        """Return the columns, in order."""

    def values(self, column: str) -> Sequence[Json]:
        """Return the different values of a column; of a list, those of its items."""

    def matching(self, where: Where) -> int:
        """Return how many rows there are."""

    def rows(self, request: RowRequest) -> Iterator[Mapping[str, Json]]:
        """Yield rows, in the table's order."""

    def counts(self, where: Where, by: Sequence[str]) -> Sequence[Mapping[str, Json]]:
        """Return {each column of `by`, "hits", "n"} for each combination of values that some row has."""

    def export(self, request: RowRequest, path: Path) -> None:
        """Write rows as Parquet."""
