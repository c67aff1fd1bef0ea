"""Scores, the row table, and the hypothesis tests: a cheap shell over modules that load numpy, scipy and pyarrow."""

from __future__ import annotations

from collections.abc import Iterable

from emspec import Backend, Json, JsonObject, Metric, Speed, TestKind, hookimpl
from emspec_stats import alternatives, floors

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
            "examples": [0.01],
        },
        "marker": {
            "type": "string",
            "minLength": 1,
            "description": "the marker counted, where a spec has several",
            "examples": ["[ZLT]"],
        },
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
VARIANT: JsonObject = {
    "enum": ["contrast", "rank"],
    "description": "rank: as published, a draw among the personas",
    "examples": ["rank"],
}
SHUFFLED: JsonObject = {
    "enum": ["equivalence", "published"],
    "description": "published: persona rates shuffled over the conditions, which decides nothing",
    "examples": ["published"],
}
COVARIATE: JsonObject = {
    "type": "string",
    "minLength": 1,
    "format": "measure",
    "description": "the measure of the spec that leakage may follow",
    "examples": ["cos_to_assistant"],
}
DIRECTION: JsonObject = {
    "enum": ["increasing", "decreasing"],
    "description": "where leakage goes as the covariate grows; any trend if left out",
    "examples": ["decreasing"],
}

ARMS: JsonObject = {
    "type": ["string", "array"],
    "format": "condition",
    "minLength": 1,
    "minItems": 1,
    "uniqueItems": True,
    "items": {"type": "string", "minLength": 1},
}
OF: JsonObject = {**ARMS, "description": "the condition or control that is compared, or several", "examples": ["E0"]}
AGAINST: JsonObject = {**ARMS, "description": "what it is compared with", "examples": ["couple-only"]}
RATE: JsonObject = {
    "enum": ["bystanders", "source"],
    "description": "whose leakage is compared; `persona` names one instead",
    "examples": ["source"],
}
WAY: JsonObject = {
    "enum": ["more", "less", "different"],
    "description": "how `of` differs from `against` by the claim; more if left out",
    "examples": ["different"],
}
LEAST: JsonObject = {**MARGIN, "description": "by how much more or less the claim says, such as 5pp; any if left out"}
PERSONAS: JsonObject = {
    "enum": ["fixed", "sampled"],
    "description": "whether the claim is about these personas or about personas like these; fixed if left out",
    "examples": ["sampled"],
}
RUN_SD: JsonObject = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": 0.5,
    "description": "the SD between runs of one condition, in radians on the arcsine-square-root scale, that is taken "
    "for granted where each condition was run once; without it one run decides nothing between conditions",
    "examples": [0.049],
}

P = Metric("p", "the p value of the test", "p", 0, 1)
BOUNDS = (
    Metric("low", "the lower end of the effect's interval", "pp", -1, 1),
    Metric("high", "the upper end of the effect's interval", "pp", -1, 1),
)
OWN = (
    Metric("effect", "how much more a condition's own persona leaks than other bystanders", "pp", -1, 1, True),
    Metric("p", "the p value of the test", "p", 0, 1, True),
    *BOUNDS,
)
RANGE = (
    Metric("range", "the largest condition mean of bystanders less the smallest", "pp", 0, 1),
    Metric("effect", "the difference of the pair of conditions that decides", "pp", -1, 1),
    Metric("p", "the p value of the omnibus test of any difference", "p", 0, 1),
    Metric("equivalence", "the largest p value of equivalence over all pairs", "p", 0, 1),
    *BOUNDS,
)
LEAD = (Metric("effect", "the persona's rate less the mean of the other bystanders", "pp", -1, 1), P, *BOUNDS)
GAP = (Metric("effect", "the mean rate of the one less that of the other", "pp", -1, 1), P, *BOUNDS)
RHO = (
    Metric("rho", "Spearman's correlation", "number", -1, 1),
    Metric("abs(rho)", "the size of Spearman's correlation", "number", 0, 1),
    P,
)


@hookimpl
def emspec_backends() -> Iterable[Backend]:
    """Score replies, join the row table, analyse it; try the tests on simulated experiments."""
    return (
        Backend("score", "stats", "2", "emspec_stats.score:open_session", devices=("cpu",), speeds=SCORE),
        Backend(
            "rows",
            "stats",
            "2",
            "emspec_stats.rows:open_session",
            needs=("pyarrow",),
            install=INSTALL,
            devices=("cpu",),
            speeds=ROWS,
        ),
        Backend(
            "analyse",
            "stats",
            "3",
            "emspec_stats.analyse:open_session",
            needs=(*ARRAYS, "matplotlib"),
            install=INSTALL,
            devices=("cpu",),
            speeds=ANALYSE,
        ),
        Backend(
            "query", "stats", "1", "emspec_stats.query:open_rows", needs=("pyarrow",), install=INSTALL, devices=("cpu",)
        ),
        Backend("gate", "stats", "1", "emspec_stats.gate:open_session", devices=("cpu",), speeds=SCORE),
        Backend(
            "power", "stats", "1", "emspec_stats.power:open_session", needs=ARRAYS, install=INSTALL, devices=("cpu",)
        ),
    )


@hookimpl
def emspec_tests() -> Iterable[TestKind]:
    """The tests of issues #200 and #205: H1 self-leakage, H2 invariance, #200's H3 immunity, #205's H3 trend; and the
    contrast of arms."""
    spared = _schema(("persona", "condition", "margin"), persona=PERSONA, condition=CONDITION, margin=MARGIN)
    alike = _schema(("margin",), margin=MARGIN, personas=PERSONAS, run_sd=RUN_SD, variant=SHUFFLED)
    between = _schema(
        ("of", "against"),
        of=OF,
        against=AGAINST,
        rate=RATE,
        persona=PERSONA,
        direction=WAY,
        margin=LEAST,
        personas=PERSONAS,
        run_sd=RUN_SD,
    )
    follows = _schema(("covariate",), covariate=COVARIATE, direction=DIRECTION)
    own = _schema(variant=VARIANT)
    return (
        TestKind(
            "self-leakage",
            "4",
            "emspec_stats.self_leakage:decide",
            own,
            floors.self_leakage,
            OWN,
            alternatives.self_leakage,
        ),
        TestKind(
            "invariance",
            "4",
            "emspec_stats.invariance:decide",
            alike,
            floors.invariance,
            RANGE,
            alternatives.invariance,
        ),
        TestKind("immunity", "4", "emspec_stats.immunity:decide", spared, floors.immunity, LEAD, alternatives.immunity),
        TestKind("contrast", "1", "emspec_stats.contrast:decide", between, floors.contrast, GAP, alternatives.contrast),
        TestKind("trend", "2", "emspec_stats.trend:decide", follows, floors.trend, RHO, alternatives.trend),
    )
