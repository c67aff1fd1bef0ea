"""What makes no stage anew: names, order, style and place. And what a changed text, byte or seed does make anew."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from changes import (
    GOLDEN,
    RUN_LEVEL,
    SPEC,
    STAGES,
    STEPS,
    TRAINING,
    anew,
    cells,
    compiled,
    copied,
    following,
    made,
    text_of,
)

from emspec.model.plan import Plan
from emspec.source import parse

ALONE_IN_THEIR_FILE = [
    path for path in sorted((GOLDEN / "good").glob("*.yaml")) if "extends" not in parse("", path.read_text()).data
]


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
