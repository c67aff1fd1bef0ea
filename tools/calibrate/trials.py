"""Experiments in parallel: tasks of numbered experiments, tallied; the outcome does not depend on how many workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from os import cpu_count
from typing import TypeVar, cast

import pyarrow as pa

from emspec import Finding, JsonObject
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
    """

    name: str
    questions: tuple[Question, ...]
    noise: Noise
    pattern: Pattern
    effect: float = 0.0
    planted: tuple[str, ...] = ()
    seeds: int = 3


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
    """Return how often each question of a task's scene got which verdict."""
    scene = task.scene
    place = world(scene.seeds)
    simulator = place.simulator(scene.noise, scene.planted)
    rates = place.rates(scene.noise, scene.pattern, scene.effect)
    judges = [(one.name, load(one.test), asked(one.name, one.test, one.parameters)) for one in scene.questions]
    counts: dict[str, Counter[str]] = {one.name: Counter() for one in scene.questions}
    for number in task.numbers:
        table = place.table(simulator, number, rates)
        for name, decide, hypothesis in judges:
            counts[name][decide(table, place.design, hypothesis).verdict] += 1
    return counts


def load(test: str) -> Decide:
    """Return the callable that decides a test."""
    module, _, name = catalog().tests[test].target.partition(":")
    return cast("Decide", getattr(import_module(module), name))
