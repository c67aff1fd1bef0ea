"""What a verdict must say of trainings that did not take: from the manipulation checks, in the same words for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from emspec import Json, JsonObject
from emspec_stats.arms import field_of, names
from emspec_stats.checks import COUPLING, INDUCTION

INSTALLED = (INDUCTION, COUPLING)
"""The checks without which a condition is not what it is called."""


def noted(
    findings: Sequence[JsonObject], hypotheses: Sequence[JsonObject], design: JsonObject, checks: JsonObject
) -> list[JsonObject]:
    """Return findings that say, of the runs that they use, what did not take: in a word in `untaken`, and with its
    figures among the assumptions.

    `findings` and `hypotheses` are in one order; `checks` is emspec_stats.manipulation's, by marker.
    """
    return [
        _with(finding, list(_failed(asked, design, checks)))
        for finding, asked in zip(findings, hypotheses, strict=True)
    ]


def _with(finding: JsonObject, failed: Sequence[JsonObject]) -> JsonObject:
    """Return a finding with checks that failed."""
    said = [f"{one['check']} did not take in {_run(one)}: {one['said']}" for one in failed]
    untaken = [f"{one['check']} in {_run(one)}" for one in failed]
    return {**finding, "assumptions": [*names(finding["assumptions"]), *said], "untaken": untaken}


def _failed(hypothesis: JsonObject, design: JsonObject, checks: JsonObject) -> Iterator[JsonObject]:
    parameters = cast("JsonObject", hypothesis["parameters"])
    field = field_of(design, parameters)
    named = set(_texts([parameters.get("of"), parameters.get("against")]))
    used = named or {arm.name for arm in field.conditions} | set(_texts(list(parameters.values())))
    by_marker = cast("Mapping[str, Mapping[str, Sequence[JsonObject]]]", checks)
    for check in by_marker[field.marker]["runs"] if field.marker in by_marker else ():
        if check["check"] in INSTALLED and check["passed"] is False and check["condition"] in used:
            yield check


def _run(check: JsonObject) -> str:
    again = f" run {check['replicate']}" if "replicate" in check else ""
    return f"{check['condition']} seed {check['seed']}{again}"


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
