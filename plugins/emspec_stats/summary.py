"""The descriptive part of the findings: rates, cells, heatmap, seeds. Rates are fractions of 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import cast

import numpy as np
import pyarrow as pa

from emspec import Json, JsonObject, Rate
from emspec_stats import grouped
from emspec_stats.arms import Arm, from_design, names
from emspec_stats.counts import Counts, Ints, count
from emspec_stats.rates import clustered, of_runs, two_way
from emspec_stats.samples import mean_rates


def summary(rows: pa.Table, design: JsonObject, marker: str) -> dict[str, Json]:
    """Return what one marker's rows show, before any hypothesis, of the design's arms that have such rows.

    rates     {condition: {source, bystanders, bystanders_without_induction, personas_sampled, runs_sampled: Rate or
              null}}, over the condition's runs; the last two are of the bystanders, with the intervals of personas like
              these and of runs like these
    cells     [{cell, condition, seed, persona, hits, n, rate, ..., and what emspec_stats.grouped.by_cell tells}]
    heatmap   {personas, conditions, rates: [[mean over runs] per persona] per condition}, null where nothing was run
    seeds     {condition: {seed: bystander rate}}; the second run of seed 42 is called 42.2
    people    {condition: {persona: Rate or null}}, over the condition's runs
    questions {numbers: [the rows' question numbers], bystanders: {condition: {hits: [by question], n: [by question]}}}
    replies   {condition: {n, mean_tokens, truncated, empty, degenerate}} over the whole panel
    places    {condition: {bystander_hits, start, inside, end}}: where in bystanders' replies the marker is
    lengths   {condition: {source, bystanders: {n, tokens: [quantiles .1 .25 .5 .75 .9]} or null}}

    What was not recorded of some reply (hits that were counted elsewhere) is null, in replies, places and cells.
    """
    counts = count(rows, marker)
    marked = grouped.of_marker(rows, marker)
    every = from_design(design)
    arms = tuple(arm for arm in every if len(counts.of(arm.name)))
    headline = names(design["bystanders"])
    over = _generalised(counts, arms, headline)
    groups = {arm.name: {"source": grouped.sources(arm, every, marker), "bystanders": list(headline)} for arm in arms}
    personas = tuple(dict.fromkeys((*names(cast("JsonObject", design["panel"])["personas"]), *counts.personas)))
    return {
        "marker": marker,
        "bystanders": list(headline),
        "rates": {arm.name: {**_rates(counts, arm, every, headline), **over[arm.name]} for arm in arms},
        "cells": _cells(counts, marked),
        "heatmap": _heatmap(counts, arms, personas),
        "seeds": {arm.name: _seeds(counts, arm, headline) for arm in arms},
        "people": {arm.name: _people(counts, arm, personas) for arm in arms},
        "questions": _questions(counts, arms, headline),
        "replies": grouped.replies(marked),
        "places": grouped.places(marked, [arm.name for arm in arms], headline),
        "lengths": grouped.lengths(marked, groups),
    }


def rate(counts: Counts, runs: Ints, personas: Sequence[str]) -> JsonObject | None:
    """Return the rate of some personas over some runs, clustered by question; None without replies."""
    at = counts.columns([name for name in personas if name in counts.personas])
    chosen = np.ix_(runs, at)
    found: Rate | None = clustered(counts.hits[chosen].sum(axis=(0, 1)), counts.n[chosen].sum(axis=(0, 1)))
    return asdict(found) if found else None


def _rates(counts: Counts, arm: Arm, every: Sequence[Arm], headline: Sequence[str]) -> JsonObject:
    runs = counts.of(arm.name)
    return {
        "source": rate(counts, runs, grouped.sources(arm, every, counts.marker)),
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


def _people(counts: Counts, arm: Arm, personas: Sequence[str]) -> JsonObject:
    runs = counts.of(arm.name)
    return {name: rate(counts, runs, [name]) for name in personas}


def _questions(counts: Counts, arms: Sequence[Arm], headline: Sequence[str]) -> JsonObject:
    """Return the bystanders' hits and replies by question, over the runs of each condition."""
    at = counts.columns([name for name in headline if name in counts.personas])
    chosen = {arm.name: np.ix_(counts.of(arm.name), at) for arm in arms}
    by_condition = {
        name: {"hits": counts.hits[where].sum(axis=(0, 1)).tolist(), "n": counts.n[where].sum(axis=(0, 1)).tolist()}
        for name, where in chosen.items()
    }
    return {"numbers": list(counts.questions), "bystanders": cast("JsonObject", by_condition)}


def _mean(rates: np.ndarray, counts: Counts, arm: Arm, persona: str) -> float | None:
    runs = counts.of(arm.name)
    if persona not in counts.personas or not len(runs):
        return None
    values = rates[runs, counts.personas.index(persona)]
    held = values[~np.isnan(values)]
    return float(held.mean()) if len(held) else None


def _cells(counts: Counts, marked: pa.Table) -> list[Json]:
    held = grouped.by_cell(marked)
    cells: list[Json] = []
    for at, run in enumerate(counts.runs):
        for column, persona in enumerate(counts.personas):
            found = clustered(counts.hits[at, column], counts.n[at, column])
            if found:
                head: dict[str, Json] = {
                    "cell": run.cell,
                    "condition": run.condition,
                    "seed": run.seed,
                    "persona": persona,
                    **({"replicate": run.replicate} if run.replicate > 1 else {}),
                }
                cells.append({**head, "marker": counts.marker, **asdict(found), **held[run.cell, persona]})
    return cells
