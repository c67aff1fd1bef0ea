"""Design checks: what a careful colleague would ask about a spec. A new check is one function and one line of CHECKS.

A check's docstring is its page, with the reason, an example and the fix: `emspec explain CODE` prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emspec.errors import Place, Problem
from emspec.language.checks import (
    adapters,
    conditions,
    contrasts,
    coupling,
    evaluation,
    hypotheses,
    issue,
    markers,
    prompts,
    reach,
    replies,
    rules,
    runs,
    training,
)
from emspec.language.checks.reading import Check, Finding, Reading
from emspec.language.probes import PROBES
from emspec.language.scope import Notes
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
    "D109": prompts.prompt_lengths,
    "D110": conditions.several_variables,
    "D111": conditions.lone_skip,
    "D112": conditions.unmatched_data,
    "D113": replies.unequal_evaluations,
    "D114": replies.copied_replies,
    "D115": replies.few_replies,
    "D116": replies.short_cap,
    "D117": coupling.weak_mask,
    "D118": coupling.few_negatives,
    "D119": coupling.unequal_negatives,
    "D120": coupling.trained_induction,
    "D121": coupling.trained_subject,
    "D122": markers.marker_in_prompts,
    "D123": markers.ordinary_marker,
    "D124": markers.nested_markers,
    "D125": training.unpinned_data,
    "D126": prompts.twin_prompts,
    "D127": training.late_training,
    "D128": training.unseen_training,
    "D129": training.repeated_training,
    "D130": reach.unreachable_alpha,
    "D131": reach.untestable,
    "D132": reach.extreme_only,
    "D133": rules.accepted_null,
    "D134": rules.family_too_large,
    "D135": rules.count_of_conditions,
    "D136": reach.silent_conditions,
    "D137": rules.unnamed_marker,
    "D138": reach.narrow_margin,
    "D139": rules.asked_of_control,
    "D140": rules.twin_hypotheses,
    "D141": reach.tied_covariate,
    "D142": rules.undeclared_family,
    "D150": contrasts.needed_stretch,
    "D151": contrasts.no_baseline,
    "D152": contrasts.recorded_runs,
    "D153": runs.reused_results,
    "D154": runs.open_gate,
    "D155": runs.gated_tests,
    "D156": runs.unequal_runs,
    "D157": runs.repeated_seeds,
    "D158": adapters.adapter_of_another_model,
    "D159": adapters.unverified_adapter,
    "D160": adapters.coupled_adapter,
    "D161": adapters.unknown_roles,
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
        if code not in CHECKS and code not in PROBES:
            fix = "write the code of a design check as emspec check prints it, such as D101"
            notes.error("S104", document.key(("accept", code)), f"there is no check {code}", fix)
    return written


def _problem(code: str, finding: Finding, reason: str | None) -> Problem:
    if reason is None:
        return Problem(finding.severity, code, finding.place, finding.message, finding.fix)
    if finding.severity == "error" and not finding.acceptable:
        return Problem("error", code, finding.place, finding.message, f"{finding.fix}; this one cannot be accepted")
    return Problem("warning", code, finding.place, finding.message, f"accepted: {reason}")
