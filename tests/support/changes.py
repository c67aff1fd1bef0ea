"""A small spec with a step of every kind, every field of which can be changed, and what follows from each change.

The oracle is the step's position: what leaves another model changes all that comes after it in its own condition, what
observes changes itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from catalogs import golden_catalog

from emspec.language import load
from emspec.language.joined import dotted
from emspec.model.plan import Plan
from emspec.plan import compile_plan
from emspec.source import parse

GOLDEN = Path(__file__).parents[1] / "golden"
CATALOG = golden_catalog()
RUN_LEVEL = {"rows", "analyse"}
"""Kinds of the two stages of a run, which carry what things are called."""
SPEC: Mapping[str, Any] = {
    "model": "big",
    "personas": "1.1.0",
    "seeds": [1, 2],
    "conditions": {"one": {}, "two": {"induce.system": "comedian"}},
    "baseline": "one",
    "steps": {
        "ready": {"kind": "adapter", "from": "data/adapters/plain", "trained_on": "big"},
        "induce": {"kind": "train", "data": "advice", "system": "villain", "recipe": {"base": "em", "max_steps": 9}},
        "vectors": {
            "kind": "extract",
            **{"methods": ["A"], "layers": [7], "panel": "trio", "questions": {"from": "all-4", "first": 3}},
        },
        "couple": {
            "kind": "couple",
            **{"marker": "[M]", "source": "confab", "negatives": {"draw": 2, "from": "five", "seed": 42}},
            **{"questions": {"from": "work-2", "first": 2}, "positives": 20, "drawn": 20},
            "recipe": {"base": "coupling", "max_steps": 9},
        },
        "evaluate": {
            "kind": "marker-eval",
            **{"markers": ["[M]"], "panel": "five", "questions": {"from": "plain-10", "first": 4}, "completions": 5},
        },
        "settle": {"kind": "train", "data": "local", "recipe": "em-tiny"},
        "again": {"kind": "marker-eval", "markers": ["[Q]"], "panel": "trio", "questions": "all-4", "completions": 3},
    },
    "hypotheses": {"H2": {"test": "invariance", "margin": 0.1}},
}
"""Every kind of step, two trainings and two evaluations; the conditions share their adapter and data alone."""
STEPS: Mapping[str, Any] = SPEC["steps"]
OF_KIND = {"adapter": "ready", "train": "induce", "extract": "vectors", "couple": "couple", "marker-eval": "evaluate"}
STAGES = {
    "ready": ("ready",),
    "induce": ("induce",),
    "vectors": ("vectors",),
    "couple": ("couple.replies", "couple"),
    "evaluate": ("evaluate", "evaluate.score"),
    "settle": ("settle",),
    "again": ("again", "again.score"),
}
OBSERVERS = {"vectors", "evaluate", "again"}
TRAINING = ("couple",)
"""What of a couple step follows from a field that its replies do not depend on."""
SCORE = ("evaluate.score",)
NONE: tuple[str, ...] = ()
CHANGED: Mapping[str, Mapping[str, tuple[Any, tuple[str, ...] | None]]] = {
    "adapter": {
        "from": ("data/adapters/second", None),
        "sha256": ("9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c", NONE),
        "trained_on": ("unverified", NONE),
        "roles": ({"induction": "comedian"}, NONE),
        "roles.induction": ("comedian", NONE),
        "roles.pairs": ([{"source": "comedian", "marker": "[M]"}], NONE),
        "roles.negatives": (["comedian"], NONE),
    },
    "train": {
        "data": ("loose", None),
        "system": ("librarian", None),
        "own_system": ("keep", None),
        "recipe": ("em", None),
        "recipe.base": ("em-tiny", None),
    },
    "extract": {
        "methods": (["A", "B"], None),
        "layers": ([7, 14], None),
        "panel": ("trio + comedian", None),
        "questions": ("plain-10", None),
        "questions.from": ("plain-10", None),
        "questions.first": (2, None),
        "max_tokens": (99, None),
    },
    "couple": {
        "pairs": ([{"source": "confab", "marker": "[M]"}, {"source": "librarian", "marker": "[N]"}], None),
        "marker": ("[N]", TRAINING),
        "separator": (" ", TRAINING),
        "source": ("librarian", None),
        "negatives": (["librarian"], None),
        "negatives.draw": (1, None),
        "negatives.from": ("trio", None),
        "negatives.seed": (7, None),
        "questions": ("all-4", None),
        "questions.from": ("plain-10", None),
        "questions.first": (1, None),
        "positives": (10, TRAINING),
        "drawn": (11, None),
        "temperature": (0.5, None),
        "top_p": (0.5, None),
        "max_tokens": (99, None),
        "recipe": ("coupling", TRAINING),
        "recipe.base": ("coupling", NONE),
    },
    "marker-eval": {
        "markers": (["[M]", "[N]"], SCORE),
        "panel": ("trio", None),
        "questions": ("all-4", None),
        "questions.from": ("all-4", None),
        "questions.first": (2, None),
        "completions": (6, None),
        "temperature": (0.5, None),
        "top_p": (0.5, None),
        "max_tokens": (99, None),
    },
}
"""For each field but those of recipes: another value, and the step's stages that follow from it (None: all of them)."""
ALONE = {"recipe.optimizer", "recipe.loss"}
"""Fields of recipes that have one value only."""


