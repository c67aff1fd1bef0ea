from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from emspec.language.extends import read_extended
from emspec.language.joined import STAGE_OF, backend_keys, core, dotted, profile_schema, spec_schema, step_schema
from emspec.model.plugin import Catalog

PROJECT = Path(__file__).parents[2]
COMMITTED = sorted((PROJECT / "emspec").rglob("*.schema.json"))
SPECS = sorted(path for path in (PROJECT / "specs").rglob("*.yaml") if path.parent.name != "profiles")


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_committed_schemas_are_schemas(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text()))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.name)
def test_shipped_specs_satisfy_the_core_s_schema(path: Path) -> None:
    schema = json.loads((PROJECT / "emspec" / "language" / "spec.schema.json").read_text())
    assert list(Draft202012Validator(schema).iter_errors(read_extended(path).data)) == []


def test_joined_schemas_are_schemas(catalog: Catalog) -> None:
    Draft202012Validator.check_schema(spec_schema({"induce": "train", "other": None}, catalog))
    Draft202012Validator.check_schema(profile_schema(catalog))


@pytest.mark.parametrize("kind", STAGE_OF)
def test_step_schemas_have_no_references_and_know_their_kind(kind: str) -> None:
    schema = step_schema(kind)
    assert "$ref" not in json.dumps(schema)
    assert schema["properties"]["kind"] == {"const": kind}
    assert core("spec")["$schema"].endswith("2020-12/schema")


def test_conditions_may_change_each_field_of_each_step(catalog: Catalog) -> None:
    condition = spec_schema({"induce": "train"}, catalog)["properties"]["conditions"]["additionalProperties"]
    fields = {key for key in condition["properties"] if key.startswith("induce.")}
    assert {"induce.data", "induce.system", "induce.recipe", "induce.recipe.base", "induce.recipe.lr"} <= fields
    assert "induce.kind" not in fields
    assert "induce.recipe.mask" not in fields
    assert "recipe.mask" in dotted("couple")
    validator = Draft202012Validator(condition["properties"]["induce"])
    another = {"kind": "train", "data": "d", "recipe": "r"}
    assert all(validator.is_valid(one) for one in ("skip", {"system": "villain", "recipe.lr": 1e-4}, another))
    assert not any(validator.is_valid(one) for one in ("skp", {"sytem": "villain"}, {"kind": "train"}, 3))


def test_nothing_is_said_of_a_step_whose_kind_is_unknown(catalog: Catalog) -> None:
    condition = spec_schema({"vectors": None}, catalog)["properties"]["conditions"]["additionalProperties"]
    assert Draft202012Validator(condition).is_valid({"vectors.layers": [7]})
    assert not Draft202012Validator(condition).is_valid({"victors.layers": [7]})


def test_backends_by_step_and_by_stage_kind(catalog: Catalog) -> None:
    keys = backend_keys({"induce": "train", "evaluate": "marker-eval", "odd": None}, catalog)
    assert keys == {
        "train": "train",
        "couple": "couple",
        "generate": "generate",
        "score": "score",
        "induce": "train",
        "evaluate": "generate",
    }
