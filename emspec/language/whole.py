"""The schemas for editors: of any spec, profile or registry file, whatever its steps are called, with all plugins.

The reader itself uses narrower ones (joined.py), made for the steps of the one spec that it reads.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emspec.language.codes import titles
from emspec.language.extends import REMOVE
from emspec.language.joined import (
    RESERVED,
    STAGE_OF,
    backend_keys,
    backend_schema,
    dotted,
    is_fraction,
    profile_schema,
    spec_schema,
    step_schema,
)
from emspec.model.plugin import Catalog
from emspec.registry import file_schema
from emspec.schema import POINTS, Schema

USUAL: Mapping[str, str] = {"induce": "train", "couple": "couple", "evaluate": "marker-eval"}
"""What steps are mostly called: an editor offers the fields of these, and takes those of any other."""

PARTIAL = ("steps", "conditions", "controls", "hypotheses")
"""The sections whose entries need not be whole in a spec that extends another."""

_NAME = "[A-Za-z][A-Za-z0-9_-]*"


def whole_spec(catalog: Catalog) -> Schema:
    """Return the schema of every spec that could be written with the plugins of `catalog`."""
    schema = _read("spec")
    joined = spec_schema({}, catalog)["properties"]
    kinds = {kind: step_schema(kind) for kind in STAGE_OF}
    schema["$defs"] = {**schema["$defs"], **kinds, "condition": _condition(schema["$defs"]["condition"])}
    changed = {
        "hypotheses": _with_points(joined["hypotheses"]),
        "backends": _with_points(_backends(joined["backends"], catalog)),
    }
    properties = {**schema["properties"], **changed}
    properties["accept"] = _accept(properties["accept"])
    properties["matrix"] = _matrix(properties["matrix"], schema["$defs"]["condition"]["properties"]["as"])
    return _for_editors(_or_extending({**schema, "properties": properties}))


def _or_extending(schema: Schema) -> Schema:
    """Return the schema of a spec in full, or of one that says only how it differs from the spec that it extends."""
    properties = schema["properties"]
    sections = {name: properties[name] for name in PARTIAL}
    full = {"required": schema["required"], "properties": sections}
    partial = {"properties": {name: _partial(name, section) for name, section in sections.items()}}
    choice = {"if": {"required": ["extends"]}, "then": partial, "else": full}
    rest = {key: value for key, value in schema.items() if key != "required"}
    return {**rest, "properties": {**properties, **dict.fromkeys(PARTIAL, True)}, **choice}


def _partial(name: str, section: Schema) -> Schema:
    entry = {"$ref": "#/$defs/condition"} if name in ("conditions", "controls") else {"type": "object"}
    removed = {"enum": [REMOVE], "description": "take the entry of the extended spec out"}
    about = {"description": section["description"]} if "description" in section else {}
    return {**about, "type": "object", "additionalProperties": {"anyOf": [removed, entry]}}


def whole_profile(catalog: Catalog) -> Schema:
    """Return the schema of a profile with the plugins of `catalog`."""
    schema = profile_schema(catalog)
    properties = schema["properties"]
    return _for_editors({**schema, "properties": {**properties, "backends": _with_points(properties["backends"])}})


def whole_registry(folder: str) -> Schema:
    """Return the schema of the files of a registry's folder."""
    return _for_editors(file_schema(folder))


def _read(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(Path(__file__).with_name(f"{name}.schema.json").read_text())
    return schema


def _condition(condition: Schema) -> Schema:
    """Return the schema of a condition: its own fields, `STEP: skip`, and `STEP.FIELD` for each field of any kind."""
    own = condition["properties"]
    fields = dict(_fields())
    usual = {f"{step}.{field}": fields[field] for step, kind in USUAL.items() for field in dotted(kind)}
    hints = {key: {"description": one["description"]} for key, one in usual.items() if "description" in one}
    step = f"^(?!(?:{'|'.join(RESERVED)})$){_NAME}$"
    patterns = {f"^{_NAME}[.]{re.escape(field)}$": one for field, one in fields.items()}
    skip = {"enum": ["skip"], "description": "leave the step out"}
    some = {"type": "object", "not": {"required": ["kind"]}, "properties": fields, "additionalProperties": False}
    whole = {"anyOf": [skip, some, *({"$ref": f"#/$defs/{kind}"} for kind in STAGE_OF)]}
    return {**condition, "properties": {**hints, **own}, "patternProperties": {step: whole, **patterns}} | {
        "additionalProperties": False
    }


def _matrix(matrix: Schema, counts_as: Schema) -> Schema:
    """Return the schema of a grid: a list of values for `as` and for `STEP.FIELD` of any kind."""
    values = matrix["additionalProperties"]
    patterns = {f"^{_NAME}[.]{re.escape(field)}$": {**values, "items": one} for field, one in _fields()}
    says, example = counts_as["description"], [["assistant", "villain"]]
    known = {"as": {**values, "description": says, "examples": example, "items": counts_as}}
    return {**matrix, "properties": known, "patternProperties": patterns, "additionalProperties": False}


def _fields() -> Iterator[tuple[str, Schema]]:
    """Yield each field of the step kinds, `recipe.lr` and the like among them, with its schema."""
    found: defaultdict[str, list[tuple[str, Schema]]] = defaultdict(list)
    for kind in STAGE_OF:
        for field, schema in dotted(kind).items():
            found[field].append((kind, schema))
    for field, kinds in found.items():
        schemas = [schema for _, schema in kinds]
        references = [{"$ref": f"#/$defs/{kind}/properties/{field.replace('.', '/properties/')}"} for kind, _ in kinds]
        says = next((one["description"] for one in schemas if "description" in one), "")
        same = all(schema == schemas[0] for schema in schemas)
        yield field, {**({"description": says} if says else {}), **(references[0] if same else {"anyOf": references})}


def _backends(backends: Schema, catalog: Catalog) -> Schema:
    """Return the schema of `backends`: by stage kind, and by any step's name for the kinds that steps have."""
    stages = backend_keys({}, catalog)
    any_kind = [backend_schema(kind, catalog) for kind in sorted(set(STAGE_OF.values()))]
    step = f"^(?!(?:{'|'.join(stages)})$){_NAME}$"
    return {**backends, "patternProperties": {step: {"anyOf": any_kind}}}


def _accept(accept: Schema) -> Schema:
    reason = accept["additionalProperties"]
    properties = {code: {**reason, "description": title} for code, title in titles().items() if code[0] in "DP"}
    return {**accept, "properties": properties, "additionalProperties": False}


def _with_points(schema: Any) -> Any:
    """Return a schema that takes `10pp` too where it asks for a fraction; the reader has made 0.1 of it."""
    if isinstance(schema, list):
        return [_with_points(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    changed = {key: _with_points(value) for key, value in schema.items()}
    return {**changed, "type": ["number", "string"], "pattern": f"^{POINTS}$"} if is_fraction(schema) else changed


def _for_editors(schema: Schema) -> Schema:
    """Return a schema without the keywords that are the core's own; the words for a value become its description."""
    cleaned: Schema = _cleaned(schema)
    return cleaned


def _cleaned(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_cleaned(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    changed = {key: _cleaned(value) for key, value in schema.items() if not key.startswith("x-")}
    words = schema.get("x-expected")
    return {"description": words, **changed} if isinstance(words, str) else changed
