"""The written rules of the confidence line, one by one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emspec.errors import Problem
from emspec.language.checks import CHECKS
from emspec.model.finding import Finding
from emspec.model.json import JsonObject
from emspec.report import ReportContext, html, markdown, results_json
from emspec.report.confidence import BESIDE, SERIOUS, confidence, overall

FOUND = Finding("H1", "self-leakage", "c", "supported", "r", "e", effect=20.0, p=0.001, floor=0.0002)


@pytest.fixture
def best(context: ReportContext) -> ReportContext:
    """A context in which nothing lowers a verdict."""
    profile = replace(context.profile, name="full")
    return replace(context, profile=profile, lock="before", problems=(), hypotheses=frozenset({"H1", "H2"}))


def warned(context: ReportContext, code: str, message: str = "of the design") -> ReportContext:
    return replace(context, problems=(*context.problems, Problem("warning", code, None, message)))


def test_high_says_what_it_rests_on(best: ReportContext) -> None:
    assert confidence(FOUND, best).line == "HIGH: 3 runs per condition; locked before the run; no open warning"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"lock": "unlocked"}, "MODERATE: not locked before the run"),
        ({"lock": "after"}, "MODERATE: locked after the first result"),
        ({"lock": "changed"}, "MODERATE: not the analysis that was locked"),
        ({"selected": True}, "LOW: selected data: a gate chose which seeds were run"),
    ],
)
def test_a_run_that_was_not_fixed_or_was_selected(best: ReportContext, changed: dict[str, Any], line: str) -> None:
    assert confidence(FOUND, replace(best, **changed)).line == line


@pytest.mark.parametrize(
    ("seeds", "line"), [((42,), "LOW: one run per condition"), ((42, 137), "MODERATE: 2 runs per condition")]
)
def test_few_runs(best: ReportContext, seeds: tuple[int, ...], line: str) -> None:
    cells = tuple(cell for cell in best.cells if cell.seed in seeds or cell.condition == "B0")
    assert confidence(FOUND, replace(best, cells=cells)).line == line


def test_a_training_that_did_not_take(best: ReportContext) -> None:
    found = replace(FOUND, untaken=("coupling in B0 seed 42", "induction in B0 seed 137"))
    assert confidence(found, best).line == "LOW: did not take: coupling in B0 seed 42, induction in B0 seed 137"


def test_a_profile_that_stands_in_for_the_spec(best: ReportContext, context: ReportContext) -> None:
    assert confidence(FOUND, replace(best, profile=context.profile)).line == "LOW: organism profile"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"verdict": "untestable"}, "LOW: it was not tested"),
        ({"verdict": "inconclusive"}, "LOW: nothing was decided"),
        ({"p": 0.0004}, "MODERATE: p is within a factor of 2 of the least that the design can give"),
        ({"registered": {"agrees": False}}, "MODERATE: the registered rule says otherwise"),
        ({"registered": {"agrees": True}}, "HIGH: 3 runs per condition; locked before the run; no open warning"),
    ],
)
def test_what_the_finding_itself_says(best: ReportContext, changed: dict[str, Any], line: str) -> None:
    assert confidence(replace(FOUND, **changed), best).line == line


def test_open_warnings_lower_it_and_accepted_ones_do_not(best: ReportContext) -> None:
    several = warned(warned(warned(best, "D110"), "D110", "again"), "D109")
    assert confidence(FOUND, several).line == "LOW: D110 open"
    assert confidence(FOUND, replace(several, accepted={"D110": "as published"})).line == "MODERATE: D109 open"
    assert confidence(FOUND, replace(several, accepted={"D110": "as published", "D109": "so"})).level == "HIGH"
    assert not SERIOUS & BESIDE
    for code in BESIDE:
        assert confidence(FOUND, warned(best, code)).level == "HIGH"


def test_a_warning_of_another_hypothesis_is_not_held_against_this_one(best: ReportContext) -> None:
    spoken = warned(best, "D130", "H2 cannot be supported, whatever the data")
    assert confidence(FOUND, spoken).level == "HIGH"
    assert confidence(replace(FOUND, hypothesis="H2"), spoken).line == "LOW: D130 open"


def test_the_whole_is_as_good_as_the_weakest_that_was_decided(best: ReportContext) -> None:
    second = replace(FOUND, hypothesis="H2", p=0.0003)
    assert overall((FOUND, FOUND), best) == confidence(FOUND, best)
    whole = overall((FOUND, second, replace(FOUND, verdict="inconclusive")), best)
    assert whole is not None
    assert whole.line == (
        "MODERATE: p is within a factor of 2 of the least that the design can give; 2 of 3 hypotheses decided"
    )
    none = overall((replace(FOUND, verdict="untestable"),), replace(best, cells=best.cells[:1]))
    assert none is not None
    assert none.line == "LOW: 0 of 1 hypotheses decided; one run per condition"
    assert overall((), best) is None


def test_every_form_of_the_report_says_it(findings: JsonObject, context: ReportContext) -> None:
    text = markdown(findings, context)
    assert "**Confidence LOW: organism profile" in text
    assert "| .017 | .017 | LOW |" in text
    assert "  - confidence LOW: nothing was decided; organism profile" in text
    page = html(findings, context, {})
    assert "Confidence LOW: organism profile" in page
    assert "confidence LOW: it was not tested; organism profile" in page


def test_results_json_leaves_the_lock_out(findings: JsonObject, context: ReportContext) -> None:
    full = replace(context, profile=replace(context.profile, name="full"), accepted={"D101": "so", "D102": "so"})
    held = json.loads(results_json(findings, full))["confidence_if_locked"]
    assert held["verdicts"]["H1"] == {
        "level": "MODERATE",
        "reasons": ["p is within a factor of 2 of the least that the design can give"],
    }
    assert held["whole"]["reasons"][-1] == "1 of 3 hypotheses decided"
    assert results_json(findings, replace(full, lock="before")) == results_json(findings, full)


def test_the_page_on_verdicts_names_the_codes(project: Path) -> None:
    text = (project / "docs" / "verdicts.md").read_text()
    low, _, moderate = text.partition("\nMODERATE, any one of:")
    assert set(re.findall(r"D\d{3}", low.partition("\nLOW, any one of:")[2])) == SERIOUS
    assert set(re.findall(r"D\d{3}", moderate.partition("\nHIGH:")[0])) == BESIDE
    assert set(CHECKS) >= SERIOUS | BESIDE
