"""Scores, the row table, and the hypothesis tests: a cheap shell over modules that load numpy, scipy and pyarrow."""

from __future__ import annotations

from collections.abc import Iterable

from emspec import Backend, Json, JsonObject, TestKind, hookimpl
from emspec_stats import floors

INSTALL = 'pip install "emspec[stats]"'
ARRAYS = ("numpy", "scipy", "pyarrow")


def _schema(required: tuple[str, ...] = (), **properties: JsonObject) -> JsonObject:
    common: dict[str, Json] = {
        "alpha": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "marker": {"type": "string", "minLength": 1},
    }
    return {
        "type": "object",
        "properties": {**common, **properties},
        "required": list(required),
        "additionalProperties": False,
    }


MARGIN: JsonObject = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
NAME: JsonObject = {"type": "string", "minLength": 1}


@hookimpl
def emspec_backends() -> Iterable[Backend]:
    """Score replies, join the row table, analyse it."""
    return (
        Backend("score", "stats", "1", "emspec_stats.score:open_session", devices=("cpu",)),
        Backend(
            "rows",
            "stats",
            "1",
            "emspec_stats.rows:open_session",
            needs=("pyarrow",),
            install=INSTALL,
            devices=("cpu",),
        ),
        Backend(
            "analyse",
            "stats",
            "2",
            "emspec_stats.analyse:open_session",
            needs=(*ARRAYS, "matplotlib"),
            install=INSTALL,
            devices=("cpu",),
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
            _schema(("persona", "condition", "margin"), persona=NAME, condition=NAME, margin=MARGIN),
            floors.immunity,
        ),
    )