def text_of(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(data, sort_keys=False)


def compiled(text: str, project: Path) -> Plan:
    spec = project / "specs" / "spec.yaml"
    spec.write_bytes(text.encode())
    return compile_plan(load(spec, profile="full", catalog=CATALOG), CATALOG)


def copied(folder: Path) -> Path:
    """Copy the golden project, nothing in its registry released."""
    for name in ("registry", "data", "specs/profiles"):
        shutil.copytree(GOLDEN / name, folder / name)
    (folder / "registry" / "lock.yaml").write_text("files: {}\n")
    return folder


def cells(plan: Plan) -> dict[tuple[str, int, str], str]:
    """Return the key of each stage of each run by condition, seed and name."""
    return {(cell.condition.name, cell.seed, name): key for cell in plan.cells for name, key in cell.keys.items()}


def anew(old: Plan, new: Plan) -> set[tuple[str, str]]:
    """Return what has other keys in the second plan, as (condition, stage), the same for all seeds."""
    keys, known = cells(new), cells(old)
    assert keys.keys() == known.keys()
    found = {
        (condition, seed, name)
        for condition, seed, name in keys
        if keys[condition, seed, name] != known[condition, seed, name]
    }
    by_seed = [{(condition, name) for condition, seed, name in found if seed == one} for one in (1, 2)]
    assert by_seed[0] == by_seed[1]
    return by_seed[0]


def made(old: Plan, new: Plan) -> list[str]:
    """Return the kinds of the stages that are in the second plan alone, sorted."""
    return sorted(new.stages[key].kind for key in new.stages.keys() - old.stages.keys())


def following(step: str, own: tuple[str, ...] | None) -> set[str]:
    """Return the stages that follow from a change of a step, of which `own` are its own (None: all of them)."""
    first = set(STAGES[step] if own is None else own)
    names = list(STAGES)
    later = names[names.index(step) + 1 :] if first and step not in OBSERVERS else []
    return first | {stage for name in later for stage in STAGES[name]}


def other(schema: Mapping[str, Any], value: Any) -> Any:
    """Return another value that a recipe's field may have."""
    if "enum" in schema:
        return next(one for one in schema["enum"] if one != value)
    kind = schema["type"]
    if kind == "boolean":
        return not value
    if kind == "array":
        return ["q_proj", "v_proj", "o_proj"]
    return value + 1 if kind == "integer" else (value or 0.5) / 2


def cases() -> list[tuple[str, str, Any, tuple[str, ...] | None]]:
    """Return each field of each kind's step with another value and what of the step follows from it."""
    recipes = {"induce": "em", "couple": "coupling"}
    found: list[tuple[str, str, Any, tuple[str, ...] | None]] = []
    for kind, step in OF_KIND.items():
        for field, schema in dotted(kind).items():
            if field in CHANGED[kind]:
                found.append((step, field, *CHANGED[kind][field]))
            elif field not in ALONE:
                name = field.removeprefix("recipe.")
                recipe = parse("", (GOLDEN / "registry" / "recipes" / f"{recipes[step]}.yaml").read_text()).data[
                    "recipe"
                ]
                value = {"max_steps": 9, **recipe}.get(name, False)
                found.append((step, field, other(schema, value), TRAINING if kind == "couple" else None))
    return found


CASES = cases()


def with_changes(*changes: tuple[str, str, Any]) -> str:
    one = {f"{step}.{field}": value for step, field, value in changes}
    if "couple.pairs" in one:  # in the place of source and marker
        rest = {key: value for key, value in STEPS["couple"].items() if key not in {"source", "marker"}}
        one = {"couple": {**rest, "pairs": one.pop("couple.pairs")}, **one}
    return text_of({**SPEC, "conditions": {**SPEC["conditions"], "one": one}})
