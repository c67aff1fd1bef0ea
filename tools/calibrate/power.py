"""Power: how often each test finds what is planted, by the design, and what reaches 80 %."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from emspec import JsonObject
from emspec.power.variants import DESIGNED
from tools.calibrate.nulls import APART, MARGIN, RISES, SPARED
from tools.calibrate.trials import Question, Scene, tallies
from tools.calibrate.world import Noise, Pattern, World, alternative, world

SEEDS = (1, 3, 5, 8, 12)
OF_ISSUE = 3
FURTHER = ("questions x 2", "completions x 2")
EFFECT = 0.1
TARGET = 0.8


@dataclass(frozen=True)
class Design:
    """A design that power is told of: so many seeds of issue #200's, or of a variant of it."""

    seeds: int
    variant: str = DESIGNED

    @property
    def name(self) -> str:
        """Name it as a column."""
        return f"{self.seeds} seed{'s' * (self.seeds > 1)}" if self.variant == DESIGNED else self.variant


DESIGNS = (*(Design(seeds) for seeds in SEEDS), *(Design(OF_ISSUE, variant) for variant in FURTHER))


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
class Share:
    """How many of so many experiments got the right verdict."""

    count: int
    draws: int

    @property
    def share(self) -> float:
        """Return the share."""
        return self.count / self.draws

    @property
    def interval(self) -> tuple[float, float]:
        """Return Wilson's 95 % interval."""
        found = binomtest(self.count, self.draws).proportion_ci(method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True)
class Power:
    """The right verdicts in each design."""

    asked: Asked
    shares: Mapping[Design, Share]

    @property
    def enough(self) -> int | None:
        """Return the fewest seeds tried that reach TARGET."""
        seeds = sorted(one.seeds for one, found in self.shares.items() if self._reaches(one, found))
        return seeds[0] if seeds else None

    @property
    def best(self) -> Design:
        """Return the design with most power among those with the issue's seeds."""
        held = [one for one in self.shares if one.seeds == OF_ISSUE]
        return max(held, key=lambda one: self.shares[one].share)

    @staticmethod
    def _reaches(design: Design, found: Share) -> bool:
        return design.variant == DESIGNED and found.share >= TARGET


def planted() -> Iterator[Asked]:
    """Yield what every test is asked to find: an effect of 10 pp at a bystander rate of 47 %."""
    place = world()
    yield from _self_leakage(place)
    yield from _invariance(place)
    yield from _immunity(place)
    yield from _contrasts(place)
    values = {name: float(at) for at, name in enumerate(place.conditions)}
    line = alternative(place, "trend", {**RISES, "values": values})
    rises = Question("trend, increasing", "trend", {**RISES, "values": values})
    yield Asked(rises, "leakage rises by 10 pp along the covariate", "supported", line.pattern, EFFECT)


def _self_leakage(place: World) -> Iterator[Asked]:
    own = alternative(place, "self-leakage", {})
    said = "each testable condition's own persona leaks 10 pp more there"
    for name, parameters in (("H1 self-leakage", {}), ("H1, published rank", {"variant": "rank"})):
        yield Asked(Question(name, "self-leakage", parameters), said, "supported", own.pattern, EFFECT)


def _invariance(place: World) -> Iterator[Asked]:
    for margin in (MARGIN, 0.15, 0.2):
        alike = Question(f"H2 invariance, margin {100 * margin:g} pp", "invariance", {"margin": margin})
        yield Asked(alike, "all conditions leak alike", "supported", {}, 0.0)
    last: Pattern = {place.conditions[-1]: dict.fromkeys(place.bystanders, 1.0)}
    apart = Question("H2 invariance, margin 10 pp, against", "invariance", {"margin": MARGIN})
    yield Asked(apart, "one condition leaks 20 pp more: 10 pp beyond the margin", "contradicted", last, 2 * EFFECT)


def _immunity(place: World) -> Iterator[Asked]:
    persona = str(SPARED["persona"])
    less: Pattern = {name: {persona: -1.0} for name in place.conditions}
    for margin in (0.05, 0.02):
        spared = Question(f"H3 immunity, margin {100 * margin:g} pp", "immunity", {**SPARED, "margin": margin})
        yield Asked(spared, "the persona leaks 10 pp less than the others", "supported", less, EFFECT, (persona,))


def _contrasts(place: World) -> Iterator[Asked]:
    more: Pattern = {str(APART["of"]): dict.fromkeys(place.bystanders, 1.0)}
    others = [name for name in place.conditions if name != APART["of"]]
    asked: dict[str, JsonObject] = {
        "contrast": {},
        "contrast, personas sampled": {"personas": "sampled"},
        "contrast with the mean of all others": {"against": others},
    }
    for name, further in asked.items():
        parameters: JsonObject = {**APART, **further}
        yield Asked(Question(name, "contrast", parameters), "one arm leaks 10 pp more", "supported", more, EFFECT)


def powers(draws: int, designs: Sequence[Design] = DESIGNS, workers: int | None = None) -> list[Power]:
    """Return the power of every test in each design, over `draws` experiments each.

    Tests that are to find the same thing judge the same experiments.
    """
    every = list(planted())
    plants = list({one.what: one for one in every}.values())
    scenes = [_scene(plant, every, design) for design in designs for plant in plants]
    found = tallies(scenes, draws, workers)

    def share(one: Asked, design: Design) -> Share:
        return Share(found[_name(one, design), one.question.name][one.verdict], draws)

    return [Power(one, {design: share(one, design) for design in designs}) for one in every]


def _scene(plant: Asked, every: Sequence[Asked], design: Design) -> Scene:
    questions = tuple(one.question for one in every if one.what == plant.what)
    return Scene(
        name=_name(plant, design),
        questions=questions,
        noise=Noise(),
        pattern=plant.pattern,
        effect=plant.effect,
        planted=plant.planted,
        seeds=design.seeds,
        variant=design.variant,
    )


def _name(plant: Asked, design: Design) -> str:
    return f"{plant.what}: {design.name}"
