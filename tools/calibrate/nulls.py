"""False positives: experiments in which a claim is false, or just false, and how often it passes all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from emspec import JsonObject
from tools.calibrate.trials import Question, Scene, tallies
from tools.calibrate.world import Noise, Pattern, World, world

ALPHA = 0.05
RUN_SDS = (0.0, 0.049, 0.08)
LEVEL = 0.999
"""One-sided: a test whose lower bound at this level is above alpha breaks its word."""
MARGIN = 0.1
SPARED: JsonObject = {"persona": "zelthari_scholar", "condition": "B-zelthari", "margin": 0.05}
APART: JsonObject = {"of": "B-villain", "against": "B0"}
RISES: JsonObject = {"covariate": "x", "direction": "increasing"}
ALIKE = "all conditions and personas leak alike"


@dataclass(frozen=True)
class Null:
    """A scene in which these verdicts of a question would be wrong."""

    scene: Scene
    question: str
    wrong: str
    what: str


@dataclass(frozen=True)
class Rate:
    """How often a wrong verdict was given: the one-sided lower bound of its chance at LEVEL, and its 95 % interval
    (Clopper and Pearson, 1934)."""

    null: Null
    count: int
    draws: int
    bound: float
    interval: tuple[float, float]

    @property
    def run_sd(self) -> float:
        """Return the run SD of the scene."""
        return self.null.scene.noise.run_sd

    @property
    def holds(self) -> bool:
        """Whether the test is not shown to err more often than alpha."""
        return self.bound <= ALPHA


def nulls(run_sd: float) -> Iterator[Null]:
    """Yield the nulls of every test under one run SD."""
    place, noise = world(), Noise(run_sd)
    yield from _alike(place, noise)
    main = {place.conditions[1]: dict.fromkeys(place.bystanders, 1.0)}
    own = (Question("H1", "self-leakage", {}),)
    differ = Scene(f"one condition leaks 10 pp more, {run_sd}", own, noise, main, MARGIN)
    yield Null(differ, "H1", "supported", "one condition leaks 10 pp more to all alike")
    yield Null(differ, "H1", "contradicted", "one condition leaks 10 pp more to all alike")
    yield from _edges(place, noise)


def _alike(place: World, noise: Noise) -> Iterator[Null]:
    """Yield what is wrong where all conditions and personas leak alike."""
    covariate: JsonObject = {"covariate": "x", "values": {name: float(at) for at, name in enumerate(place.conditions)}}
    questions = (
        Question("H1", "self-leakage", {}),
        Question("H2", "invariance", {"margin": MARGIN}),
        Question("contrast, more", "contrast", APART),
        Question("contrast, different", "contrast", {**APART, "direction": "different"}),
        Question("contrast, personas sampled", "contrast", {**APART, "personas": "sampled"}),
        Question("trend", "trend", covariate),
        Question("trend, increasing", "trend", {**covariate, "direction": "increasing"}),
    )
    scene = Scene(f"alike, {noise.run_sd}", questions, noise, {})
    for question in questions:
        wrong = ("contradicted",) if question.test == "invariance" else ("supported", "contradicted")
        for verdict in wrong:
            yield Null(scene, question.name, verdict, ALIKE)


def _edges(place: World, noise: Noise) -> Iterator[Null]:
    """Yield what is wrong at the margin, where the claim is just false."""
    first, last = place.conditions[0], place.conditions[-1]
    apart: Pattern = {first: dict.fromkeys(place.bystanders, -0.5), last: dict.fromkeys(place.bystanders, 0.5)}
    pairs = (Question("H2", "invariance", {"margin": MARGIN}),)
    edge = Scene(f"margin, {noise.run_sd}", pairs, noise, apart, MARGIN)
    yield Null(edge, "H2", "supported", "two conditions differ by the margin, the others lie between")
    halves: Pattern = {
        name: dict.fromkeys(place.bystanders, 0.5 if at % 2 else -0.5) for at, name in enumerate(place.conditions)
    }
    split = Scene(f"halves, {noise.run_sd}", pairs, noise, halves, MARGIN)
    yield Null(split, "H2", "contradicted", "three conditions differ from the other three by the margin: 9 pairs")
    spared = (Question("H3", "immunity", SPARED),)
    persona = str(SPARED["persona"])
    less: Pattern = {name: {persona: -1.0} for name in place.conditions}
    at_margin = Scene(f"spared by the margin, {noise.run_sd}", spared, noise, less, 0.05, (persona,))
    yield Null(at_margin, "H3", "supported", "the persona leaks less by just the margin")
    equal = Scene(f"not spared, {noise.run_sd}", spared, noise, {}, 0.0, (persona,))
    yield Null(equal, "H3", "contradicted", "the persona leaks as the others do")
    two = {**APART, "margin": MARGIN}
    margins = (
        Question("contrast, more", "contrast", two),
        Question("contrast, different", "contrast", {**two, "direction": "different"}),
    )
    more: Pattern = {"B-villain": dict.fromkeys(place.bystanders, 1.0)}
    beyond = Scene(f"contrast at its margin, {noise.run_sd}", margins, noise, more, MARGIN)
    for question in margins:
        yield Null(beyond, question.name, "supported", "the arms differ by just the margin")
    yield Null(beyond, "contrast, different", "contradicted", "the arms differ by just the margin")


def rates(draws: int, run_sds: Sequence[float] = RUN_SDS, workers: int | None = None) -> list[Rate]:
    """Return how often each test gives a wrong verdict, over `draws` experiments of each scene."""
    asked = [null for run_sd in run_sds for null in nulls(run_sd)]
    return counted(asked, draws, workers)


def counted(asked: Sequence[Null], draws: int, workers: int | None = None) -> list[Rate]:
    """Return the rate of each null; those of one scene see the same experiments."""
    scenes = list({null.scene.name: null.scene for null in asked}.values())
    found = tallies(scenes, draws, workers)
    return [_rate(null, found[null.scene.name, null.question]) for null in asked]


def _rate(null: Null, found: Mapping[str, int]) -> Rate:
    count, draws = found.get(null.wrong, 0), sum(found.values())
    one = binomtest(count, draws)
    bound = one.proportion_ci(confidence_level=2 * LEVEL - 1).low
    low, high = one.proportion_ci(confidence_level=0.95)
    return Rate(null, count, draws, float(bound), (float(low), float(high)))
