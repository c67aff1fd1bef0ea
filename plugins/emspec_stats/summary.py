"""The descriptive part of the findings: rates, cells, heatmap, seeds. Rates are fractions of 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emspec import Json, JsonObject, Rate
from emspec_stats.arms import Arm, from_design, names
from emspec_stats.counts import Counts, Ints, count
from emspec_stats.rates import clustered, of_runs, two_way
from emspec_stats.samples import mean_rates


def summary(rows: pa.Table, design: JsonObject, marker: str) -> dict[str, Json]:
    """Return what one marker's rows show, before any hypothesis, of the design's arms that have such rows.

    rates     {condition: {source, bystanders, bystanders_without_induction, personas_sampled, runs_sampled: Rate or
              null}}, over the condition's runs; the last two are of the bystanders, with the intervals of personas like
              these and of runs like these
    cells     [{cell, condition, seed, persona, hits, n, rate, ..., roles, mean_tokens, truncated, ...}]
    heatmap   {personas, conditions, rates: [[mean over runs] per persona] per condition}, null where nothing was run
    seeds     {condition: {seed: bystander rate}}; the second run of seed 42 is called 42.2
    replies   {condition: {n, mean_tokens, truncated, empty, degenerate}} over the whole panel
    places    {condition: {bystander_hits, start, inside, end}}: where in bystanders' replies the marker is

    What was not recorded of some reply (hits that were counted elsewhere) is null, in replies, places and cells.
    """
    counts = count(rows, marker)
    marked = rows.filter(pc.equal(rows["marker"], marker))
    every = from_design(design)
    arms = tuple(arm for arm in every if len(counts.of(arm.name)))
    headline = names(design["bystanders"])
    over = _generalised(counts, arms, headline)
    personas = tuple(dict.fromkeys((*names(cast("JsonObject", design["panel"])["personas"]), *counts.personas)))
    return {
        "marker": marker,
        "bystanders": list(headline),
        "rates": {arm.name: {**_rates(counts, arm, every, headline), **over[arm.name]} for arm in arms},
        "cells": _cells(counts, marked),
        "heatmap": _heatmap(counts, arms, personas),
        "seeds": {arm.name: _seeds(counts, arm, headline) for arm in arms},
        "replies": {arm.name: _replies(marked, arm) for arm in arms},
        "places": {arm.name: _places(marked, arm, headline) for arm in arms},
    }


def rate(counts: Counts, runs: Ints, personas: Sequence[str]) -> JsonObject | None:
    """Return the rate of some personas over some runs, clustered by question; None without replies."""
    at = counts.columns([name for name in personas if name in counts.personas])
    chosen = np.ix_(runs, at)
    found: Rate | None = clustered(counts.hits[chosen].sum(axis=(0, 1)), counts.n[chosen].sum(axis=(0, 1)))
    return asdict(found) if found else None


def _rates(counts: Counts, arm: Arm, every: Sequence[Arm], headline: Sequence[str]) -> JsonObject:
    runs = counts.of(arm.name)
    marker = counts.marker
    sources = arm.sources_of(marker) or frozenset[str]().union(*(other.sources_of(marker) for other in every))
    return {
        "source": rate(counts, runs, sorted(sources)),
        "bystanders": rate(counts, runs, headline),
        "bystanders_without_induction": rate(counts, runs, [name for name in headline if name not in arm.own]),
    }


def _generalised(counts: Counts, arms: Sequence[Arm], headline: Sequence[str]) -> dict[str, dict[str, Json]]:
    """Return each condition's bystander rate with the intervals of personas like these, and of runs like these.

    Where conditions were asked different questions there is no interval of runs like these.
    """
    held = [name for name in headline if name in counts.personas]
    conditions = [arm.name for arm in arms]
    shared = counts.shared(conditions)
    sample = mean_rates(counts, conditions, held, shared) if held and shared.all() else None
    found: dict[str, dict[str, Json]] = {}
    for at, name in enumerate(conditions):
        runs = counts.of(name)
        chosen = np.ix_(runs, counts.columns(held))
        people = two_way(counts.hits[chosen].sum(axis=0), counts.n[chosen].sum(axis=0))
        plain = clustered(counts.hits[chosen].sum(axis=(0, 1)), counts.n[chosen].sum(axis=(0, 1)))
        again = of_runs(plain, sample.compare(np.eye(len(conditions))[at]), len(runs)) if plain and sample else None
        found[name] = {
            "personas_sampled": asdict(people) if people else None,
            "runs_sampled": asdict(again) if again else None,
        }
    return found


def _seeds(counts: Counts, arm: Arm, headline: Sequence[str]) -> JsonObject:
    runs = counts.of(arm.name)
    found = {counts.runs[at].label: rate(counts, np.array([at]), headline) for at in runs}
    return {seed: value["rate"] if value else None for seed, value in found.items()}


def _heatmap(counts: Counts, arms: Sequence[Arm], personas: Sequence[str]) -> JsonObject:
    n = counts.n.sum(axis=2)
    rates = np.divide(counts.hits.sum(axis=2), n, out=np.full(n.shape, np.nan), where=n > 0)
    grid = [[_mean(rates, counts, arm, name) for name in personas] for arm in arms]
    return {"personas": list(personas), "conditions": [arm.name for arm in arms], "rates": grid}


def _mean(rates: np.ndarray, counts: Counts, arm: Arm, persona: str) -> float | None:
    runs = counts.of(arm.name)
    if persona not in counts.personas or not len(runs):
        return None
    values = rates[runs, counts.personas.index(persona)]
    held = values[~np.isnan(values)]
    return float(held.mean()) if len(held) else None


def _places(marked: pa.Table, arm: Arm, headline: Sequence[str]) -> JsonObject:
    inside = pc.and_(
        pc.equal(marked["condition"], arm.name), pc.is_in(marked["persona"], pa.array(headline, pa.string()))
    )
    where = marked.filter(pc.and_(inside, marked["hit"]))["marker_where"].to_pylist()
    known = None not in where
    told = {place: where.count(place) if known else None for place in ("start", "inside", "end")}
    return {"bystander_hits": len(where), **told}


def _replies(marked: pa.Table, arm: Arm) -> JsonObject:
    table = marked.filter(pc.equal(marked["condition"], arm.name))
    said = ("tokens", "truncated", "empty", "degenerate")
    told = [name for name in said if not table[name].null_count]
    totals = {name: pc.sum(table[name]).as_py() if name in told else None for name in said[1:]}
    mean = pc.mean(table["tokens"]).as_py() if "tokens" in told else None
    return {"n": table.num_rows, "mean_tokens": mean, **totals}


def _cells(counts: Counts, marked: pa.Table) -> list[Json]:
    roles = _roles(marked)
    means = _means(marked)
    cells: list[Json] = []
    for at, run in enumerate(counts.runs):
        for column, persona in enumerate(counts.personas):
            found = clustered(counts.hits[at, column], counts.n[at, column])
            if found:
                key = (run.cell, persona)
                head: dict[str, Json] = {
                    "cell": run.cell,
                    "condition": run.condition,
                    "seed": run.seed,
                    "persona": persona,
                    **({"replicate": run.replicate} if run.replicate > 1 else {}),
                }
                cells.append({**head, "marker": counts.marker, "roles": roles[key], **asdict(found), **means[key]})
    return cells


def _roles(marked: pa.Table) -> dict[tuple[int, str], list[str]]:
    cell, persona = marked["cell"].to_pylist(), marked["persona"].to_pylist()
    first = {key: at for at, key in reversed(list(enumerate(zip(cell, persona, strict=True))))}
    roles = marked["roles"].take(pa.array(first.values())).to_pylist()
    return dict(zip(first, roles, strict=True))


def _means(marked: pa.Table) -> Mapping[tuple[int, str], JsonObject]:
    sums = [("tokens", "mean"), ("truncated", "sum"), ("empty", "sum"), ("degenerate", "sum")]
    grouped = marked.group_by(["cell", "persona"], use_threads=False).aggregate(sums)
    return {
        (row["cell"], row["persona"]): {
            "mean_tokens": row["tokens_mean"],
            "truncated": row["truncated_sum"],
            "empty": row["empty_sum"],
            "degenerate": row["degenerate_sum"],
        }
        for row in grouped.to_pylist()
    }
