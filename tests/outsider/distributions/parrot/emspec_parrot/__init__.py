"""The shell: what the plugin brings."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from emspec import Alternative, Attainable, Backend, Experiment, Hypothesis, Json, TestKind, hookimpl


def _attainable(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    return Attainable(None, (f"loudness is counted for {len(experiment.conditions)} condition(s)",))


def _alternative(experiment: Experiment, hypothesis: Hypothesis) -> Alternative:
    """Everybody says the marker more often; the limit, seen from the common rate, is the edge of the null."""
    panels = {c.name: {p.name: 1.0 for e in c.evaluations for p in e.panel} for c in experiment.conditions}
    limit = float(str(hypothesis.parameters["limit"]))
    return Alternative("more markers everywhere", panels, edge=limit - experiment.noise.rate)


@hookimpl
def emspec_backends() -> Iterable[Backend]:
    """A generate backend that repeats the question."""
    options = {
        "type": "object",
        "properties": {"squawk": {"type": "string", "default": "", "description": "what every reply ends with"}},
        "additionalProperties": False,
    }
    return [Backend("generate", "parrot", "1", "emspec_parrot.replies:open_session", options)]


@hookimpl
def emspec_tests() -> Iterable[TestKind]:
    """A hypothesis test that compares the share of marked replies with a limit."""
    parameters = {
        "type": "object",
        "properties": {"limit": {"type": "number", "minimum": 0, "maximum": 1}},
        "required": ["limit"],
        "additionalProperties": False,
    }
    target = "emspec_parrot.loudness:decide"
    return [TestKind("loudness", "1", target, parameters, _attainable, alternative=_alternative)]


@hookimpl
def emspec_observe(event: Mapping[str, Json]) -> None:
    """Append what happens to the file that EMSPEC_PARROT_DIARY names."""
    if "EMSPEC_PARROT_DIARY" in os.environ:
        with Path(os.environ["EMSPEC_PARROT_DIARY"]).open("a") as diary:
            diary.write(json.dumps(event) + "\n")
