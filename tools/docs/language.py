"""docs/language.md: every key of specs, profiles and registry files, with examples from the shipped specs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emspec.language import whole_profile, whole_registry, whole_spec
from emspec.model.plugin import Catalog
from emspec.registry import FOLDERS
from emspec.schema import Schema
from emspec.source import read
from tools.docs.keys import COLUMNS, Keys
from tools.docs.markdown import block, code, head, table

INTRO = """\
A spec is one YAML file: a model, a version of the personas, and the steps are all that it needs. Scalars are those of
YAML 1.2 (`1e-4` is a number; `no`, `yes` and `2026-01-01` are text); a key may stand once; anchors, aliases and merge
keys (`<<: *anchor`) work. Paths are relative to the project. `emspec schema` prints the JSON Schema that this page is
made from; with `# yaml-language-server: $schema=../docs/schema/spec.schema.json` in its first line an editor completes
a spec.

In the tables *needed* in place of a default says that the key may not be left out.
"""
CHANGES = """\
A condition says only how it differs from the steps: `STEP.FIELD: value` for any field of any step below, or
`STEP: skip`. Beside these it has keys of its own.
"""
RECIPES = """\
`recipe: NAME` takes a recipe of the registry as it is; `recipe: {base: NAME, lr: 2e-4}` changes fields of it, and so
does `STEP.recipe.lr: 2e-4` in a condition.
"""
BACKENDS = "`backends:` names one by step or by stage kind: `evaluate: vllm`, or `{name: vllm, option: value}`."


def page(catalog: Catalog, root: Path) -> str:
    """Return the page; `root` is the project whose specs give the examples."""
    schema = _in_full(whole_spec(catalog))
    used = tuple(read(path).data for path in _specs(root))
    keys = Keys(schema["$defs"])
    return "\n".join(
        [
            head("The language", "the JSON Schemas of the core and of the plugins"),
            INTRO,
            f"The smallest whole spec, `specs/examples/minimal.yaml`:\n\n{block(_minimal(root), 'yaml')}",
            f"## A spec\n\n{table(COLUMNS, keys.rows(schema, used))}",
            *_conditions(keys, used),
            *_steps(keys, used, root),
            *_hypotheses(keys, schema, used),
            *_backends(catalog, used),
            *_files(whole_profile(catalog), root),
        ]
    )


def _in_full(schema: Schema) -> Schema:
    """Return the schema as it holds for a spec that extends no other."""
    full = schema["else"]
    return {**schema, "required": full["required"], "properties": {**schema["properties"], **full["properties"]}}


def _specs(root: Path) -> list[Path]:
    folders = [root / "specs", root / "specs" / "examples"]
    return [path for folder in folders for path in sorted(folder.glob("*.yaml"))]


def _minimal(root: Path) -> str:
    return (root / "specs" / "examples" / "minimal.yaml").read_text()


def _conditions(keys: Keys, used: tuple[Any, ...]) -> Iterator[str]:
    fields = [one for key in ("conditions", "controls") for one in _named(used, key)]
    condition = keys.definitions["condition"]
    own = {name: one for name, one in condition["properties"].items() if "." not in name}
    yield f"## Conditions and controls\n\n{CHANGES}\n{table(COLUMNS, keys.rows({'properties': own}, tuple(fields)))}"


def _steps(keys: Keys, used: tuple[Any, ...], root: Path) -> Iterator[str]:
    kinds = [kind for kind, one in keys.definitions.items() if "kind" in one.get("properties", {})]
    yield "## Steps\n"
    for kind in kinds:
        schema = keys.definitions[kind]
        of_kind = tuple(one for spec in used for one in _of_kind(spec, kind))
        yield f"### {kind}\n\n{_sentence(schema['description'])}\n\n{table(COLUMNS, keys.rows(schema, of_kind))}"
    recipes = {kind: keys.definitions[kind]["properties"].get("recipe") for kind in kinds}
    yield f"### Recipes\n\n{RECIPES}\n{table(COLUMNS, _recipe_rows(keys, recipes, root))}"


def _of_kind(spec: Mapping[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """Yield a spec's steps of a kind, and what its conditions change in them."""
    steps = spec.get("steps", {})
    names = [name for name, step in steps.items() if step.get("kind") == kind]
    yield from (steps[name] for name in names)
    for condition in (one for key in ("conditions", "controls") for one in _named((spec,), key)):
        for key, value in condition.items():
            step, _, field = key.partition(".")
            if step in names and field:
                yield {field: value}


