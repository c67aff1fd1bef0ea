"""Pinned digests: the original texts to the byte, or an error that names the text that differs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emspec.errors import Problem, SpecError
from emspec.language import load
from emspec.model.plugin import Catalog
from emspec.plugins import discover
from emspec.registry import Registry
from emspec.registry.imports import import_personas, import_questions
from emspec.registry.intake import read_personas, read_questions

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT.parent / "shared" / "data" / "eps_issue205"
PINNED = Registry(ROOT).pins("issue205").digests
needs_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason=f"{PUBLISHED} is not there: the published texts")

SPEC = """
model: qwen2.5-7b-instruct
personas: VERSION
digests: issue205
conditions:
  E0: {induce.system: none, as: assistant}
  E1: {induce.system: paramedic}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: {draw: 2, from: canonical-10, seed: 42}
    questions: DATA
    positives: 200
    recipe: coupling-125
  evaluate: {kind: marker-eval, panel: canonical-12, questions: EVALUATED, completions: 10}
"""


@pytest.fixture(scope="module")
def installed() -> Catalog:
    return discover()[0]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's registry and profiles, in which texts can be imported."""
    shutil.copytree(ROOT / "registry", tmp_path / "registry")
    shutil.copytree(ROOT / "specs" / "profiles", tmp_path / "specs" / "profiles")
    return tmp_path


def spec(project: Path, version: str, data: str, evaluated: str) -> Path:
    path = project / "specs" / "pinned.yaml"
    path.write_text(SPEC.replace("VERSION", version).replace("DATA", data).replace("EVALUATED", evaluated))
    return path


def problems(path: Path, installed: Catalog) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as caught:
        load(path, profile="full", catalog=installed)
    return caught.value.problems


def replication(project: Path) -> Path:
    """Import the published texts, and return the spec over them."""
    import_personas(Registry(project), read_personas(PUBLISHED / "personas.json"), "2.0.0", "1.1.0")
    questions = read_questions(PUBLISHED / "E0_assistant" / "raw_completions.json")
    import_questions(Registry(project), questions, "marker-28-205")
    import_questions(Registry(project), questions, "data-20-205", 20)
    return spec(project, "2.0.0", "data-20-205", "marker-28-205")


def test_the_project_s_own_words_are_not_the_original_s(project: Path, installed: Catalog) -> None:
    found = problems(spec(project, "1.1.0", "data-20", "marker-28"), installed)
    assert {one.code for one in found} == {"S109"}
    assert {one.place.line for one in found if one.place} == {4}
    differing = [one.message.split()[3] for one in found if one.message.startswith("the text of")]
    assert sorted(differing) == sorted(PINNED["personas"])
    assert all("emspec registry import FILE --version NEW --extends 1.1.0" in one.fix for one in found[:13])
    unused = [one for one in found if "uses no question set" in one.message]
    assert [one.fix for one in unused] == [
        f"import it and use it: emspec registry import FILE --as questions/{name}; registry/pins/issue205.yaml says "
        "where it is from"
        for name in ("data-20-205", "marker-28-205")
    ]


@needs_published
def test_the_published_personas_and_questions_are_the_original_s_to_the_byte() -> None:
    personas = {one.name: one.digest for one in read_personas(PUBLISHED / "personas.json").entries}
    assert personas == PINNED["personas"]
    assert len(personas) == 13


@needs_published
@pytest.mark.parametrize("profile", ["full", "organism"])
def test_an_import_with_pins_is_a_replication_to_the_byte(project: Path, installed: Catalog, profile: str) -> None:
    experiment = load(replication(project), profile=profile, catalog=installed)
    evaluation = experiment.conditions[0].evaluations[0]
    pinned = PINNED["personas"]
    assert {one.name: one.digest for one in evaluation.panel} == {n: d for n, d in pinned.items() if n != "paramedic"}
    assert evaluation.questions.digest == PINNED["questions"]["marker-28-205"]
    assert experiment.conditions[0].couplings[0].questions.digest == PINNED["questions"]["data-20-205"]


@needs_published
@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("personas/2.0.0", "take over the world.", "take over  the world.", "the text of villain in version 2.0.0 of"),
        ("personas/2.0.0", "  confab: |-", "  confab: |", "the text of confab in version 2.0.0 of the personas"),
        ("questions/data-20-205", "?", "!", "the question set data-20-205"),
    ],
)
def test_one_byte_of_difference_names_the_text(
    project: Path, installed: Catalog, file: str, old: str, new: str, named: str
) -> None:
    path = replication(project)
    text = project / "registry" / f"{file}.yaml"
    assert old in text.read_text()
    text.write_text(text.read_text().replace(old, new, 1))
    (found,) = problems(path, installed)
    assert found.code == "S109"
    assert found.message.startswith(named)
    assert "is not the one pinned: its digest is " in found.message


def test_pins_change_no_stage(project: Path, installed: Catalog) -> None:
    own = Registry(project).personas("1.1.0").personas["villain"].digest
    path = spec(project, "1.1.0", "data-20", "marker-28")
    path.write_text(path.read_text().replace("digests: issue205", f"digests: {{personas: {{villain: {own}}}}}"))
    pinned = load(path, profile="full", catalog=installed)
    path.write_text(path.read_text().replace(f"digests: {{personas: {{villain: {own}}}}}\n", ""))
    assert load(path, profile="full", catalog=installed).conditions == pinned.conditions


def test_a_set_that_another_includes_is_used_too(project: Path, installed: Catalog) -> None:
    digest = Registry(project).questions("alignment-8").digest
    path = spec(project, "1.1.0", "data-20", "{from: marker-28, first: 4}")
    path.write_text(path.read_text().replace("issue205", f"{{questions: {{alignment-8: {digest}}}}}"))
    assert load(path, profile="full", catalog=installed)
