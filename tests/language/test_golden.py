"""Every bad spec of tests/golden/bad gives exactly the problems beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emspec.errors import Problem, SpecError
from emspec.language import load
from emspec.model.plugin import Catalog

BAD = Path(__file__).parents[1] / "golden" / "bad"


def as_golden(problem: Problem) -> dict[str, object]:
    assert problem.severity == "error"
    assert problem.place
    return {
        "code": problem.code,
        "line": problem.place.line,
        "column": problem.place.column,
        "message": problem.message,
        "fix": problem.fix,
    }


@pytest.mark.parametrize("spec", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_bad_spec_gives_its_problems(spec: Path, catalog: Catalog) -> None:
    with pytest.raises(SpecError) as caught:
        load(spec, profile="full", catalog=catalog)
    expected = [json.loads(line) for line in spec.with_suffix(".jsonl").read_text().splitlines()]
    assert [as_golden(problem) for problem in caught.value.problems] == expected
    assert all(problem.fix for problem in caught.value.problems)
    assert caught.value.exit_code == 2


def test_corpus_is_large_enough() -> None:
    assert len(list(BAD.glob("*.yaml"))) >= 60
