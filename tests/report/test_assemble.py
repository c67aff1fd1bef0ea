from __future__ import annotations

from dataclasses import replace

from plans import experiment

from emspec.model.experiment import Hypothesis
from emspec.model.family import Family
from emspec.model.json import JsonObject
from emspec.report import ReportContext, verdict_rows
from emspec.report.assemble import on_all_hypotheses


def test_a_test_that_nobody_brings_is_reported_as_untestable_in_its_place(
    findings: JsonObject, context: ReportContext
) -> None:
    ran = [Hypothesis(name, "any", "", {}) for name in ("H1", "H2", "H3")]
    lacking = Hypothesis("M1", "cosine-collapse", "personas grow alike", {}, installed=False)
    asked = replace(experiment(), hypotheses=(ran[0], lacking, *ran[1:]))
    before, after = verdict_rows(findings, context), verdict_rows(on_all_hypotheses(findings, asked), context)
    assert [one.hypothesis for one in after] == ["H1", "M1", "H2", "H3"]
    assert (after[0], *after[2:]) == before
    family = Family("primary", ("H1", "M1"), "holm")
    counted = on_all_hypotheses(findings, replace(asked, families=(family,)))["findings"]
    assert counted[1]["family"].startswith("the family primary (Holm over H1 and M1, alpha .05); it counts there")  # type: ignore[index,union-attr,call-overload]
    assert (after[1].verdict, after[1].claim, after[1].p) == ("untestable", "personas grow alike", "–")
    assert after[1].reason == "No installed plugin brings the test cosine-collapse: nothing was computed."
