"""The power stage: one hypothesis' own test on simulated experiments, at planted effects.

Experiment k has the same luck at every effect (common random numbers), so the share of a verdict moves with the effect
almost without noise, and the least effect at which a verdict is likely enough is found by bisection. A point of the
bisection stops early once the share is clearly on one side of the target.

power.json: {"points": [{"effect", "draws", "verdicts": {verdict: count}, "significant": how many had p <= alpha,
"estimate": {"mean", "sd"} or null}], ordered by effect, "searches": [{"verdict", "effect": the least one, seen from
"from", or null where even "to" is not enough, "to", "low", "high": the nearest effects tried clearly below and above
the target, or null}]}. Effects are fractions, estimates in the finding's unit.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from emspec import VERDICTS, Finding, Job, Json, JsonObject, Session, Setup, StageError
from emspec_stats.analyse import Test, load, said, tidy
from emspec_stats.rates import wilson
from emspec_stats.simulated import SimulatedRows

BATCH = 50
"""Experiments between two looks at whether a share is clear."""
CLEAR = 0.999
LIKELY = 0.95
TOLERANCE = 0.0025
"""How near bisection comes to the least effect: 0.25 pp."""
STEPS = 8
"""Points that a search takes, about: for the progress alone."""
PLACES = 9


class Simulator(Protocol):
    """What a simulate backend's target returns (see emspec.hookspecs)."""

    def hits(self, number: int, rates: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
        """Return which replies of experiment `number` carry the marker at these rates of each persona of each cell."""


@dataclass
class Tally:
    """What a test found in the experiments of one effect."""

    effect: float
    verdicts: Counter[str] = field(default_factory=Counter)
    significant: int = 0
    estimates: list[float] = field(default_factory=list)

    @property
    def draws(self) -> int:
        """Return how many experiments there were."""
        return self.verdicts.total()

    def add(self, found: Finding) -> None:
        """Count one finding."""
        self.verdicts[found.verdict] += 1
        self.significant += found.p is not None and found.p <= found.alpha
        if found.effect is not None:
            self.estimates.append(float(found.effect))

    def side(self, verdict: str, target: float, level: float) -> int:
        """Return 1 where a verdict's share is above the target at a level of confidence, -1 below, 0 if unclear."""
        low, high = interval(self.verdicts[verdict], self.draws, level)
        return int(low > target) - int(high < target)

    def to_json(self) -> JsonObject:
        """Return the tally as in power.json."""
        estimate: JsonObject | None = None
        if len(self.estimates) > 1:
            estimate = {"mean": float(np.mean(self.estimates)), "sd": float(np.std(self.estimates, ddof=1))}
        return {
            "effect": self.effect,
            "draws": self.draws,
            "verdicts": {name: self.verdicts[name] for name in VERDICTS},
            "significant": self.significant,
            "estimate": estimate,
        }


def interval(count: int, draws: int, level: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of experiments."""
    return wilson(count / draws, draws, float(ndtri((1 + level) / 2)))


class Trials:
    """Experiments of one hypothesis: tallies by effect, each experiment done once."""

    def __init__(self, decide: Callable[[int, float], Finding], draws: int, told: Callable[[int], None]) -> None:
        """Take `decide`, from an experiment's number and effect to the finding; `told` hears how many were done."""
        self._decide = decide
        self._draws = draws
        self._told = told
        self.tallies: dict[float, Tally] = {}

    def full(self, effect: float) -> Tally:
        """Return the tally of an effect over all experiments."""
        return self._upto(effect, self._draws)

    def side(self, effect: float, verdict: str, target: float) -> bool:
        """Return whether a verdict reaches the target at an effect, with no more experiments than tell it clearly."""
        for batch in range(BATCH, self._draws + BATCH, BATCH):
            tally = self._upto(effect, min(batch, self._draws))
            clear = tally.side(verdict, target, CLEAR)
            if clear:
                return clear > 0
        return tally.verdicts[verdict] >= target * tally.draws

    def _upto(self, effect: float, draws: int) -> Tally:
        at = round(effect, PLACES)
        tally = self.tallies.setdefault(at, Tally(at))
        for number in range(tally.draws, draws):
            tally.add(self._decide(number, at))
            self._told(1)
        return tally


def search(trials: Trials, asked: JsonObject, target: float) -> JsonObject:
    """Return the least effect, going from "from" to "to", at which a verdict's share reaches the target."""
    verdict, low, high = str(asked["verdict"]), cast(float, asked["from"]), cast(float, asked["to"])
    found: float | None = None
    if trials.side(high, verdict, target):
        while abs(high - low) > TOLERANCE:
            middle = (low + high) / 2
            low, high = (low, middle) if trials.side(middle, verdict, target) else (middle, high)
        found = round(high, PLACES)
    return {"verdict": verdict, "effect": found, "to": asked["to"], **_bracket(trials, asked, target)}


def _bracket(trials: Trials, asked: JsonObject, target: float) -> JsonObject:
    """Return the nearest effects tried that are clearly below ("low") and above the target ("high")."""
    verdict, start, stop = str(asked["verdict"]), cast(float, asked["from"]), cast(float, asked["to"])
    between = [t for t in trials.tallies.values() if min(start, stop) <= t.effect <= max(start, stop)]
    away = sorted(between, key=lambda tally: abs(tally.effect - start))
    below = [tally.effect for tally in away if tally.side(verdict, target, LIKELY) < 0]
    above = [tally.effect for tally in away if tally.side(verdict, target, LIKELY) > 0]
    return {"low": below[-1] if below else None, "high": above[0] if above else None}


def decider(job: Job) -> Callable[[int, float], Finding]:
    """Return what decides experiment `number` at an effect: the simulator, the row table and the test of a job."""
    given = job.parameters
    design, hypothesis = cast(JsonObject, given["design"]), cast(JsonObject, given["hypothesis"])
    cells = cast("Sequence[JsonObject]", given["cells"])
    test = str(hypothesis["test"])
    decide = load(job.places[f"test.{test}"], test)
    make = cast("Callable[[JsonObject], Simulator]", load(job.places["simulate"], "simulator"))
    names = ("noise", "cells", "bystanders", "planted", "options")
    simulator = make({name: given[name] for name in names})
    rows = SimulatedRows(cells)
    base = cast("Sequence[Sequence[float]]", given["rates"])
    pattern = cast("Sequence[Sequence[float]]", given["pattern"])

    def decided(number: int, effect: float) -> Finding:
        rates = [
            [rate + effect * part for rate, part in zip(*cell, strict=True)] for cell in zip(base, pattern, strict=True)
        ]
        table = rows.table(simulator.hits(number, rates))
        return _found(decide, test, lambda call: call(table, design, hypothesis))

    return decided


def _found(decide: Test, test: str, call: Callable[[Test], object]) -> Finding:
    """Return a test's finding; StageError where it fails or returns something else."""
    fix = "mend it and raise its version; the same command then goes on"
    try:
        found = call(decide)
    except MemoryError:
        raise
    except Exception as error:
        raise StageError(f"the test {test} failed on simulated rows with {said(error)}", fix) from error
    if not isinstance(found, Finding) or found.verdict not in VERDICTS:
        raise StageError(f"the test {test} returned no emspec.Finding with a verdict on simulated rows", fix)
    return found


def power(job: Job) -> JsonObject:
    """Return the content of power.json."""
    given = job.parameters
    draws = cast(int, given["draws"])
    effects = cast("Sequence[float]", given["effects"])
    searches = cast("Sequence[JsonObject]", given["searches"])
    total, done = draws * (len(effects) + STEPS * len(searches)), [0]

    def told(more: int) -> None:
        done[0] += more
        job.progress(min(done[0], total), total, "experiments")

    trials = Trials(decider(job), draws, told)
    for effect in effects:
        trials.full(effect)
    found: list[Json] = [search(trials, asked, cast(float, given["target"])) for asked in searches]
    return {"points": [trials.tallies[effect].to_json() for effect in sorted(trials.tallies)], "searches": found}


class Power:
    """A session of the power kind."""

    def run(self, job: Job) -> None:
        """Write power.json."""
        text = json.dumps(tidy(power(job)), indent=1, sort_keys=True, allow_nan=False)
        (job.out / "power.json").write_text(text + "\n", encoding="utf-8")

    def close(self) -> None:
        """Hold nothing."""


def open_session(setup: Setup) -> Session:
    """Return a session; it needs no model."""
    return Power()
