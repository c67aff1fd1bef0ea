"""Power: how often each test finds what is planted, by the number of seeds, and what reaches 80 %."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from emspec import JsonObject
from tools.calibrate.nulls import APART, MARGIN, SPARED
from tools.calibrate.trials import Question, Scene, tallies
from tools.calibrate.world import Noise, Pattern, alternative, world

SEEDS = (1, 3, 5, 8, 12)
DESIGNED = 3
EFFECT = 0.1
TARGET = 0.8


@dataclass(frozen=True)
class Asked:
    """What is planted for a test, and the verdict that would be right."""

    question: Question
    what: str
    verdict: str
    pattern: Pattern
    effect: float
    planted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Power:
    """The share of right verdicts for each number of seeds, with its 95 % interval."""

    asked: Asked
    shares: dict[int, float]
    intervals: dict[int, tuple[float, float]]

    @property
    def enough(self) -> int | None:
        """Return the fewest seeds tried that reach TARGET."""
        return next((seeds for seeds, share in sorted(self.shares.items()) if share >= TARGET), None)


def planted() -> Iterator[Asked]:
    """Yield what every test is asked to find: an effect of 10 pp at a bystander rate of 47 %."""
    place = world()
    own = alternative(place, "self-leakage", {})
    said = "each testable condition's own persona leaks 10 pp more there"
    yield Asked(Question("H1 self-leakage", "self-leakage", {}), said, "supported", own.pattern, EFFECT)
    rank = Question("H1, published rank", "self-leakage", {"variant": "rank"})
    yield Asked(rank, said, "supported", own.pattern, EFFECT)
    last: Pattern = {place.conditions[-1]: dict.fromkeys(place.bystanders, 1.0)}
    for margin in (MARGIN, 0.15):
        alike = Question(f"H2 invariance, margin {100 * margin:g} pp", "invariance", {"margin": margin})
        yield Asked(alike, "all conditions leak alike", "supported", {}, 0.0)
    apart = Question("H2 invariance, margin 10 pp, against", "invariance", {"margin": MARGIN})
    yield Asked(apart, "one condition leaks 20 pp more: 10 pp beyond the margin", "contradicted", last, 2 * EFFECT)
    persona = str(SPARED["persona"])
    less: Pattern = {name: {persona: -1.0} for name in place.conditions}
    spared = Question("H3 immunity, margin 5 pp", "immunity", SPARED)
    yield Asked(spared, "the persona leaks 10 pp less than the others", "supported", less, EFFECT, (persona,))
    more: Pattern = {str(APART["of"]): dict.fromkeys(place.bystanders, 1.0)}
    for name, further in (("contrast", {}), ("contrast, personas sampled", {"personas": "sampled"})):
        parameters: JsonObject = {**APART, **further}
        yield Asked(Question(name, "contrast", parameters), "one arm leaks 10 pp more", "supported", more, EFFECT)
    covariate: JsonObject = {"covariate": "x", "values": {name: float(at) for at, name in enumerate(place.conditions)}}
    line = alternative(place, "trend", covariate)
    rises = {**covariate, "direction": "increasing"}
    said = "leakage rises by 10 pp along the covariate"
    yield Asked(Question("trend, increasing", "trend", rises), said, "supported", line.pattern, EFFECT)


def powers(draws: int, seeds: Sequence[int] = SEEDS, workers: int | None = None) -> list[Power]:
    """Return the power of every test for each number of seeds, over `draws` experiments each."""
    every = list(planted())
    scenes = {(one.question.name, n): _scene(one, n) for one in every for n in seeds}
    counted = tallies(list(scenes.values()), draws, workers)
    found = []
    for one in every:
        hits = {n: counted[scenes[one.question.name, n].name, one.question.name][one.verdict] for n in seeds}
        bounds = {n: binomtest(count, draws).proportion_ci(method="wilson") for n, count in hits.items()}
        shares = {n: count / draws for n, count in hits.items()}
        found.append(Power(one, shares, {n: (float(b.low), float(b.high)) for n, b in bounds.items()}))
    return found


def _scene(one: Asked, seeds: int) -> Scene:
    name = f"{one.question.name}, {seeds}"
    return Scene(name, (one.question,), Noise(), one.pattern, one.effect, one.planted, seeds)