def _recipe_rows(keys: Keys, recipes: Mapping[str, Any], root: Path) -> Iterator[tuple[str, ...]]:
    """Yield a row for each field that a recipe has; what only one kind of recipe has says so."""
    files = [read(path).data for path in sorted((root / "registry" / "recipes").glob("*.yaml"))]
    example = {key: value for file in files for key, value in {**file["recipe"], "base": file["name"]}.items()}
    of = {kind: one["properties"] for kind, one in recipes.items() if one}
    merged = {name: one for fields in of.values() for name, one in fields.items()}
    for name, one in merged.items():
        having = [kind for kind, fields in of.items() if name in fields]
        only = f"({' and '.join(having)} steps only) " if len(having) < len(of) else ""
        for key, kind, default, meaning, shown in keys.rows({"properties": {name: one}}, (example,)):
            yield key, kind, default, only + meaning, shown


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _hypotheses(keys: Keys, schema: Mapping[str, Any], used: tuple[Any, ...]) -> Iterator[str]:
    one = schema["properties"]["hypotheses"]["additionalProperties"]
    written = _named(used, "hypotheses")
    yield f"## Hypotheses\n\n{table(COLUMNS, keys.rows(one, tuple(written)))}"
    for case in one["allOf"]:
        test = case["if"]["properties"]["test"]["const"]
        own = {name: each for name, each in case["then"]["properties"].items() if isinstance(each, Mapping)}
        of_test = tuple(each for each in written if each.get("test") == test)
        rows = keys.rows({**case["then"], "properties": own}, of_test)
        yield f"### test {test}\n\n{table(COLUMNS, rows)}"


def _backends(catalog: Catalog, used: tuple[Any, ...]) -> Iterator[str]:
    rows = [(kind, name, catalog.brought_by[kind, name]) for kind, name in sorted(catalog.backends)]
    listed = table(("stage kind", "backend", "plugin"), [tuple(map(code, row)) for row in rows])
    yield f"## Backends\n\n{BACKENDS}\n\n{listed}"
    written = _named(used, "backends")
    for (kind, name), backend in sorted(catalog.backends.items()):
        if backend.options.get("properties"):
            chosen = tuple(one for one in written if one.get("name") == name)
            yield f"### options of {name} ({kind})\n\n{table(COLUMNS, Keys({}).rows(backend.options, chosen))}"


def _files(profile: Mapping[str, Any], root: Path) -> Iterator[str]:
    profiles = tuple(read(path).data for path in sorted((root / "specs" / "profiles").glob("*.yaml")))
    top = {key: {**one, "properties": {}} for key, one in profile["properties"].items()}
    about = "A profile is laid over a spec to run it on some machine: `specs/profiles/NAME.yaml`, `--profile NAME`."
    yield f"## Profiles\n\n{about}\n\n{table(COLUMNS, Keys({}).rows({**profile, 'properties': top}, profiles))}"
    yield "## Registry files\n\nOne file is one version; once released (`registry/lock.yaml`) it does not change.\n"
    for folder in FOLDERS:
        files = tuple(read(path).data for path in sorted((root / "registry" / folder).glob("*.yaml")))
        yield f"### registry/{folder}\n\n{table(COLUMNS, Keys({}).rows(whole_registry(folder), files))}"


def _named(used: tuple[Any, ...], key: str) -> list[dict[str, Any]]:
    """Return the mappings in a section of the specs."""
    sections = [one[key] for one in used if isinstance(one.get(key), dict)]
    return [value for section in sections for value in section.values() if isinstance(value, dict)]
