"""results.json: what a run came to, as bytes that equal runs share."""

from __future__ import annotations

import json
from dataclasses import replace

from emspec.model.json import JsonObject
from emspec.report.confidence import confidence, overall
from emspec.report.content import read
from emspec.report.context import CellKeys, ReportContext

SCHEMA = 1


def results(findings: JsonObject, context: ReportContext) -> JsonObject:
    """Return the content of results.json: no time, host, path or library version (those are in run.json).

    The confidence is that of a run whose analysis was locked before: equal runs have it alike. run.json has the one
    that the lock leaves, as the report does.
    """
    profile = context.profile
    return {
        "schema": SCHEMA,
        "experiment": {
            "issue": context.issue,
            "title": context.title,
            "state": context.state,
            "superseded_by": context.superseded_by,
            "baseline": context.baseline,
            "personas": context.personas_version,
            "seeds": list(context.seeds),
        },
        "profile": {
            "name": profile.name,
            "note": profile.note,
            "replacements": [{"what": what, "from": old, "to": new} for what, old, new in profile.replacements],
        },
        "plan": context.plan,
        "analysis": context.analysis,
        "model": {"name": context.model_name, "identity": context.model},
        "backends": dict(context.backends),
        "recipes": dict(context.recipes),
        "datasets": dict(context.datasets),
        "warnings": [
            {"code": p.code, "message": p.message, "accepted": context.accepted.get(p.code)} for p in context.problems
        ],
        "cells": [_cell(cell) for cell in context.cells],
        "found": {name: value for name, value in findings.items() if name != "findings"},
        "verdicts": findings["findings"],
        "confidence_if_locked": confidences(findings, replace(context, lock="before")),
    }


def confidences(findings: JsonObject, context: ReportContext) -> JsonObject:
    """Return the confidence in the whole (None without hypotheses) and in each verdict, by name."""
    found = read(findings).findings
    whole = overall(found, context)
    each: JsonObject = {one.hypothesis: confidence(one, context).to_json() for one in found}
    return {"whole": whole.to_json() if whole else None, "verdicts": each}


def results_json(findings: JsonObject, context: ReportContext) -> bytes:
    """Return results.json: keys sorted, indented by one, ASCII, a newline at the end."""
    return (json.dumps(results(findings, context), indent=1, sort_keys=True, allow_nan=False) + "\n").encode("ascii")


def _cell(cell: CellKeys) -> JsonObject:
    again = {"replicate": cell.replicate} if cell.replicate > 1 else {}
    return {"condition": cell.condition, "seed": cell.seed, **again, "stages": dict(cell.stages)}
