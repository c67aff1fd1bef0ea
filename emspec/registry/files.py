"""Registry files: read, checked against the lock and against the schema of their folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from emspec.errors import Problem, RegistryError, SpecError
from emspec.files import sha256_file
from emspec.registry import lock
from emspec.schema import inlined, problems
from emspec.source import Document, read

FOLDERS = ("personas", "questions", "models", "datasets", "recipes", "measures", "pins")
OPTIONAL_FIELDS = frozenset({"group_by_length", "max_steps"})


def names(registry: Path, folder: str) -> tuple[str, ...]:
    """Return the names that a folder of the registry holds, sorted."""
    return tuple(sorted(path.stem for path in (registry / folder).glob("*.yaml")))


def load(registry: Path, folder: str, name: str, released: Mapping[str, str]) -> Document:
    """Return a registry file; RegistryError where it is missing or changed, SpecError where it is not well formed."""
    path = registry / folder / f"{name}.yaml"
    if not path.is_file() and f"{folder}/{name}.yaml" in released:
        fix = f"bring it back from version control: git checkout {registry.name}/{folder}/{name}.yaml"
        raise RegistryError(f"{path} is missing, a released file (it is locked in {lock.LOCK})", fix)
    if not path.is_file():
        have = ", ".join(names(registry, folder)) or "none"
        raise RegistryError(f"{path} is missing", f"bring it back from version control, or name another: {have}")
    lock.check(registry, f"{folder}/{name}.yaml", sha256_file(path), released)
    document = read(path)
    found = faults(document, folder)
    if found:
        raise SpecError(found)
    called = "version" if folder == "personas" else "name"
    if document.data[called] != name:
        what, place = f"the file is named {name}", document.value((called,))
        raise SpecError([Problem("error", "R101", place, what, f"write {called}: {name}")])
    return document


def faults(document: Document, folder: str) -> list[Problem]:
    """Return everything in a registry file that breaks the schema of its folder."""
    found = [*document.problems, *problems(document, _schemas()[folder])]
    if not found and folder == "recipes":
        return problems(document, recipe_schema(document.data["kind"]), document.data["recipe"], ("recipe",))
    return found


def check_model(registry: Path, name: str, document: Document) -> None:
    """Raise RegistryError for the first file of a model that is missing or has not the digest that its entry lists."""
    for file, digest in document.data.get("files", {}).items():
        path = registry / "models" / document.data["folder"] / file
        if path.is_file() and sha256_file(path) == digest:
            continue
        state = f"is not the file that models/{name}.yaml lists" if path.is_file() else "is missing"
        place = path.relative_to(registry.parent)
        raise RegistryError(f"{path} {state}", f"bring it back from version control: git checkout {place}")


def recipe_fields(kind: str) -> Mapping[str, Any]:
    """Return the schema of each field that a recipe of a step kind has."""
    return {**_schemas()["optimisation"], **_schemas()[f"{kind}-recipe"]}


def recipe_schema(kind: str) -> Mapping[str, Any]:
    """Return the schema of a complete recipe."""
    fields = recipe_fields(kind)
    required = [name for name in fields if name not in OPTIONAL_FIELDS]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def file_schema(folder: str) -> Mapping[str, Any]:
    """Return the whole schema of a folder's files: that of recipes with the fields of the kind that is named."""
    schema: Mapping[str, Any] = _schemas()[folder]
    if folder != "recipes":
        return schema
    kinds = schema["properties"]["kind"]["enum"]
    return {**schema, "allOf": [_recipe_of(kind) for kind in kinds]}


def _recipe_of(kind: str) -> Mapping[str, Any]:
    given = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": kind}}}
    return {
        "if": given,
        "then": {"properties": {"recipe": {"description": f"every field of a {kind} recipe", **recipe_schema(kind)}}},
    }


@cache
def _schemas() -> Mapping[str, Any]:
    definitions = json.loads(Path(__file__).with_name("registry.schema.json").read_text())["$defs"]
    return {name: inlined(schema, definitions) for name, schema in definitions.items()}
