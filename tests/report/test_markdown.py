from __future__ import annotations

import re
from dataclasses import replace

from emspec.model.json import JsonObject
from emspec.report import ReportContext, markdown
from emspec.report.methods import Methods


def test_it_says_everything(findings: JsonObject, context: ReportContext) -> None:
    text = markdown(findings, context)
    for part in (
        "says nothing about the real model",
        "State: archived, superseded by \\#205.",
        "| H1 | self-leakage | supported | +23.3 pp | +22.9 to +23.7 pp (90 %) | .017 | .017 |",
        "- **H3 untestable**",
        "how far runs differ from one another is not in them.",
        "| B-villain | 53.9 % I |",
        "train 2.90 → 0.41; couple 3.10 → 0.02",
        "| D101 | H1 cannot be tested for B-evilai | open | add evil\\_ai |",
        "| D102 | two different prompts | as it was in \\#125 |  |",
        "  - correction: none: each hypothesis at its own alpha by itself; hypotheses in this spec: 3",
        "- H1: under the null, which condition stands for which persona is arbitrary: labels are exchangeable.",
        "| villain in B-villain | +2",
        "- D102: two different prompts (accepted: as it was in \\#125).",
        "- D101: add evil\\_ai.",
        "7c7c7c7c",
        "em-125, lr 0.0001",
    ):
        assert part in text, part


def test_its_sections_are_those_of_a_clean_result(findings: JsonObject, context: ReportContext) -> None:
    heads = [line[3:] for line in markdown(findings, context).splitlines() if line.startswith("## ")]
    written_up = ["TL;DR", "Background", "Methodology", "Results", "Takeaways", "Next steps", "Setup card"]
    assert heads == [*written_up, "Standing caveats", "Design warnings"]


def test_an_assumption_of_several_findings_is_said_once(findings: JsonObject, context: ReportContext) -> None:
    text = markdown(findings, context)
    assert text.count("questions are a sample of those that the claim is about") == 2
    assert "- H1: intervals: questions are a sample" in text
    assert "- H2: questions are a sample" in text


def test_what_the_design_alone_decided_names_what_would_lift_it(findings: JsonObject, context: ReportContext) -> None:
    lifted = replace(context, methods=Methods(lifts={"H3": ("a second seed", "another persona")}), locked=True)
    text = markdown(findings, lifted)
    assert "- H3: a second seed; or another persona." in text
    assert "emspec lock" not in text


def test_every_table_is_whole(findings: JsonObject, context: ReportContext) -> None:
    widths: list[set[int]] = [set()]
    for line in markdown(findings, context).splitlines():
        if line.startswith("|"):
            widths[-1].add(len(re.findall(r"(?<!\\)\|", line)))
        elif widths[-1]:
            widths.append(set())
    tables = [held for held in widths if held]
    assert len(tables) == 10
    assert all(len(held) == 1 for held in tables)


def test_text_cannot_break_out(findings: JsonObject, context: ReportContext) -> None:
    text = markdown(findings, replace(context, title="a | b <script> *c*\n# d"))
    assert text.splitlines()[0] == r"# \#200 a \| b \<script\> \*c\* \# d"


def test_no_time_is_in_it(findings: JsonObject, context: ReportContext) -> None:
    assert markdown(findings, replace(context, times={}, versions={})) == markdown(findings, context)
