"""Every bad spec of tests/golden/bad gives exactly the problems beside it, every one of warned its findings, and every
one of good the conditions, steps and stages beside it.

`pytest tests/language/test_golden.py --write-golden` writes anew what stands beside the specs; read the diff.
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from design import as_golden, golden
from jsonschema import Draft202012Validator
from summary import summary

from emspec.console.plan_forms import plan_text
from emspec.console.schemas import schema_text
from emspec.errors import SpecError
from emspec.language import load
from emspec.marked import escaped
from emspec.model.plugin import Catalog
from emspec.plan import compile_plan
from emspec.plan.overview import overview

BAD = Path(__file__).parents[1] / "golden" / "bad"
WARNED = BAD.with_name("warned")
GOOD = BAD.with_name("good")
PLAN = Draft202012Validator(json.loads((BAD.parents[2] / "docs" / "schema" / "plan.schema.json").read_text()))


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


@pytest.mark.parametrize("spec", sorted(GOOD.glob("*.yaml")), ids=lambda path: path.stem)
def test_good_spec_can_be_shown_in_every_form(spec: Path, catalog: Catalog) -> None:
    plan = compile_plan(load(spec, profile="full", catalog=catalog), catalog)
    seen = overview(plan, catalog, dict.fromkeys(plan.stages, "run"), {})
    shown = json.loads(plan_text("json", seen, False))
    assert [f"{error.json_path}: {error.message}" for error in PLAN.iter_errors(shown)] == []
    names = [one.name for one in plan.experiment.conditions]
    assert [one["name"] for one in shown["conditions"]] == names
    document = plan_text("markdown", seen, False)
    assert all(f"\n| {escaped(name)} | " in document for name in names)
    drawn = ElementTree.fromstring(plan_text("svg", seen, True))
    assert [one.attrib["data-name"] for one in drawn.iter() if "data-name" in one.attrib] == list(plan.stages)
    edges = {(made_from, key) for key, stage in plan.stages.items() for made_from in stage.inputs.values()}
    assert plan_text("mermaid", seen, True).count(" --> ") == len(edges)


def test_corpus_is_large_enough() -> None:
    assert len(list(GOOD.glob("*.yaml"))) >= 30
    assert len(list(BAD.glob("*.yaml"))) >= 85
