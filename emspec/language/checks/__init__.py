"""Design checks: what a careful colleague would ask about a spec. A new check is one function and one line of CHECKS.

A check's docstring is its page, with the reason, an example and the fix: `emspec explain CODE` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emspec.errors import Place, Problem
from emspec.language.checks import conditions, evaluation, hypotheses, issue, training
from emspec.language.checks.reading import Check, Finding, Reading
from emspec.language.scope import Notes
from emspec.schema import nearest
from emspec.source import Document

__all__ = ["CHECKS", "Finding", "Reading", "accepted", "run"]

CHECKS: Mapping[str, Check] = {
    "D101": evaluation.unmeasured_induction,
    "D102": training.silent_induction,
    "D103": hypotheses.single_run,
    "D104": evaluation.trained_questions,
    "D105": evaluation.trained_bystanders,
    "D106": issue.closed_issue,
    "D107": conditions.copied_runs,
    "D108": evaluation.smaller_panel,
}


def run(reading: Reading, accepted: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return the findings of all checks in the text's order; an accepted one has its reason for a fix.

    An error among them stops; what is accepted is a warning, unless its check lets nobody accept it.
    """
    problems = [
        _problem(code, finding, accepted.get(code)) for code, check in CHECKS.items() for finding in check(reading)
    ]
    return tuple(sorted(problems, key=lambda problem: (problem.place or Place("", 0, 0), problem.code)))


def accepted(data: Mapping[str, Any], document: Document, notes: Notes) -> Mapping[str, str]:
    """Return the findings that the spec accepts, with its reasons; a code that is no check's is noted."""
    written: Mapping[str, str] = data.get("accept", {})
    for code in written:
        if code not in CHECKS:
            notes.error("S104", document.key(("accept", code)), f"there is no check {code}", nearest(code, CHECKS))
    return written


def _problem(code: str, finding: Finding, reason: str | None) -> Problem:
    if reason is None:
        return Problem(finding.severity, code, finding.place, finding.message, finding.fix)
    if finding.severity == "error" and not finding.acceptable:
        return Problem("error", code, finding.place, finding.message, f"{finding.fix}; this one cannot be accepted")
    return Problem("warning", code, finding.place, finding.message, f"accepted: {reason}")
