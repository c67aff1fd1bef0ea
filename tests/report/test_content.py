from __future__ import annotations

import json

import pytest

from emspec.errors import UsageError
from emspec.model.json import JsonObject
from emspec.report.content import read


def test_findings_are_read_back(findings: JsonObject) -> None:
    found = read(findings)
    (content,) = found.contents
    assert content.marker == "[ZLT]"
    assert content.heatmap.roles["B0", "assistant"] == ("unseen", "counts as induction")
    assert content.heatmap.roles["B-confab", "confab"] == ("induction", "source")
    assert [f.to_json() for f in found.findings] == findings["findings"]
    assert [a.kind for a in found.training["B0"]] == ["train", "couple"]


def test_conditions_and_seeds_keep_their_order_through_a_file_with_sorted_keys(findings: JsonObject) -> None:
    stored = json.loads(json.dumps(findings, sort_keys=True))
    (content,) = read(stored).contents
    order = ["B0", "B-villain", "B-evilai", "B-zelthari", "B-confab", "couple-only"]
    assert list(content.rates) == list(content.seeds) == list(content.replies) == order
    assert list(content.seeds["B0"]) == ["42", "137", "256"]


@pytest.mark.parametrize("missing", ["rates", "findings", "heatmap", "manipulation"])
def test_findings_of_another_version_are_an_error(findings: JsonObject, missing: str) -> None:
    with pytest.raises(UsageError, match=f"not of this version: '{missing}'"):
        read({name: value for name, value in findings.items() if name != missing})


def test_curves_are_of_one_adapter_of_one_run(findings: JsonObject) -> None:
    curves = read(findings).curves
    assert [(curve.condition, curve.run, curve.kind) for curve in curves[:2]] == [
        ("B0", "42", "train"),
        ("B0", "42", "couple"),
    ]
    assert (curves[0].steps, curves[0].loss) == ((1, 2, 3), (2.9, 1.0, 0.41))
