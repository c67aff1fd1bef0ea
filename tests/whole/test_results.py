"""What a spec says reaches results.json and the report, on simulated replies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli import only, run_spec

SPEC = """\
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2]
accept: {D104: as in the original}
conditions:
  A: {induce.system: villain, evaluate.markers: ["[ZLT]", "[QRX]"]}
  B: {induce.system: assistant}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: [librarian, comedian]
    questions: data-20
    positives: 20
    recipe: coupling-125
  evaluate: {kind: marker-eval, panel: canonical-12, questions: {from: data-20, first: 12}, completions: 2}
hypotheses:
  H2: {test: invariance, margin: 10pp}
"""


@pytest.fixture(scope="module")
def results(project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    root = tmp_path_factory.mktemp("project")
    (root / "specs").mkdir()
    (root / "registry").symlink_to(project / "registry")
    (root / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    spec = root / "specs" / "spec.yaml"
    spec.write_text(SPEC)
    return run_spec(spec, root / "out", "--profile", "sim"), root / "out"


def test_why_a_finding_is_accepted(results: tuple[dict[str, Any], Path]) -> None:
    held, out = results
    accepted = {warning["code"]: warning["accepted"] for warning in held["warnings"]}
    assert accepted["D104"] == "as in the original"
    assert accepted["D105"] is None
    assert not any("as in the original" in warning["message"] for warning in held["warnings"])
    count = sum(warning["accepted"] is not None for warning in held["warnings"])
    assert f" open, {count} accepted." in only(out, "report.html").read_text()


def test_markers_that_differ_by_condition(results: tuple[dict[str, Any], Path]) -> None:
    held, out = results
    assert (held["found"]["marker"], set(held["found"]["rates"])) == ("[ZLT]", {"A", "B"})
    assert set(held["found"]["others"]["[QRX]"]["rates"]) == {"A"}
    assert "Rates of [QRX]" in only(out, "report.html").read_text()


def test_the_family_of_each_verdict(results: tuple[dict[str, Any], Path]) -> None:
    (verdict,) = results[0]["verdicts"]
    assert verdict["family"] == "none: each hypothesis at its own alpha by itself; hypotheses in this spec: 1"
