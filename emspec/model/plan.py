"""A compiled plan: the stages in an order in which they can run, and the cells that they make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emspec.model.attainable import Attainable
from emspec.model.experiment import Condition, Experiment
from emspec.model.json import JsonObject
from emspec.model.stage import Stage


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a condition: a seed, and which run of that seed it is, counted from 1.

    `keys` maps what is done ("induce", "couple.replies", "evaluate.score") to a stage.
    """

    condition: Condition
    seed: int
    keys: Mapping[str, str]
    replicate: int = 1


@dataclass(frozen=True)
class Plan:
    """What a spec comes to. `stages` is keyed by stage key and ordered: inputs before what needs them.

    `gates` maps a condition to the stage that decides on its further seeds. While these are open, a plan has no row
    table and no analysis: it ends with the decisions.
    """

    digest: str
    experiment: Experiment
    stages: Mapping[str, Stage]
    cells: tuple[Cell, ...]
    design: JsonObject
    attainable: Mapping[str, Attainable]
    rows: str | None
    analyse: str | None
    gates: Mapping[str, str] = field(default_factory=dict)
