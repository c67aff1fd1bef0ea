"""What the tests of the design checks share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emspec.errors import Problem
from emspec.model.experiment import Experiment


def found(experiment: Experiment, code: str) -> list[tuple[int, int, str]]:
    """The findings of a check, as (line, column, message)."""
    assert all(problem.severity == "warning" for problem in experiment.problems)
    ours = [problem for problem in experiment.problems if problem.code == code]
    return [(one.place.line, one.place.column, one.message) for one in ours if one.place]


def messages(experiment: Experiment, code: str) -> list[str]:
    return [message for _, _, message in found(experiment, code)]


def fixes(experiment: Experiment, code: str) -> list[str]:
    return [problem.fix for problem in experiment.problems if problem.code == code]


def as_golden(problem: Problem) -> dict[str, object]:
    assert problem.place
    severity = {"severity": problem.severity} if problem.severity == "warning" else {}
    return severity | {
        "code": problem.code,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.message,
        "fix": problem.fix,
    }


def golden(spec: Path, found: list[dict[str, object]], request: pytest.FixtureRequest) -> list[dict[str, object]]:
    """Return what stands beside a spec, written anew from what was found where that is asked for."""
    if request.config.getoption("write_golden"):
        lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in found)
        spec.with_suffix(".jsonl").write_text("".join(lines))
    return [json.loads(line) for line in spec.with_suffix(".jsonl").read_text().splitlines()]
