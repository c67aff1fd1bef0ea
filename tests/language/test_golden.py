"""Every bad spec of tests/golden/bad gives exactly the problems beside it, every one of warned its findings.

`pytest tests/language/test_golden.py --write-golden` writes anew what stands beside the specs; read the diff.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emspec.errors import Problem, SpecError
from emspec.language import load
from emspec.model.plugin import Catalog

BAD = Path(__file__).parents[1] / "golden" / "bad"
WARNED = BAD.with_name("warned")


def as_golden(problem: Problem) -> dict[str, object]:
    assert problem.place
    severity = {"severity": problem.severity} if problem.severity == "warning" else {}
    return severity | {
        "code": problem.code,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.message,
        "fix": problem.fix,
    }


def golden(spec: Path, found: list[dict[str, object]], request: pytest.FixtureRequest) -> list[dict[str, object]]:
    """Return what stands beside a spec, written anew from what was found where that is asked for."""
    if request.config.getoption("write_golden"):
        lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in found)
        spec.with_suffix(".jsonl").write_text("".join(lines))
    return [json.loads(line) for line in spec.with_suffix(".jsonl").read_text().splitlines()]


@pytest.mark.parametrize("spec", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_bad_spec_gives_its_problems(spec: Path, catalog: Catalog, request: pytest.FixtureRequest) -> None:
    with pytest.raises(SpecError) as caught:
        load(spec, profile="full", catalog=catalog)
    found = [as_golden(problem) for problem in caught.value.problems]
    assert found == golden(spec, found, request)
    assert all(problem.fix for problem in caught.value.problems)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("spec", sorted(WARNED.glob("*.yaml")), ids=lambda path: path.stem)
def test_warned_spec_gives_its_findings(spec: Path, catalog: Catalog, request: pytest.FixtureRequest) -> None:
    found = [as_golden(problem) for problem in load(spec, profile="full", catalog=catalog).problems]
    assert found == golden(spec, found, request)
    assert all(one["fix"] and one["severity"] == "warning" for one in found)


def test_corpus_is_large_enough() -> None:
    assert len(list(BAD.glob("*.yaml"))) >= 60
