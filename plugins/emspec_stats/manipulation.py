"""Manipulation checks: whether what the conditions are said to differ in was really installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from emspec import JsonObject, Rate
from emspec_stats.arms import Arm, from_design, names
from emspec_stats.checks import RULES, Check, over_runs
from emspec_stats.counts import Counts, Ints, count, runs_of
from emspec_stats.installed import Adapter, adapters, coupling, induction
from emspec_stats.matched import matched, share
from emspec_stats.rates import clustered
from emspec_stats.replies import COLUMNS, length, mean_tokens, place, truncation
from emspec_stats.training import about, curves, means

Measure = Callable[[Sequence[int]], Check | None]
"""A check of some runs, given their places among the marker's."""


@dataclass(frozen=True)
class Known:
    """What the checks of one marker are made from: counts, replies without their texts, adapters by cell."""

    counts: Counts
    replies: pa.Table
    adapters: Mapping[int, Sequence[Adapter]]
    bystanders: tuple[str, ...]

    def of(self, at: Sequence[int]) -> pa.Table:
        """Return the replies of some runs."""
        cells = pa.array([self.counts.runs[one].cell for one in at], pa.int32())
        return self.replies.filter(pc.is_in(self.replies["cell"], cells))

    def pooled(self, at: Sequence[int], personas: Sequence[str]) -> tuple[Ints, Ints]:
        """Return hits and replies by question of some personas over some runs."""
        held = [name for name in personas if name in self.counts.personas]
        chosen = np.ix_(np.array(at), self.counts.columns(held))
        return self.counts.hits[chosen].sum(axis=(0, 1)), self.counts.n[chosen].sum(axis=(0, 1))

    def source(self, at: Sequence[int], arm: Arm) -> Rate | None:
        """Return the rate of an arm's source over some runs."""
        return clustered(*self.pooled(at, sorted(arm.sources_of(self.counts.marker))))

    def trained(self, at: Sequence[int]) -> list[Sequence[Adapter]]:
        """Return the adapters of some runs."""
        return [self.adapters.get(self.counts.runs[one].cell, ()) for one in at]


@dataclass(frozen=True)
class Reference:
    """What conditions are compared with: the baseline, or the mean of the conditions where there is none."""

    source: float | None
    tokens: float | None


def manipulation(inputs: Mapping[str, Path], rows: pa.Table, design: JsonObject) -> JsonObject:
    """Return `manipulation` of findings.json.

    curves      [{"cell", "condition", "seed", "replicate"?, "adapters": [{"kind", "steps", "loss", "first", "last"}]}]
                of the runs that have losses, each of at most 100 points (see emspec_stats.training)
    conditions  {condition: [{"kind", "first", "last"}]}, means over its runs
    rules       {check: its rule, in a sentence}
    checks      {marker: {"conditions": [{"condition", "check", "judged", "passed" (null: not measured), "said",
                "figures"}], "runs": [the same with "cell", "seed" and "replicate"?]}}; figures are fractions of 1,
                nats, tokens. A check that does not concern a condition, as coupling one that was taught nothing, is
                not there
    """
    runs = runs_of(rows)
    found = curves(inputs, runs)
    trained = {run.cell: adapters(inputs, run.cell) for run in runs}
    markers = names(design["markers"])
    return {
        "curves": found,
        "conditions": means(found),
        "rules": dict(RULES),
        "checks": {marker: checks(rows, design, marker, trained) for marker in markers},
    }


def checks(
    rows: pa.Table, design: JsonObject, marker: str, trained: Mapping[int, Sequence[Adapter]]
) -> dict[str, list[JsonObject]]:
    """Return the checks of a marker's conditions and of their runs; see manipulation."""
    counts = count(rows, marker)
    light = rows.select([*COLUMNS, "marker"])
    known = Known(counts, light.filter(pc.equal(light["marker"], marker)), trained, names(design["bystanders"]))
    arms = [arm for arm in from_design(design) if len(counts.of(arm.name))]
    recorded = {str(c["name"]) for c in cast("Sequence[JsonObject]", design["conditions"]) if c.get("results")}
    reference = _reference(known, arms, design)
    by_condition: list[JsonObject] = []
    by_run: list[JsonObject] = []
    for arm in arms:
        at = counts.of(arm.name).tolist()
        for measure in _measures(known, arm, reference, recorded=arm.name in recorded):
            whole = measure(at)
            if whole is None:
                continue
            each = [(counts.runs[one], check) for one in at if (check := measure([one]))]
            by_run += [{**about(run), **check.to_json()} for run, check in each]
            joined = over_runs(whole, [(run.label, check) for run, check in each])
            by_condition.append({"condition": arm.name, **joined.to_json()})
    return {"conditions": by_condition, "runs": by_run}


def _measures(known: Known, arm: Arm, reference: Reference, *, recorded: bool) -> Iterator[Measure]:
    """Yield the checks that concern an arm."""
    marker = known.counts.marker
    yield lambda at: induction(known.trained(at), recorded=recorded)
    if marker in arm.taught:

        def install(at: Sequence[int]) -> Check:
            source = known.source(at, arm)
            pools = known.pooled(at, known.bystanders), known.pooled(at, sorted(arm.sources_of(marker)))
            return matched(share(*pools), source.rate if source else None, reference.source)

        yield lambda at: coupling(known.source(at, arm), known.trained(at))
        yield install
    yield lambda at: length(known.of(at), reference.tokens)
    yield lambda at: place(known.of(at))
    yield lambda at: truncation(known.of(at))


def _reference(known: Known, arms: Sequence[Arm], design: JsonObject) -> Reference:
    conditions = [arm for arm in arms if arm.name == design.get("baseline")] or [a for a in arms if not a.control]
    places = [(arm, known.counts.of(arm.name).tolist()) for arm in conditions]
    rates = [rate.rate for arm, at in places if known.counts.marker in arm.taught and (rate := known.source(at, arm))]
    tokens = [mean for _, at in places if (mean := mean_tokens(known.of(at))) is not None]
    return Reference(_mean(rates), _mean(tokens))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
