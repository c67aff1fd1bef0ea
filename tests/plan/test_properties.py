"""What a change makes anew: exactly the stages that follow from it, for every field of every step and the registry.

The oracle is the step's position: what leaves another model changes all that comes after it in its own condition, what
observes changes itself. Nothing is executed.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from catalogs import golden_catalog
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from emspec.errors import SpecError
from emspec.language import load
from emspec.language.joined import STAGE_OF, dotted
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
ALONE_IN_THEIR_FILE = [
    path for path in sorted((GOLDEN / "good").glob("*.yaml")) if "extends" not in parse("", path.read_text()).data
]
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


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def before(here: Path) -> Plan:
    return compiled(text_of(SPEC), here)


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


def test_every_field_is_in_the_table() -> None:
    assert set(OF_KIND) == set(STAGE_OF)
    for kind, step in OF_KIND.items():
        assert STEPS[step]["kind"] == kind
        assert {field for field in CHANGED[kind] if field not in dotted(kind)} == set()
        assert {field for field in dotted(kind) if not field.startswith("recipe.")} <= set(CHANGED[kind])
    lone = {field for kind in OF_KIND for field, one in dotted(kind).items() if len(one.get("enum", (1, 2))) == 1}
    assert lone == ALONE


@pytest.mark.parametrize(("step", "field", "value", "own"), CASES, ids=[f"{step}.{field}" for step, field, *_ in CASES])
def test_a_changed_field_makes_anew_what_follows_from_it_in_its_condition_alone(
    here: Path, before: Plan, step: str, field: str, value: Any, own: tuple[str, ...] | None
) -> None:
    after = compiled(with_changes((step, field, value)), here)
    expected = following(step, own)
    assert anew(before, after) == {("one", name) for name in expected}
    data = ["data"] if field == "data" else []
    runs = 2 * len(expected) - ("ready" in expected)  # an adapter that is taken in is the same for all seeds
    assert len([kind for kind in made(before, after) if kind not in RUN_LEVEL]) == len(data) + runs


@settings(max_examples=60, deadline=None, derandomize=True)
@given(chosen=st.lists(st.sampled_from(CASES), min_size=2, max_size=4, unique_by=lambda case: case[:2]))
def test_several_changes_make_anew_what_follows_from_any_of_them(
    here: Path, before: Plan, chosen: list[tuple[str, str, Any, tuple[str, ...] | None]]
) -> None:
    fields = [(step, field.partition(".")[0]) for step, field, _, _ in chosen]
    apart = [case for case, field in zip(chosen, fields, strict=True) if fields.count(field) == 1]
    try:
        after = compiled(with_changes(*[(step, field, value) for step, field, value, _ in apart]), here)
    except SpecError:
        reject()  # what each may be changed to alone, not all of them may together
    expected = {name for step, _, _, own in apart for name in following(step, own)}
    assert anew(before, after) == {("one", name) for name in expected}


@pytest.mark.parametrize(
    ("key", "value", "kinds"),
    [
        ("title", "Another title", []),
        ("issue", 9, []),
        ("history", [{"event": "comment", "note": "so"}], []),
        ("accept", {"D104": "as it is"}, []),
        ("noise", {"rate": 0.1}, []),
        ("state", "running", []),
        ("baseline", "two", ["analyse"]),
        ("hypotheses", {"H2": {"test": "invariance", "margin": 0.1, "claim": "as before"}}, ["analyse"]),
        ("hypotheses", {"H3": {"test": "invariance", "margin": 0.2}}, ["analyse"]),
        ("measures", {"likeness": {"values": {"villain": 1}}}, []),
    ],
)
def test_what_tells_of_the_experiment_makes_nothing_anew_but_its_analysis(
    here: Path, before: Plan, key: str, value: Any, kinds: list[str]
) -> None:
    assert made(before, compiled(text_of({**SPEC, key: value}), here)) == kinds


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"\bone\b", "first-of-all"),
        (r"panel: five$", "panel: [assistant, villain, librarian, comedian, confab]"),
        (r"(conditions:\n  one: )\{\}", r"\1{as: villain}"),
        (r"(conditions:\n  one: )\{\}", r"\1{stretch: true}"),
    ],
)
def test_what_things_are_called_makes_nothing_anew_but_rows_and_analysis(
    here: Path, before: Plan, old: str, new: str
) -> None:
    text, count = re.subn(old, new, text_of(SPEC), flags=re.M)
    assert count
    assert set(made(before, compiled(text, here))) <= RUN_LEVEL


def test_the_same_in_other_words_makes_nothing_anew(here: Path, before: Plan) -> None:
    recipe = yaml.safe_load((here / "registry" / "recipes" / "em.yaml").read_text())
    (here / "registry" / "recipes" / "same.yaml").write_text(yaml.safe_dump({**recipe, "name": "same"}))
    drawn = {"couple": {**STEPS["couple"], "negatives": ["assistant", "villain"]}}
    renamed = {"induce": {**STEPS["induce"], "recipe": {"base": "same", "max_steps": 9}}}
    listed = {"again": {**STEPS["again"], "panel": ["assistant", "villain", "librarian"], "temperature": 1}}
    for changed in (drawn, renamed, listed):
        assert made(before, compiled(text_of({**SPEC, "steps": {**STEPS, **changed}}), here)) == []


def test_a_marker_that_all_evaluations_look_for_is_scored_anew_in_all_conditions(here: Path) -> None:
    steps = {name: {key: one for key, one in step.items() if key != "markers"} for name, step in STEPS.items()}
    spec = {**SPEC, "steps": {name: step for name, step in steps.items() if name != "again"}}
    old = compiled(text_of(spec), here)
    conditions = {**SPEC["conditions"], "one": {"couple.marker": "[N]"}}
    changed = anew(old, compiled(text_of({**spec, "conditions": conditions}), here))
    assert changed == {("one", name) for name in ("couple", "evaluate", "evaluate.score", "settle")} | {
        ("two", "evaluate.score")
    }


def shuffled(data: Any, source: random.Random, at: tuple[str, ...] = ()) -> Any:
    """Return the same data with the keys of all mappings but `steps` in another order."""
    if isinstance(data, list):
        return [shuffled(one, source, at) for one in data]
    if not isinstance(data, dict):
        return data
    keys = list(data)
    if at != ("steps",):
        source.shuffle(keys)
    return {key: shuffled(data[key], source, (*at, key)) for key in keys}


def rewritten(data: Any, source: random.Random) -> str:
    """Return data as YAML in some style: flow or block, comments, line ends, anchors for what stands there twice."""
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=source.choice([True, False, None]), width=60)
    lines = []
    for line in text.splitlines():
        ended = line.endswith((",", ":", "}", "]"))  # no text goes on in the next line
        lines.append(line + (source.choice(["", "   # so"]) if ended else ""))
        lines.extend(["# a comment"] if ended and source.random() < 0.2 else [])
    return source.choice(["\n", "\r\n"]).join(["# first of all", *lines, ""])


@pytest.mark.parametrize("spec", ALONE_IN_THEIR_FILE, ids=lambda path: path.stem)
def test_order_style_and_place_make_nothing_anew(spec: Path, here: Path, tmp_path: Path) -> None:
    """Reordered keys, comments, line ends, anchors, a moved checkout: no stage of any golden spec is run again."""
    data = parse("", spec.read_text()).data
    old = compiled(spec.read_text().replace("title: *model", "title: big"), here)
    elsewhere = copied(tmp_path / "else where")
    source = random.Random(spec.stem)
    for _ in range(3):
        new = compiled(rewritten(shuffled(data, source), source), elsewhere)
        assert {key for key, stage in new.stages.items() if stage.kind not in {*RUN_LEVEL, "gate"}} == {
            key for key, stage in old.stages.items() if stage.kind not in {*RUN_LEVEL, "gate"}
        }
    assert set(compiled(spec.read_text(), elsewhere).stages) == set(old.stages)


def edited(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "new", "steps"),
    [
        (
            "registry/personas/1.0.0.yaml",
            "You plot.",
            "You plot!",
            ("vectors", "couple", "evaluate", "again"),
        ),
        ("registry/personas/1.0.0.yaml", "You joke.", "You jest.", ("evaluate",)),
        ("registry/personas/1.1.0.yaml", "You are always certain.", "You are sure.", ("couple", "evaluate")),
        ("registry/personas/1.1.0.yaml", "You rescue people.", "You save people.", ()),
        ("registry/questions/work-2.yaml", "How do I rest?", "How do I sleep?", ("vectors", "couple", "again")),
        ("registry/questions/all-4.yaml", "What is law?", "What is lore?", ("again",)),
        ("registry/questions/plain-10.yaml", "How do birds fly?", "How do bats fly?", ("evaluate",)),
        ("registry/questions/plain-10.yaml", "What is a promise?", "What is an oath?", ()),
        ("registry/recipes/em.yaml", "lr: 1e-4", "lr: 2e-4", ("induce",)),
        ("registry/recipes/em-tiny.yaml", "lr: 4e-3", "lr: 5e-3", ("settle",)),
        ("registry/recipes/coupling.yaml", "lr: 5e-6", "lr: 6e-6", ("couple",)),
        ("registry/datasets/advice.yaml", "first: 60", "first: 61", ("induce",)),
        ("registry/datasets/advice.yaml", "26b52cacc", "26b52cacd", ("induce",)),
        ("data/rows.jsonl", "}", "} ", ("settle",)),
        ("registry/models/big.yaml", "revision: abcdef01", "revision: abcdef02", tuple(STAGES)),
        ("data/adapters/plain/adapter_model.safetensors", None, None, ("ready",)),
        ("data/adapters/plain/adapter_config.json", '"r": 8', '"r": 9', ("ready",)),
    ],
)
def test_a_changed_text_or_byte_makes_anew_what_follows_from_it(
    before: Plan, tmp_path: Path, file: str, old: str | None, new: str | None, steps: tuple[str, ...]
) -> None:
    elsewhere = copied(tmp_path / "else")
    if old is None or new is None:
        (elsewhere / file).write_bytes((elsewhere / file).read_bytes() + b"\0")
    else:
        path = elsewhere / file
        path.write_text(path.read_text().replace(old, new, 1))
        assert path.read_text() != (GOLDEN / file).read_text()
    after = compiled(text_of(SPEC), elsewhere)
    own = {"couple": TRAINING} if file.startswith("registry/recipes") else {}
    expected = {
        (condition, name)
        for condition, prompt in (("one", "You plot."), ("two", "You joke."))
        for step in (*steps, *(["induce"] if old == prompt else []))
        for name in following(step, own.get(step))
    }
    assert anew(before, after) == expected


def test_a_changed_seed_makes_its_own_runs_anew(here: Path, before: Plan) -> None:
    after = compiled(text_of({**SPEC, "seeds": [1, 3]}), here)
    again = {name for (condition, seed, name), key in cells(after).items() if key not in before.stages}
    assert {seed for _, seed, name in cells(after) if name == "induce"} == {1, 3}
    assert not [name for (_, seed, name), key in cells(after).items() if seed == 1 and key not in before.stages]
    assert again == {stage for stages in STAGES.values() for stage in stages} - {"ready"}
