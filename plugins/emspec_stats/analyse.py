"""The analyse stage: from the row table to findings.json and figures.

findings.json: {"marker", "bystanders", "rates", "cells", "heatmap", "seeds", "places" (see emspec_stats.summary, for
the design's first marker), "others": {marker: the same}, "manipulation" (see emspec_stats.training), "design": the
stage's, "findings": [one per hypothesis]}. Rates are fractions of 1, effects in the finding's unit; 12 significant
digits; no NaN.
"""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from emspec import Finding, Job, Json, JsonObject, Session, Setup, StageError
from emspec_stats.arms import Arm, bystanders, from_design, names
from emspec_stats.figures import draw
from emspec_stats.summary import summary
from emspec_stats.training import checks

Test = Callable[[pa.Table, JsonObject, JsonObject], object]


def load(target: str, test: str) -> Test:
    """Return the callable named "module:callable"; StageError names the test where there is none."""
    module, _, name = target.partition(":")
    try:
        return cast("Test", getattr(importlib.import_module(module), name))
    except (ImportError, AttributeError) as error:
        raise StageError(
            f"the test {test} cannot be loaded from {target}: {error}", "repair or remove its plugin"
        ) from error


def judge(rows: pa.Table, design: JsonObject, hypothesis: JsonObject, places: Mapping[str, str]) -> Finding:
    """Return what a hypothesis' test finds; StageError where its plugin brings no test or returns something else."""
    test = str(hypothesis["test"])
    if f"test.{test}" not in places:
        raise StageError(f"no plugin brings the test {test} of {hypothesis['name']}", "install it, or change the spec")
    found = load(places[f"test.{test}"], test)(rows, design, hypothesis)
    if not isinstance(found, Finding):
        raise StageError(f"the test {test} returned {type(found).__name__}, not an emspec.Finding", "repair its plugin")
    return found


def analyse(rows: pa.Table, parameters: JsonObject, places: Mapping[str, str]) -> dict[str, Json]:
    """Return the content of findings.json, less the manipulation checks, from values alone."""
    design = cast("JsonObject", parameters["design"])
    arms = evaluated(rows, design)
    first, *more = (summary(rows, arms, marker) for marker in names(design["markers"]))
    hypotheses = cast("Sequence[JsonObject]", parameters["hypotheses"])
    return {
        **first,
        "others": {str(other["marker"]): other for other in more},
        "design": design,
        "findings": [judge(rows, design, hypothesis, places).to_json() for hypothesis in hypotheses],
    }


def evaluated(rows: pa.Table, design: JsonObject) -> tuple[Arm, ...]:
    """Return the design's arms that have rows; StageError where rows and design tell different experiments."""
    present = set(rows["condition"].unique().to_pylist())
    designed = from_design(design)
    strange = sorted(present - {arm.name for arm in designed})
    if strange:
        raise StageError(f"rows of {', '.join(strange)}, which the design does not have", "run the rows stage again")
    arms = tuple(arm for arm in designed if arm.name in present)
    marked = set(rows.filter(rows["bystander"])["persona"].unique().to_pylist())
    if marked != set(bystanders(arms)):
        raise StageError(
            f"bystanders in the rows ({_list(marked)}) are not the design's ({_list(bystanders(arms))})",
            "run the rows stage again",
        )
    return arms


def tidy(value: object) -> Json:
    """Return JSON values: floats at 12 significant digits, numpy's as Python's, NaN and infinities as null."""
    if isinstance(value, Mapping):
        return {str(key): tidy(item) for key, item in value.items()}
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return float(f"{value:.12g}") if math.isfinite(value) else None
    if isinstance(value, Sequence):
        return [tidy(item) for item in value]
    if isinstance(value, np.generic | np.ndarray):
        return tidy(value.tolist())
    raise StageError(f"{type(value).__name__} is no JSON value", "return plain values from the test")


def _list(found: Sequence[str] | set[str]) -> str:
    return ", ".join(sorted(found)) or "none"


class Analyse:
    """A session of the analyse kind."""

    def run(self, job: Job) -> None:
        """Write findings.json and the figures."""
        rows = pq.read_table(job.inputs["rows"] / "rows.parquet")
        found = analyse(rows, job.parameters, job.places)
        cells = {
            (row["cell"], row["condition"], row["seed"]): None for row in cast("list[dict[str, Json]]", found["cells"])
        }
        found["manipulation"] = checks(job.inputs, cast("list[tuple[int, str, int]]", list(cells)))
        tidied = cast("JsonObject", tidy(found))
        text = json.dumps(tidied, indent=1, sort_keys=True, allow_nan=False)
        (job.out / "findings.json").write_text(text + "\n", encoding="utf-8")
        draw(tidied, job.out / "figures")

    def close(self) -> None:
        """Hold nothing."""


def open_session(setup: Setup) -> Session:
    """Return a session; it needs no model."""
    return Analyse()
