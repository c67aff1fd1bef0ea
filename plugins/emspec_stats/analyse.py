"""The analyse stage: from the row table to findings.json and figures.

findings.json: {"marker", "bystanders", "rates", "cells", "heatmap" ... (see emspec_stats.summary, for the design's
first marker), "others": {marker: the same}, "asked": [the questions' texts by the rows' numbers, null if not known],
"manipulation" (see emspec_stats.manipulation), "design": the stage's, "findings": [one per hypothesis]}. Rates are
fractions of 1, effects in the finding's unit; 12 significant digits; no NaN.
"""

from __future__ import annotations

import importlib
import json
import math
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from emspec import VERDICTS, EmspecError, Finding, Job, Json, JsonObject, Session, Setup, StageError
from emspec_stats.arms import from_design, names
from emspec_stats.caveats import noted
from emspec_stats.families import corrected, read
from emspec_stats.figures import draw
from emspec_stats.manipulation import manipulation
from emspec_stats.registered import beside, decision
from emspec_stats.summary import summary

Test = Callable[[pa.Table, JsonObject, JsonObject], object]


def load(target: str, test: str) -> Test:
    """Return the callable named "module:callable"; StageError names the test where it cannot be had.

    That is no finding: what an installation lacks must not be stored as a result, since its key stays the same.
    """
    module, _, name = target.partition(":")
    try:
        return cast("Test", getattr(importlib.import_module(module), name))
    except Exception as error:
        raise StageError(
            f"the test {test} cannot be loaded from {target}: {error}", "repair or remove its plugin"
        ) from error


def judge(rows: pa.Table, design: JsonObject, hypothesis: JsonObject, places: Mapping[str, str]) -> Finding:
    """Return what a hypothesis' test finds; StageError where its plugin is not there or cannot be imported.

    A test that fails, or whose finding is of no use, makes its own hypothesis untestable, and no other; its traceback
    goes to the worker's log.
    """
    test = str(hypothesis["test"])
    if f"test.{test}" not in places:
        raise StageError(f"no plugin brings the test {test} of {hypothesis['name']}", "install it, or change the spec")
    target = places[f"test.{test}"]
    decide = load(target, test)
    try:
        found = decide(rows, design, hypothesis)
        fault = unusable(found)
    except MemoryError:
        raise
    except Exception as error:
        traceback.print_exc()
        found, fault = None, f"failed with {said(error)}"
    if isinstance(found, Finding) and not fault:
        return found
    reason = f"The test {test} ({target}) {fault}. Mend it and raise its version, then run again."
    return Finding(
        hypothesis=str(hypothesis["name"]),
        test=test,
        claim=str(hypothesis["claim"]),
        verdict="untestable",
        reason=reason,
        estimand="none",
    )


def unusable(found: object) -> str:
    """Say what is wrong with what a test returned, nothing where nothing is."""
    if not isinstance(found, Finding):
        return f"returned {type(found).__name__}, not an emspec.Finding"
    if found.verdict not in VERDICTS:
        return f"returned the verdict {found.verdict!r}, which is none of {', '.join(VERDICTS)}"
    for name in ("hypothesis", "test", "claim", "reason", "estimand", "unit", "family"):
        if not isinstance(getattr(found, name), str):
            return f"returned a finding whose {name} is no text"
    out = _off(found)
    if out:
        return out
    by_name = isinstance(found.metrics, Mapping) and isinstance(found.by_condition, Mapping)
    if not by_name or not all(isinstance(figures, Mapping) for figures in found.by_condition.values()):
        return "returned a finding whose metrics, or those by condition, are no mapping"
    tidy(asdict(found))
    return ""


def _off(found: Finding) -> str:
    """Say which number of a finding is none, or no probability."""
    for name in ("effect", "low", "high", "p", "opposite", "floor", "margin", "adjusted", "alpha", "level"):
        value = getattr(found, name)
        if not isinstance(value, int | float | np.floating | None) or (value is None and name in ("alpha", "level")):
            return f"returned a finding whose {name} is no number"
    for name in ("p", "opposite", "floor"):
        value = getattr(found, name)
        if value is not None and not 0 <= value <= 1:
            return f"returned {name} {value}, which is not between 0 and 1"
    return ""


