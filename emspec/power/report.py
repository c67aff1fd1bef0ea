"""What the power stages found, as values: a figure for each hypothesis and variant, costs, and advice."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from emspec.errors import StoreError
from emspec.model.json import JsonObject
from emspec.model.noise import Noise
from emspec.model.plugin import Catalog
from emspec.power.cost import Cost, cost_of
from emspec.power.questions import TARGET, PowerPlan, Question
from emspec.power.variants import DESIGNED
from emspec.store import Store

SCHEMA = 1
PLACES = 9
"""Decimals of an effect by which a point is found again."""
Z = 1.959964
"""The normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True)
class Share:
    """How many of the experiments at an effect had a verdict, with Wilson's 95 % interval (fractions of 1)."""

    effect: float
    verdict: str
    count: int
    draws: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Return the share of the experiments."""
        return self.count / self.draws


@dataclass(frozen=True)
class Least:
    """The effect from which a verdict has the target's share; None where even the farthest, `to`, has it not.

    `low` and `high` are the nearest effects tried that are clearly on either side; None where none is.
    """

    verdict: str
    effect: float | None
    low: float | None
    high: float | None
    to: Share


@dataclass(frozen=True)
class Power:
    """What one hypothesis' test would find in one variant; the figures are None where nothing was simulated, for `why`.

    `foregone` is the verdict that every outcome would get, `said` who names the effect that is asked for, `edge` the
    share supported at the edge of the null, `at` the power at the effect asked for, `towards` the side
    of the edge on which the claim is true (1: larger effects).
    """

    hypothesis: str
    variant: str
    foregone: str | None
    why: str
    lifts: tuple[str, ...]
    floor: float | None
    alpha: float | None
    said: str
    what: str = ""
    towards: int = 1
    edge: Share | None = None
    at: Share | None = None
    least: tuple[Least, ...] = ()

    @property
    def enough(self) -> bool:
        """Return whether the power at the effect asked for reaches the target."""
        return self.at is not None and self.at.share >= TARGET


@dataclass(frozen=True)
class Costed:
    """A variant and what it costs."""

    name: str
    cost: Cost


@dataclass(frozen=True)
class PowerReport:
    """Everything that is told. `powers` is ordered by variant, then by hypothesis; the design itself comes first.

    `ruled` names the hypotheses with a registered rule (`decide:`), whose verdict here is the test's own all the same;
    `together` the families of hypotheses, in words, whose members are judged as if they passed alone.
    """

    noise: Noise
    draws: int
    simulator: str
    hypotheses: tuple[tuple[str, str, str], ...]
    variants: tuple[Costed, ...]
    powers: tuple[Power, ...]
    ruled: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    def of(self, hypothesis: str) -> tuple[Power, ...]:
        """Return a hypothesis' figures in every variant, the design itself first."""
        return tuple(power for power in self.powers if power.hypothesis == hypothesis)

    def to_json(self) -> JsonObject:
        """Return the report as JSON values, rates and effects as fractions of 1."""
        hypotheses = [dict(zip(("name", "test", "claim"), one, strict=True)) for one in self.hypotheses]
        return {
            "schema": SCHEMA,
            "noise": asdict(self.noise),
            "run_sd_pp": {"rate": self.noise.rate, "pp": points(self.noise.run_sd, self.noise.rate)},
            "draws": self.draws,
            "target": TARGET,
            "simulator": self.simulator,
            "hypotheses": hypotheses,
            "rules_not_applied": list(self.ruled),
            "judged_alone_in": list(self.together),
            "variants": [{"name": one.name, **asdict(one.cost)} for one in self.variants],
            "powers": [_plain(asdict(power)) for power in self.powers],
        }


def points(sd: float, rate: float) -> float:
    """Return an SD on the arcsine-square-root scale (radians) in percentage points at a rate: the delta method."""
    return 100 * sd * math.sin(2 * math.asin(math.sqrt(rate)))


def report(planned: PowerPlan, store: Store, catalog: Catalog) -> PowerReport:
    """Read what the stages found; StoreError where a result is not there or cannot be read."""
    base = planned.variants[0].experiment
    return PowerReport(
        noise=base.noise,
        draws=planned.draws,
        simulator=planned.simulator.name,
        hypotheses=tuple((one.name, one.test, one.claim) for one in base.hypotheses),
        variants=tuple(Costed(one.name, cost_of(one.experiment, catalog)) for one in planned.variants),
        powers=tuple(_power(question, store) for question in planned.questions),
        ruled=tuple(one.name for one in base.hypotheses if one.decide),
        together=tuple(family.words for family in base.families),
    )


def _power(question: Question, store: Store) -> Power:
    about, alternative = question.attainable, question.alternative
    name, variant = question.hypothesis.name, question.variant.name
    power = Power(name, variant, about.foregone, question.why, about.lifts, about.floor, about.alpha, question.said)
    if question.key is None or alternative is None:
        return power
    try:
        found = json.loads((store.folder(question.key) / "power.json").read_bytes())
        points = {round(point["effect"], PLACES): point for point in found["points"]}
        return replace(
            power,
            what=alternative.effect,
            towards=alternative.towards,
            edge=share(points[round(alternative.edge, PLACES)], "supported") if variant == DESIGNED else None,
            at=share(points[round(question.effect, PLACES)], "supported"),
            least=tuple(_least(one, points) for one in found["searches"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"the power of {name}, {variant}, cannot be read: {error}"
        raise StoreError(what, "emspec verify, then the same command again") from error


def _least(found: Mapping[str, Any], points: Mapping[float, Any]) -> Least:
    to = share(points[round(found["to"], PLACES)], found["verdict"])
    return Least(found["verdict"], found["effect"], found["low"], found["high"], to)


def share(point: Mapping[str, Any], verdict: str) -> Share:
    """Return a verdict's share at a point of power.json."""
    count, draws = point["verdicts"][verdict], point["draws"]
    return Share(point["effect"], verdict, count, draws, *wilson(count, draws))


def wilson(count: int, draws: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share (1927, Probable inference, the law of succession ...)."""
    square, part = Z**2 / draws, count / draws
    half = math.sqrt(square * part * (1 - part) + square**2 / 4)
    return max(0.0, (part + square / 2 - half) / (1 + square)), min(1.0, (part + square / 2 + half) / (1 + square))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, str) else value
