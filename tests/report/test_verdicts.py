from __future__ import annotations

from emspec.model.json import JsonObject
from emspec.report import ReportContext, verdict_rows


def test_one_row_per_hypothesis_in_words(findings: JsonObject, context: ReportContext) -> None:
    first, second, third = verdict_rows(findings, context)
    assert (first.hypothesis, first.test, first.verdict) == ("H1", "self-leakage", "supported")
    assert (first.effect, first.p, first.floor) == ("+23.3 pp", ".017", ".017")
    assert first.interval == "+22.9 to +23.7 pp (90 %)"
    assert first.claim == "the induction persona leaks more"
    assert second.floor == "–"
    assert (third.verdict, third.effect, third.interval, third.p) == ("untestable", "–", "–", "–")
    assert third.reason == "It cannot be tested: librarian is a trained negative in B0."
    assert first.terms[1] == (
        "correction",
        "none: each hypothesis at its own alpha by itself; hypotheses in this spec: 3",
    )
    assert {name for name, _ in first.terms[2:]} == {"assumes"}
