"""A spec's sections as values, each resolved by a module of its own, and the experiment that they make together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emspec.language.joined import core
from emspec.language.select import Selected
from emspec.model.experiment import BackendChoice, Experiment, Hypothesis, Measure, ProfileNote
from emspec.model.family import Family
from emspec.model.noise import Noise
from emspec.model.records import ModelRecord
from emspec.schema import completed


@dataclass(frozen=True)
class Parts:
    """What a spec's sections come to under a profile."""

    model: ModelRecord
    chosen: Selected
    hypotheses: tuple[Hypothesis, ...]
    families: tuple[Family, ...]
    backends: Mapping[str, BackendChoice]
    profile: ProfileNote
    accepted: Mapping[str, str]
    measures: Mapping[str, Measure]


def experiment_of(data: Mapping[str, Any], stem: str, parts: Parts) -> Experiment:
    """Return the experiment of a spec in which nothing is wrong; `stem` is its title where it has none."""
    return Experiment(
        issue=data.get("issue"),
        title=data.get("title", stem),
        state=data.get("state", "proposed"),
        superseded_by=data.get("superseded_by"),
        supersedes=tuple(data.get("supersedes", ())),
        follows=tuple(data.get("follows", ())),
        history=tuple(data.get("history", ())),
        model=parts.model,
        personas_version=data["personas"],
        seeds=parts.chosen.seeds,
        conditions=parts.chosen.conditions,
        baseline=parts.chosen.baseline,
        hypotheses=parts.hypotheses,
        families=parts.families,
        backends=parts.backends,
        profile=parts.profile,
        accepted=parts.accepted,
        noise=Noise(**completed(data.get("noise", {}), core("spec")["properties"]["noise"])),
        measures=parts.measures,
        gate=parts.chosen.gate,
        replicates=data.get("replicates", 1),
    )
