"""Coverage: how often nominal 95 % intervals hold the truth that they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from tools.calibrate.nulls import APART
from tools.calibrate.seen import PERSONAS, RUNS, Held, Source, names
from tools.calibrate.trials import chunks, mapped
from tools.calibrate.world import Noise, world

RATES = (0.005, 0.01, 0.03, 0.1, 0.3, 0.47, 0.7, 0.9, 0.95)
USUAL = 0.47
ENOUGH = 20
"""Hits expected from which on an interval is held to its level."""
LOW, HIGH = 0.93, 0.98
SHOWN = (
    "cell",
    "condition, one run",
    "condition, these runs",
    "condition, personas sampled",
    "condition, runs sampled",
)
DECIDED = (
    "contrast",
    "contrast, personas sampled",
    "contrast, one run",
    "contrast with 47 %",
    "H1 self-leakage",
    "H3 immunity",
)
KINDS = (*SHOWN, *DECIDED)
SINGLE = ("cell", "condition, one run", "contrast, one run")
OF_A_PERSONA = ("cell", "H1 self-leakage", "H3 immunity")


@dataclass(frozen=True)
class Task:
    """Some experiments at one rate, by number: of intervals that the summary shows, or of those that tests go by."""

    rate: float
    numbers: range
    decided: bool


@dataclass(frozen=True)
class Covered:
    """Of one kind of interval at one rate: the share that hold the truth and its standard error over experiments, how
    many hits are expected in what an interval is of (in one arm, where arms are compared), and the mean width."""

    kind: str
    rate: float
    share: float
    error: float
    hits: float
    width: float

    @property
    def judged(self) -> bool:
        """Whether enough hits are expected."""
        return self.hits >= ENOUGH

    def holds(self, errors: float = 0.0) -> bool:
        """Whether the share lies within the target, or no farther beyond than so many standard errors."""
        slack = errors * self.error
        return not self.judged or LOW - slack <= self.share <= HIGH + slack


def coverage(draws: tuple[int, int], rates: Sequence[float] = RATES, workers: int | None = None) -> list[Covered]:
    """Return the coverage of every kind of interval at every rate.

    `draws` experiments each for what the summary shows, of which each experiment has many, and for what tests go by.
    """
    every = zip((False, True), draws, strict=True)
    tasks = [Task(rate, numbers, decided) for decided, many in every for rate in rates for numbers in chunks(many)]
    found: dict[tuple[str, float], list[tuple[float, float]]] = {}
    for task, experiments in zip(tasks, mapped(intervals, tasks, workers), strict=True):
        for held in experiments:
            for kind, several in held.items():
                means = np.array(several, dtype=np.float64).mean(axis=0)
                found.setdefault((kind, task.rate), []).append((float(means[0]), float(means[1])))
    return [_covered(kind, rate, np.array(found[kind, rate])) for kind in KINDS for rate in rates]


def _covered(kind: str, rate: float, each: np.ndarray) -> Covered:
    share, width = each.mean(axis=0)
    error = each[:, 0].std(ddof=1) / np.sqrt(len(each))
    return Covered(kind, rate, float(share), float(error), _expected(kind, rate), float(width))


def _expected(kind: str, rate: float) -> float:
    """Return how many hits an interval of a kind is made of."""
    place = world()
    cell = place.cells[0]
    replies = cast(int, cell["completions"]) * len(names(cell["questions"]))
    personas = 1 if kind in OF_A_PERSONA else len(place.bystanders)
    return replies * personas * (1 if kind in SINGLE else 3) * rate


def intervals(task: Task) -> list[dict[str, list[Held]]]:
    """Return what the intervals of each experiment of a task hold, by kind."""
    each = _decided if task.decided else _shown
    return list(each(task.rate, task.numbers))


def _sources(rate: float) -> tuple[Source, Source, Source]:
    """Return one run and three of these personas, and three runs of sampled personas."""
    fixed = Noise(rate=rate)
    return Source.of(1, fixed), Source.of(3, fixed), Source.of(3, Noise(rate=rate, personas_sampled=True))


def _shown(rate: float, numbers: range) -> Iterator[dict[str, list[Held]]]:
    of_one, of_three, of_people = _sources(rate)
    for number in numbers:
        one, three, people = of_one.see(number), of_three.see(number), of_people.see(number)
        shown = three.shown()
        yield {
            "cell": three.cells(shown),
            "condition, one run": one.conditions(one.shown(), "bystanders"),
            "condition, these runs": three.conditions(shown, "bystanders"),
            "condition, personas sampled": people.conditions(people.shown(), "personas_sampled", *PERSONAS),
            "condition, runs sampled": three.conditions(shown, "runs_sampled", *RUNS),
        }


def _decided(rate: float, numbers: range) -> Iterator[dict[str, list[Held]]]:
    of_one, of_three, of_people = _sources(rate)
    of_uneven = Source.of(3, Noise(rate=USUAL), {str(APART["of"]): rate})
    for number in numbers:
        three = of_three.see(number)
        yield {
            "contrast": three.contrast(*RUNS),
            "contrast, personas sampled": of_people.see(number).contrast("run_sd", *PERSONAS, personas="sampled"),
            "contrast, one run": of_one.see(number).contrast(),
            "contrast with 47 %": of_uneven.see(number).contrast(*RUNS),
            "H1 self-leakage": three.own(),
            "H3 immunity": three.lead(),
        }
