"""Scores, the row table, and the hypothesis tests: a cheap shell over modules that load numpy, scipy and pyarrow."""

from __future__ import annotations

from collections.abc import Iterable

from emspec import Backend, Json, JsonObject, Speed, TestKind, hookimpl
from emspec_stats import floors

INSTALL = 'pip install "emspec[stats]"'
ARRAYS = ("numpy", "scipy", "pyarrow")

_ON = "one core, 18 cells of issue #200, 2026-11-25"
SCORE = (Speed("cpu", f"scores: 3,360 replies in 0.03 to 0.2 s, {_ON}", start=0.5, row=3e-5),)
ROWS = (Speed("cpu", f"row table: 60,480 rows in 3.6 s, {_ON}", start=1.0, row=6e-5),)
ANALYSE = (Speed("cpu", f"analysis: 60,480 rows in 4.9 s, {_ON}", start=3.0, stage=0.5, row=7e-5),)


def _schema(required: tuple[str, ...] = (), **properties: JsonObject) -> JsonObject:
    common: dict[str, Json] = {
        "alpha": {
            "type": "number",
            "exclusiveMinimum": 0,
            "exclusiveMaximum": 1,
            "description": "the error rate that the test keeps to, .05 if left out; 0.05 or 5pp",
        },
        "marker": {"type": "string", "minLength": 1, "description": "the marker counted, where a spec has several"},
    }
    return {
        "type": "object",
        "properties": {**common, **properties},
        "required": list(required),
        "additionalProperties": False,
    }


MARGIN: JsonObject = {
    "type": "number",
    "exclusiveMinimum": 0,
    "exclusiveMaximum": 1,
    "description": "the least difference that matters, such as 10pp",
}
PERSONA: JsonObject = {"type": "string", "minLength": 1, "description": "the persona in question"}
CONDITION: JsonObject = {"type": "string", "minLength": 1, "description": "the condition in which it is looked at"}


@hookimpl
def emspec_backends() -> Iterable[Backend]:
    """Score replies, join the row table, analyse it."""
    return (
        Backend("score", "stats", "1", "emspec_stats.score:open_session", devices=("cpu",), speeds=SCORE),
        Backend(
            "rows",
            "stats",
            "1",
            "emspec_stats.rows:open_session",
            needs=("pyarrow",),
            install=INSTALL,
            devices=("cpu",),
            speeds=ROWS,
        ),
        Backend(
            "analyse",
            "stats",
            "2",
            "emspec_stats.analyse:open_session",
            needs=(*ARRAYS, "matplotlib"),
            install=INSTALL,
            devices=("cpu",),
            speeds=ANALYSE,
        ),
    )


@hookimpl
def emspec_tests() -> Iterable[TestKind]:
    """The tests of issue #200: H1 self-leakage, H2 invariance, H3 immunity."""
    return (
        TestKind("self-leakage", "3", "emspec_stats.self_leakage:decide", _schema(), floors.self_leakage),
        TestKind(
            "invariance", "3", "emspec_stats.invariance:decide", _schema(("margin",), margin=MARGIN), floors.invariance
        ),
        TestKind(
            "immunity",
            "3",
            "emspec_stats.immunity:decide",
            _schema(("persona", "condition", "margin"), persona=PERSONA, condition=CONDITION, margin=MARGIN),
            floors.immunity,
        ),
    )
