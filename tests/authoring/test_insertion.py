"""A condition goes into a spec's text, in the style of its neighbours, and nothing else in the text changes."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emspec.authoring.condition import Wanted, with_condition
from emspec.errors import UsageError
from emspec.source import parse

PROJECT = Path(__file__).parents[2]
SPECS = [*sorted((PROJECT / "tests" / "golden" / "good").glob("*.yaml")), *sorted((PROJECT / "specs").rglob("*.yaml"))]
SPECS = [path for path in SPECS if "profiles" not in path.parts]
STEPS = "steps:\n  induce: {kind: train, data: d, recipe: r}\n  evaluate: {kind: marker-eval}\n"
NEW = Wanted("new", system="villain", changes=("evaluate.completions=3",))
FLOW = "new: {induce.system: villain, evaluate.completions: 3}"


def changed(text: str, wanted: Wanted = NEW) -> str:
    document = parse("spec.yaml", text)
    return with_condition(text, document, document.data, wanted)


def added(text: str, wanted: Wanted = NEW) -> list[str]:
    """Return the lines that came in; none may go out or move."""
    lines = list(difflib.ndiff(text.splitlines(), changed(text, wanted).splitlines()))
    assert not [line for line in lines if line.startswith("- ")]
    return [line[2:] for line in lines if line.startswith("+ ")]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("conditions:\n  a: {as: x}\n  b: {as: y}\n", [f"  {FLOW}"]),
        ("conditions:\n  a:      {as: x}\n  longer: {as: y}\n", [f"  new:    {FLOW[5:]}"]),
        ("conditions:\n    a: {}   # the first\n    # the second\n    b:\n", [f"    {FLOW}"]),
        (
            "conditions:\n  a:\n      as: x\n      stretch: true\n",
            ["  new:", "      induce.system: villain", "      evaluate.completions: 3"],
        ),
        ("conditions:\n  a: {as: x,\n      stretch: true}   # both\n\n# what follows\n", [f"  {FLOW}"]),
        ("conditions:\n  a: {\n    as: x\n  }\n", [f"  {FLOW}"]),
        ("conditions: {\n  a: {as: x},   # the first\n  b: {as: y}    # the last\n}\n", None),
        ("conditions:\n  a: &a {as: x}\n  b: *a\n", [f"  {FLOW}"]),
        ('conditions:\n  "a": {as: x}\n  # nothing more\n', [f"  {FLOW}"]),
    ],
)
def test_after_the_last_neighbour_in_its_style(conditions: str, expected: list[str] | None) -> None:
    text = f"model: m\n{conditions}{STEPS}"
    data = parse("", changed(text)).data
    assert list(data["conditions"])[-1] == "new"
    assert data["conditions"]["new"] == {"induce.system": "villain", "evaluate.completions": 3}
    if expected:
        assert added(text) == expected


@pytest.mark.parametrize("control", [False, True])
@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_every_spec_takes_a_condition_and_loses_no_character(spec: Path, control: bool) -> None:
    text = spec.read_text()
    after = changed(text, Wanted("new", changes=("evaluate.completions=3",), control=control))
    rest = iter(after)
    assert all(character in rest for character in text)
    before, data = parse("", text).data, parse("", after).data
    section = "controls" if control else "conditions"
    assert data[section].pop("new") == {"evaluate.completions": 3}
    assert data[section] == before.get(section, {} if control or "matrix" in before else {"main": {}})
    assert {**data, section: None} == {**before, section: None}


def test_in_a_flow_mapping_of_one_line() -> None:
    text = f"conditions: {{a: {{as: x}}, b: {{}} }}   # both\n{STEPS}"
    assert changed(text) == text.replace("b: {} }", f"b: {{}}, {FLOW} }}")


def test_in_a_flow_mapping_of_several_lines_comments_stay_where_they_are() -> None:
    text = f"conditions: {{\n  a: {{as: x}},   # the first\n  b: {{as: y}}    # the last\n}}\n{STEPS}"
    assert changed(text) == text.replace("b: {as: y}    # the last\n", f"b: {{as: y}},    # the last\n  {FLOW}\n")


def test_a_comment_between_sections_belongs_to_the_next_one() -> None:
    text = f"conditions:\n  a: {{}}\n  # of a\n\n# about the steps\n{STEPS}"
    assert changed(text) == text.replace("  # of a\n", f"  # of a\n  {FLOW}\n")


def test_without_conditions_the_one_that_was_meant_stays() -> None:
    text = f"model: m\n# the steps\n{STEPS}"
    assert added(text) == ["conditions:", "  main: {}", f"  {FLOW}"]
    assert changed(text).index("conditions:") < changed(text).index("# the steps")


def test_beside_a_grid_nothing_else_is_added() -> None:
    text = f"matrix:\n  as:\n  - x\nexclude:\n- {{as: y}}\n{STEPS}"
    assert added(text) == ["conditions:", f"  {FLOW}"]


def test_controls_come_after_the_conditions() -> None:
    text = f"conditions:\n  a: {{}}\nbaseline: a\n{STEPS}"
    wanted = Wanted("new", changes=("induce=skip",), control=True)
    assert changed(text, wanted) == text.replace("baseline", "controls:\n  new: {induce: skip}\nbaseline")


def test_line_ends_stay_as_they_are() -> None:
    text = f"conditions:\n  a: {{}}\n{STEPS}".replace("\n", "\r\n")
    assert changed(text) == text.replace("steps:", f"  {FLOW}\r\nsteps:")


def test_at_the_end_of_a_file_without_a_last_line_end() -> None:
    assert changed(f"{STEPS}conditions:\n  a: {{}}").endswith(f"\n  a: {{}}\n  {FLOW}\n")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2e-4", 2e-4),
        ("[villain, librarian]", ["villain", "librarian"]),
        ("{base: em, lr: 1e-4}", {"base": "em", "lr": 1e-4}),
        ("skip", "skip"),
        ("a, b: c", "a, b: c"),
        ("[ZLT", "[ZLT"),
        ("# no comment", "# no comment"),
        ("*a", "*a"),
        ('say "so" \\ and go', 'say "so" \\ and go'),
    ],
)
def test_values_are_taken_as_yaml_or_else_as_text(value: str, expected: object) -> None:
    text = f"conditions: {{a: {{}}}}\n{STEPS}"
    data = parse("", changed(text, Wanted("new", changes=(f"induce.field={value}",)))).data
    assert data["conditions"]["new"] == {"induce.field": expected}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(value=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12))
def test_any_value_is_read_back_or_refused(value: str) -> None:
    text = f"conditions:\n  a: {{}}\n{STEPS}"
    try:
        data = parse("", changed(text, Wanted("new", changes=(f"induce.field={value}",)))).data
    except UsageError as error:
        assert error.fix
    else:
        assert list(data["conditions"]["new"]) == ["induce.field"]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted("a"), "there is a condition a already, in spec.yaml:2"),
        (Wanted("a", control=True), "there is a condition a already, in spec.yaml:2"),
        (Wanted("a b"), "a b cannot be a name here"),
        (Wanted("x", changes=("induce.lr",)), "--set takes STEP.FIELD=VALUE, not 'induce.lr'"),
        (Wanted("x", system="villain", changes=("induce.system=y",)), "induce.system is set twice"),
    ],
)
def test_what_cannot_be_added_is_refused_with_a_fix(wanted: Wanted, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        changed(f"conditions:\n  a: {{}}\n{STEPS}", wanted)
    assert caught.value.message == message
    assert caught.value.fix


def test_the_name_of_what_is_removed_from_an_extended_spec_is_taken() -> None:
    text = "extends: other.yaml\nconditions:\n  gone: remove\n"
    with pytest.raises(UsageError, match=r"a condition gone already, in spec\.yaml:3"):
        with_condition(text, parse("spec.yaml", text), {"steps": {}}, Wanted("gone"))


def test_a_spec_that_trains_nothing_has_no_system_to_set() -> None:
    with pytest.raises(UsageError, match="the spec has none"):
        changed("steps:\n  evaluate: {kind: marker-eval}\n")
    with pytest.raises(UsageError, match="main is what the one condition"):
        changed(STEPS, Wanted("main"))


def test_a_text_that_nothing_can_be_put_into_is_left_and_the_line_told() -> None:
    text = f"base: &base\n  a: {{}}\nconditions: *base\n{STEPS}"
    with pytest.raises(UsageError) as caught:
        changed(text)
    assert caught.value.fix == f"write this below its `conditions:` by hand: {FLOW}"
