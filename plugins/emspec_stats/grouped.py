"""What the replies are like: their length, where the marker stands in them, and each cell's share of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emspec import Json, JsonObject
from emspec_stats.arms import Arm

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""The quantiles of reply lengths that are kept."""
PLACES = ("start", "inside", "end")
FLAGS = ("truncated", "empty", "degenerate")
COLUMNS = ["cell", "condition", "persona", "roles", "hit", "marker", "marker_where", "tokens", *FLAGS]
"""The columns that are needed: copying the others, texts among them, would take most of the time."""


def of_marker(rows: pa.Table, marker: str) -> pa.Table:
    """Return the needed columns of one marker's rows."""
    table = rows.select(COLUMNS)
    wanted = pc.equal(table["marker"], marker)
    return table if pc.all(wanted).as_py() else table.filter(wanted)


def replies(marked: pa.Table) -> dict[str, JsonObject]:
    """Return {condition: {n, mean_tokens, truncated, empty, degenerate}} over the whole panel.

    What some reply has no value of is null: hits that were counted elsewhere have no lengths.
    """
    found = _totals(marked, ["condition"])
    return {str(key[0]): totals for key, totals in found.items()}


def places(marked: pa.Table, conditions: Sequence[str], personas: Sequence[str]) -> dict[str, JsonObject]:
    """Return {condition: {bystander_hits, start, inside, end}}: where in some personas' replies the marker is.

    The places are null where that of some hit is not known.
    """
    among = pc.is_in(marked["persona"], pa.array(personas, pa.string()))
    counts = _where(marked.filter(among), ["condition"])
    held = {name: counts.get((name,), {}) for name in conditions}
    return {name: {"bystander_hits": sum(where.values()), **_told(where)} for name, where in held.items()}


def lengths(marked: pa.Table, groups: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, JsonObject]:
    """Return {condition: {group: {n, tokens: the quantiles of LEVELS} or null}} of groups of personas by condition."""
    condition = np.asarray(marked["condition"].to_numpy(), dtype=object)
    persona = np.asarray(marked["persona"].to_numpy(), dtype=object)
    tokens = marked["tokens"].to_numpy().astype(np.float64)
    found: dict[str, JsonObject] = {}
    for name, by_group in groups.items():
        here = (condition == name) & ~np.isnan(tokens)
        who, length = persona[here], tokens[here]
        found[name] = {group: _quantiles(length[np.isin(who, list(held))]) for group, held in by_group.items()}
    return found


def by_cell(marked: pa.Table) -> dict[tuple[int, str], JsonObject]:
    """Return {(cell, persona): {roles, mean_tokens, truncated, empty, degenerate, places: {start, inside, end}}}."""
    keys = ["cell", "persona"]
    where, totals = _where(marked, keys), _totals(marked, keys)
    first = marked.append_column("at", pa.array(np.arange(marked.num_rows))).group_by(keys, use_threads=False)
    firsts = first.aggregate([("at", "min")]).to_pylist()
    roles = marked["roles"].take(pa.array([row["at_min"] for row in firsts])).to_pylist()
    named = {(row["cell"], row["persona"]): held for row, held in zip(firsts, roles, strict=True)}
    found: dict[tuple[int, str], JsonObject] = {}
    for key, total in totals.items():
        at = cast("tuple[int, str]", key)
        about = {name: value for name, value in total.items() if name != "n"}
        found[at] = {"roles": named[at], **about, "places": _told(where.get(key, {}))}
    return found


def sources(arm: Arm, every: Sequence[Arm], marker: str) -> list[str]:
    """Return the personas that an arm was taught a marker for; those of all others where it was taught none."""
    others = frozenset[str]().union(*(other.sources_of(marker) for other in every))
    return sorted(arm.sources_of(marker) or others)


def _totals(marked: pa.Table, keys: list[str]) -> dict[tuple[Json, ...], JsonObject]:
    known = [(name, "count") for name in ("tokens", *FLAGS)]
    sums = [([], "count_all"), ("tokens", "mean"), *((flag, "sum") for flag in FLAGS), *known]
    grouped = marked.group_by(keys, use_threads=False).aggregate(sums).to_pylist()
    return {tuple(row[key] for key in keys): _total(row) for row in grouped}


def _total(row: Mapping[str, Json]) -> JsonObject:
    """Return one group's counts; null for what some reply has no value of."""
    n = row["count_all"]
    means = {"mean_tokens": row["tokens_mean"] if row["tokens_count"] == n else None}
    return {"n": n, **means, **{flag: row[f"{flag}_sum"] if row[f"{flag}_count"] == n else None for flag in FLAGS}}


def _where(marked: pa.Table, keys: list[str]) -> dict[tuple[Json, ...], dict[str | None, int]]:
    """Return how many hits stand at which place, None for those whose place is not known, by group."""
    hits = marked.filter(marked["hit"]).group_by([*keys, "marker_where"], use_threads=False)
    found: dict[tuple[Json, ...], dict[str | None, int]] = {}
    for row in hits.aggregate([([], "count_all")]).to_pylist():
        found.setdefault(tuple(row[key] for key in keys), {})[row["marker_where"]] = row["count_all"]
    return found


def _told(where: Mapping[str | None, int]) -> dict[str, Json]:
    """Return how many hits stand at each place; null where that of some is not known."""
    return {place: None if None in where else where.get(place, 0) for place in PLACES}


def _quantiles(tokens: np.ndarray) -> JsonObject | None:
    if not len(tokens):
        return None
    return {"n": len(tokens), "tokens": np.quantile(tokens, LEVELS).tolist()}
