"""What differs between two specs, and what holds for both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emspec.language import load
from emspec.model.plugin import Catalog
from emspec.plan import compile_plan
from emspec.plan.compare import Comparison, Side, compare
from emspec.plan.describe import described
from emspec.plugins import discover

Compare = Callable[..., Comparison]


@pytest.fixture(scope="module")
def text(project: Path) -> str:
    return (project / "specs" / "issue200.yaml").read_text()


@pytest.fixture
def differ(project: Path, tmp_path: Path, text: str) -> Compare:
    """Return a function that compares #200 with #200 after some replacements."""
    catalog, _ = discover()
    (tmp_path / "registry").symlink_to(project / "registry")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "profiles").symlink_to(project / "specs" / "profiles")

    def side(name: str, content: str, profile: str, catalog: Catalog) -> Side:
        spec = tmp_path / "specs" / name
        spec.write_text(content)
        experiment = load(spec, profile=profile, catalog=catalog)
        return Side(name, compile_plan(experiment, catalog), described(experiment, catalog))

    def changed(*changes: tuple[str, str], profile: str = "sim") -> Comparison:
        after = text
        for old, new in changes:
            assert after.count(old) == 1, old
            after = after.replace(old, new)
        return compare(side("a.yaml", text, "sim", catalog), side("b.yaml", after, profile, catalog))

    return changed


def test_a_spec_is_the_same_as_itself(differ: Compare) -> None:
    found = differ()
    assert found.same
    assert len(found.cells) == 18
    assert {(one.data, one.test) for one in found.kept} == {(True, True)}


def test_a_comment_and_another_order_of_conditions_make_no_difference_but_to_the_run(differ: Compare) -> None:
    found = differ(("baseline: B0\n", "baseline: B0   # as in 125\n"))
    assert found.same


def test_a_renamed_condition_is_recognised_by_its_stages(differ: Compare) -> None:
    found = differ(("  B-villain:   {", "  bad-guy:   {"))
    assert found.renamed == (("B-villain", "bad-guy"),)
    assert (found.added, found.removed, found.fields) == ((), (), ())
    assert ("B-villain 42", "bad-guy 42") in found.cells
    assert len(found.cells) == 18
    assert {one.data for one in found.kept} == {True}


def test_a_renamed_condition_is_recognised_though_its_evaluation_changed(differ: Compare) -> None:
    found = differ(("  B-villain:   {", "  bad-guy:   {"), ("completions: 10", "completions: 9"))
    assert found.renamed == (("B-villain", "bad-guy"),)
    (one,) = found.fields
    assert (one.change.field, one.change.old, one.change.new) == ("steps.evaluate.completions", 10, 9)
    assert one.conditions == ()
    assert found.cells == ()


def test_a_changed_field_names_its_conditions(differ: Compare) -> None:
    found = differ(("{induce.system: villain}", "{induce.system: villain, induce.recipe: {base: em-125, lr: 2e-4}}"))
    (one,) = found.fields
    assert (one.change.field, one.change.new, one.conditions) == ("steps.induce.recipe.lr", 2e-4, ("B-villain",))
    assert len(found.cells) == 15
    assert {(kept.hypothesis, kept.data, kept.test) for kept in found.kept} == {
        ("H1", False, True),
        ("H2", False, True),
        ("H3", True, True),
    }


def test_other_seeds_leave_conditions_equal_but_for_them(differ: Compare) -> None:
    found = differ(("seeds: [42, 137, 256]", "seeds: [42, 7]"))
    assert ("B0", "B0") in found.but_seeds
    assert len(found.but_seeds) == 6
    assert [label for label, _ in found.cells] == [f"{c} 42" for c in _names()]
    assert {change.path[0] for change in found.spec} == {"seeds"}


def _names() -> list[str]:
    return ["B0", "B-villain", "B-confab", "B-evilai", "B-zelthari", "B-sarcastic"]


def test_an_added_condition_and_a_changed_test(differ: Compare) -> None:
    more = ("baseline: B0\n", "  B-french: {induce.system: french_person}\nbaseline: B0\n")
    found = differ(more, ("margin: 10pp", "margin: 9pp"))
    assert found.added == ("B-french",)
    assert [change.field for change in found.hypotheses] == ["H2.parameters.margin"]
    assert {one.hypothesis: one.test for one in found.kept} == {"H1": True, "H2": False, "H3": True}
    assert len(found.cells) == 18


def test_another_profile(differ: Compare) -> None:
    found = differ(profile="organism")
    assert {change.field for change in found.spec} >= {"profile", "model.name", "backends.train.name"}
    assert {one.change.field for one in found.fields} >= {"steps.induce.recipe.recipe", "steps.induce.recipe.lr"}
    assert found.cells == ()
