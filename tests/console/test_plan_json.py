"""The JSON of a plan holds to its committed schema, for every spec, and says nothing of when and where it was made."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from overviews import SPECS, seen_rich, seen_spec
from texts import golden_text

from emspec.console.plan_forms import plan_text
from emspec.plan.overview import Overview

DOCS = Path(__file__).parents[2] / "docs" / "schema"
GOLDEN = Path(__file__).parents[1] / "golden" / "plans"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads((DOCS / "plan.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def document(seen: Overview, validator: Draft202012Validator) -> dict[str, Any]:
    text = plan_text("json", seen, False)
    assert not re.search(r'"/|\d\d:\d\d:\d\d|NaN|Infinity', text)
    shown = json.loads(text)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(shown)] == []
    assert shown.keys() == validator.schema["properties"].keys()
    return shown


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("state", ["run", "hit"])
def test_it_holds_to_its_schema(project: Path, validator: Draft202012Validator, name: str, state: str) -> None:
    shown = document(seen_spec(project, name, state=state), validator)
    assert {one["state"] for one in shown["stages"]} == {state}
    assert sum(one["runs"] for one in shown["steps"]) == (len(shown["stages"]) if state == "run" else 0)


def test_every_object_of_the_schema_says_whether_more_is_allowed() -> None:
    schema = json.loads((DOCS / "plan.schema.json").read_text())
    shapes = [one for one in _objects(schema) if "properties" in one]
    assert len(shapes) > 20
    assert [one for one in shapes if "additionalProperties" not in one] == [schema]
    assert all(set(one.get("required", ())) <= set(one["properties"]) for one in shapes)


def _objects(value: Any) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*([value] if isinstance(value, dict) else []), *(one for item in inner for one in _objects(item))]


def test_what_check_says_too_is_said_alike() -> None:
    plan, check = (json.loads((DOCS / f"{name}.schema.json").read_text())["properties"] for name in ("plan", "check"))
    for name in ("testability", "tests", "panel", "not_in_panel"):
        assert plan[name] == check[name]


def test_the_rest_of_the_language_is_in_it(project: Path, tmp_path: Path, validator: Draft202012Validator) -> None:
    seen = seen_rich(project, tmp_path)
    shown = document(seen, validator)
    experiment = shown["experiment"]
    assert (experiment["title"], experiment["supersedes"]) == (seen.plan.experiment.title, [3])
    assert (experiment["replicates"], [cell["replicate"] for cell in shown["cells"][:2]]) == (2, [1, 2])
    assert shown["gate"]["rule"] == {"metric": "bystander_rate", "differs": True, "comparison": ">=", "threshold": 0.1}
    assert (shown["gate"]["then"], shown["gate"]["opened"]) == ([137], None)
    stages = {stage["key"]: stage for stage in shown["stages"]}
    assert {stages[key]["kind"] for key in shown["gate"]["stages"].values()} == {"gate"}
    assert shown["measures"][0]["of"] == {"step": "vectors", "control": "base", "method": "A", "layer": 7}
    assert "vectors" in [one["step"] for one in shown["lacking"]]
    conditions = {one["name"]: one for one in shown["conditions"]}
    assert conditions["B1"]["differs"] == [{"field": "induce.persona", "old": None, "new": "villain"}]
    assert conditions["B2"]["order"] == ["couple", "induce", "vectors", "evaluate"]
    assert conditions["B0"]["pairs"][1] == {"source": "villain", "marker": "[QRX]"}
    accepted = {one["code"]: one["accepted"] for one in shown["problems"]}
    assert accepted["D157"] == "how far equal runs differ | is <asked>"
    assert accepted["D102"] is None


def test_stages_name_their_inputs_and_cells_their_stages(project: Path, validator: Draft202012Validator) -> None:
    shown = document(seen_spec(project, "issue200"), validator)
    known: set[str] = set()
    for stage in shown["stages"]:
        assert set(stage["inputs"].values()) <= known
        known.add(stage["key"])
    assert len(known) == 93
    assert len(shown["cells"]) == 18
    assert {key for cell in shown["cells"] for key in cell["stages"].values()} <= known
    assert {key for session in shown["sessions"] for key in session["stages"]} == known
    texts = {one["name"]: one["text"] for one in shown["personas"]}
    assert {one["persona"] for one in shown["panel"]} <= texts.keys()


def test_a_part_of_issue_200_is_as_it_was(
    project: Path, validator: Draft202012Validator, request: pytest.FixtureRequest
) -> None:
    seen = seen_spec(project, "issue200", only=("B0", "B-evilai"), seeds=(42,))
    text = plan_text("json", seen, False)
    assert text == golden_text(GOLDEN / "issue200-part.json", text, request)
