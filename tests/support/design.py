"""What the tests of the design checks share."""

from __future__ import annotations

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
