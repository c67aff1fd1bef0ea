"""Experiments in parallel: tasks of numbered experiments, tallied; the outcome does not depend on how many workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from multiprocessing import get_context
from os import cpu_count
from typing import TypeVar, cast

import pyarrow as pa
from emspec_stats.families import corrected

from emspec import Family, Finding, JsonObject
from emspec.power.variants import DESIGNED
from tools.calibrate.world import Noise, Pattern, asked, catalog, world

T = TypeVar("T")
R = TypeVar("R")
CHUNK = 250
"""Experiments of one task."""
Decide = Callable[[pa.Table, JsonObject, JsonObject], Finding]


@dataclass(frozen=True)
class Question:
    """A test with its parameters, by a name for the page."""

    name: str
    test: str
    parameters: JsonObject


@dataclass(frozen=True)
class Scene:
    """What is simulated, and which tests judge it: every test sees the same experiments.

    pattern, effect  what is planted where; `planted` names personas without a lasting effect of their own
    seeds, variant   the design (see tools.calibrate.world.world)
    families         of questions, by their names: each counts as supported where any of its members is
    """

    name: str
    questions: tuple[Question, ...]
    noise: Noise
    pattern: Pattern
    effect: float = 0.0
    planted: tuple[str, ...] = ()
    seeds: int = 3
    variant: str = DESIGNED
    families: tuple[Family, ...] = ()

    @property
    def names(self) -> list[str]:
        """Return the names of what is judged."""
        return [*(one.name for one in self.questions), *(one.name for one in self.families)]


@dataclass(frozen=True)
class Task:
    """Some experiments of a scene, by number."""

    scene: Scene
    numbers: range


def tallies(scenes: Sequence[Scene], draws: int, workers: int | None = None) -> Mapping[tuple[str, str], Counter[str]]:
    """Return the verdicts of each (scene, question) over `draws` experiments."""
    tasks = [Task(scene, numbers) for scene in scenes for numbers in chunks(draws)]
    totals: dict[tuple[str, str], Counter[str]] = {}
    for task, found in zip(tasks, mapped(verdicts, tasks, workers), strict=True):
        for name, counts in found.items():
            totals.setdefault((task.scene.name, name), Counter()).update(counts)
    return totals


def mapped(function: Callable[[T], R], tasks: Sequence[T], workers: int | None = None) -> Iterable[R]:
    """Yield a function's value of each task, in order, computed by one process a core."""
    count = workers if workers is not None else cpu_count() or 1
    if count < 2:
        return map(function, tasks)
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        return list(pool.map(function, tasks))


def chunks(draws: int) -> list[range]:
    """Return the numbers of `draws` experiments in ranges of at most CHUNK."""
    return [range(start, min(start + CHUNK, draws)) for start in range(0, draws, CHUNK)]


def verdicts(task: Task) -> dict[str, Counter[str]]:
    """Return how often each question, and each family, of a task's scene got which verdict."""
    scene = task.scene
    place = world(scene.seeds, scene.variant)
    simulator = place.simulator(scene.noise, scene.planted)
    rates = place.rates(scene.noise, scene.pattern, scene.effect)
    counts: dict[str, Counter[str]] = {name: Counter() for name in scene.names}
    for number in task.numbers:
        judge = _Judge(scene.questions, place.table(simulator, number, rates), place.design)
        found = {one.name: judge.decide(one.name) for one in scene.questions}
        for name, finding in found.items():
            counts[name][finding.verdict] += 1
        for family in scene.families:
            held = corrected([found[name] for name in family.hypotheses], [family], judge.decide)
            counts[family.name]["supported" if any(one.verdict == "supported" for one in held) else "none"] += 1
    return counts


@dataclass(frozen=True)
class _Judge:
    """Decides questions by name over one row table, at another alpha where one is given."""

    questions: Sequence[Question]
    table: pa.Table
    design: JsonObject

    def decide(self, name: str, alpha: float | None = None) -> Finding:
        question = next(one for one in self.questions if one.name == name)
        given = question.parameters if alpha is None else {**question.parameters, "alpha": alpha}
        return load(question.test)(self.table, self.design, asked(name, question.test, given))


@lru_cache(maxsize=16)
def load(test: str) -> Decide:
    """Return the callable that decides a test."""
    module, _, name = catalog().tests[test].target.partition(":")
    return cast("Decide", getattr(import_module(module), name))
