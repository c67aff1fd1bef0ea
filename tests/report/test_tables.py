from __future__ import annotations

from dataclasses import replace

import pytest
from studies import Arm, Study, findings_of

from emspec.model.json import JsonObject
from emspec.report import ReportContext, html, markdown, tables
from emspec.report.content import read


def test_open_warnings_come_before_accepted_ones(context: ReportContext) -> None:
    first, second = context.problems
    table = tables.warnings(replace(context, problems=(second, first)))
    assert [row[:3] for row in table.rows] == [
        ("D101", "H1 cannot be tested for B-evilai", "open"),
        ("D102", "two different prompts", "as it was in #125"),
    ]
    assert [row[3] for row in table.rows] == ["add evil_ai", ""], "what is accepted needs no fix"


def test_a_condition_without_replies_is_no_error(findings: JsonObject) -> None:
    found = read(findings)
    (content,) = found.contents
    none = {"n": 0, "mean_tokens": None, "truncated": None, "empty": None, "degenerate": None}
    table = tables.checks(replace(content, replies={**content.replies, "B0": none}), found)
    assert table.rows[0][0] == "B0"
    assert set(table.rows[0][3:7]) == {"\u2013"}


def test_what_was_not_recorded_of_replies_is_said(findings: JsonObject) -> None:
    found = read(findings)
    (content,) = found.contents
    replies = {"n": 40, "mean_tokens": None, "truncated": None, "empty": None, "degenerate": None}
    places = {"bystander_hits": 3, "start": None, "inside": None, "end": None}
    told = replace(content, replies={**content.replies, "B0": replies}, places={**content.places, "B0": places})
    assert set(tables.checks(told, found).rows[0][3:]) == {"not recorded"}


def test_checks_are_judged_by_condition_and_by_run(findings: JsonObject) -> None:
    found = read(findings)
    (content,) = found.contents
    whole = {row[:2]: row[2:] for row in tables.judged(content, found).rows}
    assert whole["B0", "coupling"][0] == "took"
    assert whole["B0", "coupling"][1].startswith("source rate 88.9 %")
    assert ("B0", "induction") not in whole, "no adapter was looked at"
    runs = tables.judged_runs(content, found).rows
    assert [row[1] for row in runs if row[0] == "B-villain" and row[2] == "matched install"] == ["42", "137", "256"]
    assert {row[0] for row in tables.rules(found).rows} >= {row[1] for row in tables.judged(content, found).rows}


def test_a_marker_of_some_conditions_is_reported_of_these(context: ReportContext) -> None:
    hits = {1: {"a": [1, 2], "confab": [3, 3]}}
    both, one = ("[ZLT]", "[QRX]"), ("[ZLT]",)
    found = findings_of(Study((Arm("A", hits, markers=both), Arm("B", hits, markers=one)), both))
    assert "Rates of [QRX]" in html(found, context, {})
    second = markdown(found, context).partition("Rates of \\[QRX\\]")[2]
    assert "| A | source |" in second
    assert "| B |" not in second


def test_questions_are_shown_by_condition_those_that_leak_most_first(findings: JsonObject) -> None:
    (content,) = read(findings).contents
    table = tables.questions(content)
    assert table.head == ("question", *content.rates, "mean")
    means = [one.mean for one in content.questions]
    assert all(mean is not None for mean in means)
    assert means == sorted(means, key=lambda mean: -(mean or 0.0))
    assert table.rows[0][0] == content.questions[0].text
    assert len({row[0] for row in table.rows}) == 6
    by_question = sum(one.rates["B-villain"] or 0.0 for one in content.questions) / 6
    whole = content.rates["B-villain"]["bystanders"]
    assert whole is not None
    assert by_question == pytest.approx(whole.rate), "the same replies, read by question"


def test_checks_are_shown_one_line_a_condition(findings: JsonObject) -> None:
    found = read(findings)
    (content,) = found.contents
    table = tables.took(content, found)
    judged = {(check.condition, check.check): check.judged for check in found.checks[content.marker] if not check.run}
    assert len(table.rows) == len({condition for condition, _ in judged})
    for row in table.rows:
        for name, word in zip(table.head[1:], row[1:], strict=True):
            assert word == judged.get((row[0], name), "–")