def said(error: Exception) -> str:
    """Return an exception's type and message in one line, without paths and addresses: equal runs say the same."""
    message = error.message if isinstance(error, EmspecError) else str(error)
    bare = re.sub(r"0x[0-9a-fA-F]+|/[^\s'\":]+", "...", " ".join(message.split()))
    return f"{type(error).__name__}: {bare}".removesuffix(".")


def family(hypotheses: int) -> str:
    """Name the family that p values are corrected over: there is none, and how many were asked says what that means."""
    return f"none: each hypothesis at its own alpha by itself; hypotheses in this spec: {hypotheses}"


def analyse(rows: pa.Table, parameters: JsonObject, places: Mapping[str, str]) -> dict[str, Json]:
    """Return the content of findings.json, less the manipulation checks, from values alone."""
    design = cast("JsonObject", parameters["design"])
    belongs(rows, design)
    first, *more = (summary(rows, design, marker) for marker in names(design["markers"]))
    hypotheses = cast("Sequence[JsonObject]", parameters["hypotheses"])
    families = read(parameters)
    found = [judge(rows, design, hypothesis, places) for hypothesis in hypotheses]
    asked = {str(one["name"]): one for one in hypotheses}

    def again(name: str, alpha: float) -> Finding:
        changed = {**cast("JsonObject", asked[name]["parameters"]), "alpha": alpha}
        return judge(rows, design, {**asked[name], "parameters": changed}, places)

    held = corrected(found, families, again)
    rules = [decision(cast("JsonObject", one["decide"])) if "decide" in one else None for one in hypotheses]
    said = beside(found, rules, [one.verdict for one in held])
    findings = [replace(one, registered=rule) for one, rule in zip(held, said, strict=True)]
    return {
        **first,
        "others": {str(other["marker"]): other for other in more},
        "design": design,
        "findings": [replace(one, family=one.family or family(len(hypotheses))).to_json() for one in findings],
    }


def belongs(rows: pa.Table, design: JsonObject) -> None:
    """Check that rows are of a design; StageError where the two tell different experiments."""
    strange = sorted(set(rows["condition"].unique().to_pylist()) - {arm.name for arm in from_design(design)})
    if strange:
        raise StageError(f"rows of {', '.join(strange)}, which the design does not have", "run the rows stage again")
    said = rows.select(["persona", "bystander"])
    marked = set(said.filter(said["bystander"])["persona"].unique().to_pylist())
    headline = names(design["bystanders"])
    if marked != set(headline):
        raise StageError(
            f"bystanders in the rows ({_list(marked)}) are not the design's ({_list(headline)})",
            "run the rows stage again",
        )


def asked(rows: pa.Table) -> list[Json]:
    """Return the texts of the questions by number, null for one that the rows have no text of."""
    pairs = rows.select(["question", "question_text"]).group_by(["question", "question_text"], use_threads=False)
    texts = {row["question"]: row["question_text"] for row in pairs.aggregate([]).to_pylist()}
    return [texts.get(number) for number in range(max(texts, default=-1) + 1)]


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
        rows = pq.ParquetFile(job.inputs["rows"] / "rows.parquet").read()
        found = analyse(rows, job.parameters, job.places)
        design = cast("JsonObject", job.parameters["design"])
        installed = manipulation(job.inputs, rows, design)
        findings, hypotheses = (
            cast("Sequence[JsonObject]", held) for held in (found["findings"], job.parameters["hypotheses"])
        )
        checks = cast("JsonObject", installed["checks"])
        found |= {"manipulation": installed, "findings": noted(findings, hypotheses, design, checks)}
        found["asked"] = asked(rows)
        tidied = cast("JsonObject", tidy(found))
        text = json.dumps(tidied, indent=1, sort_keys=True, allow_nan=False)
        (job.out / "findings.json").write_text(text + "\n", encoding="utf-8")
        draw(tidied, job.out / "figures")

    def close(self) -> None:
        """Hold nothing."""


def open_session(setup: Setup) -> Session:
    """Return a session; it needs no model."""
    return Analyse()
