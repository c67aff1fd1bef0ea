"""Every bad spec of tests/golden/bad gives exactly the problems beside it, every one of warned its findings, and every
one of good the conditions, steps and stages beside it.

`pytest tests/language/test_golden.py --write-golden` writes anew what stands beside the specs; read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from design import as_golden, golden
from summary import summary

from emspec.console.schemas import schema_text
from emspec.errors import SpecError
from emspec.language import load
from emspec.model.plugin import Catalog
from emspec.plan import compile_plan

BAD = Path(__file__).parents[1] / "golden" / "bad"
WARNED = BAD.with_name("warned")
GOOD = BAD.with_name("good")


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


@pytest.mark.parametrize("spec", sorted(GOOD.glob("*.yaml")), ids=lambda path: path.stem)
def test_good_spec_comes_to_what_stands_beside_it(spec: Path, catalog: Catalog, request: pytest.FixtureRequest) -> None:
    found = schema_text(summary(compile_plan(load(spec, profile="full", catalog=catalog), catalog)))
    if request.config.getoption("write_golden"):
        spec.with_suffix(".json").write_text(found)
    assert found == spec.with_suffix(".json").read_text()


def test_corpus_is_large_enough() -> None:
    assert len(list(GOOD.glob("*.yaml"))) >= 30
    assert len(list(BAD.glob("*.yaml"))) >= 85
