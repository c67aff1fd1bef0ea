from __future__ import annotations

import json
from dataclasses import replace

from plans import plan_of, stage

from emspec.model.json import JsonObject
from emspec.report import ReportContext, html, markdown, results_json, tables
from emspec.report.assemble import backends_of

FILE: JsonObject = {"file": "a" * 64}


def test_it_holds_stamp_plan_verdicts_rates_and_stage_keys(findings: JsonObject, context: ReportContext) -> None:
    held = json.loads(results_json(findings, context))
    assert held["profile"]["name"] == "organism"
    assert "says nothing about the real model" in held["profile"]["note"]
    assert held["plan"] == "7c" * 32
    assert [(v["hypothesis"], v["verdict"]) for v in held["verdicts"]] == [
        ("H1", "supported"),
        ("H2", "inconclusive"),
        ("H3", "untestable"),
    ]
    assert held["found"]["rates"]["B0"]["source"] == findings["rates"]["B0"]["source"]  # type: ignore[index,call-overload]
    assert held["cells"][0] == {
        "condition": "B0",
        "seed": 42,
        "stages": {"induce": "1" * 64, "couple.replies": "2" * 64},
    }
    assert [w["accepted"] for w in held["warnings"]] == [None, "as it was in #125"]


def test_equal_runs_have_equal_bytes_whatever_time_host_and_versions(
    findings: JsonObject, context: ReportContext
) -> None:
    elsewhere = replace(context, times={"started": "later"}, versions={"torch": "9"})
    elsewhere = replace(elsewhere, profile=replace(context.profile, device="cuda"))
    assert results_json(findings, context) == results_json(findings, elsewhere)
    turned = json.loads(json.dumps(findings), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert results_json(turned, context) == results_json(findings, context)


def test_no_place_of_a_file_is_in_it(findings: JsonObject, context: ReportContext) -> None:
    assert b"spec.yaml" not in results_json(findings, context)
    assert results_json(findings, context).endswith(b"}\n")


def test_backends_are_in_results_and_setup_card(context: ReportContext, findings: JsonObject) -> None:
    of_stages = replace(stage("a"), kind="generate", step="evaluate", backend="replay", parameters={"options": FILE})
    made_data = replace(stage("b"), kind="data", step="data")
    backends = backends_of(plan_of(of_stages, made_data))
    told = replace(context, backends=backends)
    assert json.loads(results_json(findings, told))["backends"] == {"evaluate": {"backend": "replay", **FILE}}
    assert ("backend of evaluate", f"backend replay, file {'a' * 64}") in tables.card(told).rows
    assert "backend of evaluate" in markdown(findings, told)
    assert "backend of evaluate" in html(findings, told, {})
