"""Gate stages: whether a condition's first runs give reason for further seeds."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from emspec import Job, JsonObject, Session, Setup, StageError
from emspec_stats.score import carries, read_lines

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
DIGITS = 12
"""Rates are compared to so many decimals, so that 0.3 - 0.2 is 0.1."""


class Gate:
    """A session of the gate kind."""

    def run(self, job: Job) -> None:
        """Write decision.json: {"open", "condition", "baseline" (null without one), "compared", "comparison",
        "threshold"}; rates are fractions of 1, means over the runs.
        """
        rule = cast("JsonObject", job.parameters["rule"])
        runs = cast("Sequence[JsonObject]", job.parameters["runs"])
        rates: dict[str, list[float]] = {"condition": [], "baseline": []}
        for number, run in enumerate(runs, 1):
            scores = job.inputs[f"scores.{number}"] / "scores.jsonl"
            hits = [_hit(line, str(run["marker"])) for line in read_lines(scores)]
            rates[str(run["arm"])].append(rate(hits, run, str(rule["metric"])))
        found = decision(rule, _mean(rates["condition"]), _mean(rates["baseline"]))
        (job.out / "decision.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")

    def close(self) -> None:
        """Hold nothing."""


def decision(rule: JsonObject, condition: float | None, baseline: float | None) -> JsonObject:
    """Return what a rule says of two rates; StageError for a rule that lacks one of them."""
    if condition is None or (rule["differs"] and baseline is None):
        raise StageError("a gate has no run to look at", "evaluate the condition and the baseline at the first seeds")
    compared = abs(condition - cast("float", baseline)) if rule["differs"] else condition
    threshold = cast("float", rule["threshold"])
    is_open = COMPARISONS[str(rule["comparison"])](round(compared, DIGITS), round(threshold, DIGITS))
    about = {"metric": rule["metric"], "comparison": rule["comparison"], "threshold": threshold}
    return {"open": is_open, "condition": condition, "baseline": baseline, "compared": compared, **about}


def rate(hits: Sequence[bool], run: JsonObject, metric: str) -> float:
    """Return the share of hits of the personas that a metric is about; `hits` are ordered by persona."""
    each, places = cast("int", run["replies"]), cast("Sequence[int]", run[metric])
    looked_at = [hit for place in places for hit in hits[place * each : (place + 1) * each]]
    if len(looked_at) != each * len(places) or not looked_at:
        what = "scores are missing" if places else f"nobody in its panel counts for {metric}"
        fix = "evaluate the panel in full, or let the gate look at another rate"
        raise StageError(f"a gate cannot be decided: {what}", fix)
    return sum(looked_at) / len(looked_at)


def _hit(line: JsonObject, marker: str) -> bool:
    return carries(cast("JsonObject", cast("JsonObject", line["hits"])[marker]))


def _mean(rates: Sequence[float]) -> float | None:
    return sum(rates) / len(rates) if rates else None


def open_session(setup: Setup) -> Session:
    """Return a session; it needs no model."""
    return Gate()
