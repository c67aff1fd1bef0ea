from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from emspec.errors import RegistryError, SpecError
from emspec.model.records import Measure
from emspec.registry import Registry, recipe_fields, release_all, sha256_file
from emspec.registry.lock import release

GOLDEN = Path(__file__).parents[1] / "golden"
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def draft(root: Path) -> Path:
    """The copy with nothing released yet."""
    (root / "registry" / "lock.yaml").write_text("files: {}\n")
    return root


def problem_of(error: SpecError) -> tuple[str, int, int, str]:
    problem = error.problems[0]
    assert problem.fix
    return problem.code, problem.place.line, problem.place.column, problem.message


def test_a_version_includes_what_it_extends() -> None:
    personas = Registry(GOLDEN).personas("1.1.0")
    assert list(personas.personas) == ["assistant", "villain", "librarian", "comedian", "confab", "paramedic"]
    assert personas.panels == {
        "trio": ("assistant", "villain", "librarian"),
        "five": ("assistant", "villain", "librarian", "comedian", "confab"),
    }
    assert personas.personas["villain"].digest == hashlib.sha256(b"You plot.").hexdigest()
    assert list(Registry(GOLDEN).personas("1.0.0").panels) == ["trio"]


def test_included_questions_come_first() -> None:
    questions = Registry(GOLDEN).questions("all-4")
    assert questions.questions == ("How do I rest?", "How do I work?", "Why is the sky blue?", "What is law?")
    assert questions.digest == hashlib.sha256("\n".join(questions.questions).encode()).hexdigest()


def test_models_of_the_hub_and_of_a_folder() -> None:
    registry = Registry(GOLDEN)
    big, tiny = registry.model("big"), registry.model("tiny")
    assert (big.hub, big.folder, big.context, big.identity["dtype"]) == ("someone/big", None, 2048, "bfloat16")
    assert set(tiny.identity) == {"files", "dtype"}
    assert tiny.folder == str(GOLDEN / "registry" / "models" / "tiny")


def test_a_dataset_of_a_file_is_named_by_its_digest() -> None:
    data = Registry(GOLDEN).dataset("local")
    digest = sha256_file(GOLDEN / "data" / "rows.jsonl")
    assert data.source == {"file": digest}
    assert data.contract == {"rows": 1}
    assert [(file.name, file.path, file.sha256) for file in data.files] == [
        ("file", str(GOLDEN / "data" / "rows.jsonl"), digest)
    ]


def test_recipes_are_complete_and_their_numbers_canonical() -> None:
    recipe = Registry(GOLDEN).recipe("coupling")
    assert recipe.kind == "couple"
    assert set(recipe.fields) == set(recipe_fields("couple")) - {"group_by_length", "max_steps"}
    assert isinstance(recipe.fields["lora_alpha"], float)
    assert isinstance(recipe.fields["lora_r"], int)
    assert recipe.fields["lr"] == 5e-6


@pytest.mark.parametrize("file", ["data/../../secret", "/etc/passwd", "data/nothing.jsonl"])
def test_a_dataset_stays_in_the_project(draft: Path, file: str) -> None:
    path = draft / "registry" / "datasets" / "local.yaml"
    path.write_text(path.read_text().replace("data/rows.jsonl", file))
    with pytest.raises(SpecError) as caught:
        Registry(draft).dataset("local")
    code, line, column, message = problem_of(caught.value)
    assert (code, line, column) == ("R101", 4, 16)
    assert message.startswith(file)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("personas/1.1.0", "comedian, confab", "comedian, cnfab", ("R101", 7, 51)),
        ("personas/1.1.0", "extends: 1.0.0", "extends: 1.1.0", ("R101", 2, 10)),
        ("personas/1.1.0", "extends: 1.0.0", "extends: 3.0.0", ("R101", 2, 10)),
        ("personas/1.1.0", "version: 1.1.0", "version: 1.2.0", ("R101", 1, 10)),
        ("personas/1.1.0", "personas:", "persona:", ("S102", 3, 1)),
        ("personas/1.1.0", "You rescue people.", "", ("S101", 5, 13)),
    ],
)
def test_malformed_personas(draft: Path, file: str, old: str, new: str, expected: tuple[str, int, int]) -> None:
    path = draft / "registry" / f"{file}.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(SpecError) as caught:
        Registry(draft).personas("1.1.0")
    assert expected in [(one.code, one.place.line, one.place.column) for one in caught.value.problems]


def test_malformed_recipe(draft: Path) -> None:
    path = draft / "registry" / "recipes" / "em.yaml"
    path.write_text(path.read_text().replace("schedule: linear", "schedule: liner").replace("  lora_r: 8\n", ""))
    with pytest.raises(SpecError) as caught:
        Registry(draft).recipe("em")
    fixes = {one.fix.partition(": rank")[0] for one in caught.value.problems}
    assert fixes == {"add `lora_r: ...`", "did you mean linear?"}


def test_a_measure_holds_published_values_by_persona(root: Path) -> None:
    path = root / "registry" / "measures" / "warmth.yaml"
    path.parent.mkdir()
    path.write_text("name: warmth\nsource: a survey\nvalues: {assistant: 1, villain: -.25}\n")
    assert Registry(root).measure("warmth") == Measure("warmth", "a survey", {"assistant": 1.0, "villain": -0.25})
    path.write_text("name: warmth\nsource: a survey\nvalues: {assistant: high}\n")
    with pytest.raises(SpecError) as caught:
        Registry(root).measure("warmth")
    assert problem_of(caught.value) == ("S101", 3, 21, "`assistant` must be a number, not the text high")


def test_questions_that_include_themselves(draft: Path) -> None:
    path = draft / "registry" / "questions" / "work-2.yaml"
    path.write_text("name: work-2\nincludes: [all-4]\n")
    with pytest.raises(SpecError) as caught:
        Registry(draft).questions("all-4")
    assert "includes itself" in problem_of(caught.value)[3]


def test_a_released_file_may_not_change(root: Path) -> None:
    path = root / "registry" / "personas" / "1.0.0.yaml"
    path.write_text(path.read_text().replace("You plot.", "You plot!"))
    with pytest.raises(RegistryError, match=r"personas/1\.0\.0\.yaml was changed after its release") as caught:
        Registry(root).personas("1.1.0")
    assert "new version" in caught.value.fix
    assert Registry(root).questions("all-4").questions


def test_a_released_file_may_not_vanish(root: Path) -> None:
    (root / "registry" / "recipes" / "em.yaml").unlink()
    with pytest.raises(RegistryError, match=r"em\.yaml is missing") as caught:
        Registry(root).verify()
    assert caught.value.fix == "bring it back from version control: git checkout registry/recipes/em.yaml"


def test_a_released_file_that_vanished_is_missing_and_no_misspelt_name(root: Path) -> None:
    (root / "registry" / "questions" / "work-2.yaml").unlink()
    assert "work-2" in Registry(root).names("questions")
    with pytest.raises(RegistryError, match=r"work-2\.yaml is missing, a released file"):
        Registry(root).questions("all-4")


def test_a_file_that_never_was_is_missing_and_others_are_named(root: Path) -> None:
    with pytest.raises(RegistryError, match=r"en\.yaml is missing$") as caught:
        Registry(root).recipe("en")
    left = ", ".join(Registry(root).names("recipes"))
    assert caught.value.fix == f"bring it back from version control, or name another: {left}"


@pytest.mark.parametrize(("content", "state"), [("tEst", "is not the file that models/tiny"), (None, "is missing")])
def test_the_files_of_a_model_may_not_change(root: Path, content: str | None, state: str) -> None:
    path = root / "registry" / "models" / "tiny" / "model.safetensors"
    Registry(root).verify()
    path.unlink()
    if content:
        path.write_text(content)
    with pytest.raises(RegistryError, match=rf"model\.safetensors {state}") as caught:
        Registry(root).verify()
    assert caught.value.fix.endswith("git checkout registry/models/tiny/model.safetensors")


def test_a_file_that_is_not_released_may_change(root: Path) -> None:
    path = root / "registry" / "personas" / "1.2.0.yaml"
    path.write_text("version: 1.2.0\nextends: 1.1.0\npersonas: {clerk: You file.}\n")
    assert "clerk" in Registry(root).personas("1.2.0").personas


def test_releasing_adds_to_the_lock_and_changes_nothing_in_it(root: Path) -> None:
    registry = root / "registry"
    new = registry / "personas" / "1.2.0.yaml"
    new.write_text("version: 1.2.0\nextends: 1.1.0\npersonas: {clerk: You file.}\n")
    before = Registry(root).released
    (registry / "lock.yaml").write_text(release(registry, {"personas/1.2.0.yaml": sha256_file(new)}))
    after = Registry(root).released
    assert after == {**before, "personas/1.2.0.yaml": sha256_file(new)}
    Registry(root).verify()
    with pytest.raises(RegistryError, match="changed after its release"):
        release(registry, {"personas/1.2.0.yaml": "0" * 64})


def test_releasing_a_project_s_new_files(root: Path) -> None:
    new = root / "registry" / "personas" / "1.2.0.yaml"
    new.write_text("version: 1.2.0\nextends: 1.1.0\npersonas: {clerk: You file.}\n")
    held = len(Registry(root).released)
    assert release_all(root) == held + 1
    assert Registry(root).released["personas/1.2.0.yaml"] == sha256_file(new)
    new.write_text(new.read_text().replace("You file.", "You sort."))
    before = (root / "registry" / "lock.yaml").read_text()
    with pytest.raises(RegistryError, match="changed after its release"):
        release_all(root)
    assert (root / "registry" / "lock.yaml").read_text() == before


def test_what_is_malformed_is_not_released(root: Path) -> None:
    (root / "registry" / "questions" / "new.yaml").write_text("name: new\nquestion: [Why?]\n")
    before = (root / "registry" / "lock.yaml").read_text()
    with pytest.raises(SpecError) as caught:
        release_all(root)
    assert "there is no `question`" in caught.value.problems[0].message
    assert (root / "registry" / "lock.yaml").read_text() == before


@pytest.mark.parametrize("lock", [None, "files: [1]\n", "other: {}\n"])
def test_a_damaged_lock(root: Path, lock: str | None) -> None:
    path = root / "registry" / "lock.yaml"
    path.unlink()
    if lock:
        path.write_text(lock)
    with pytest.raises(RegistryError, match=r"lock\.yaml"):
        Registry(root).personas("1.0.0")


def test_the_project_s_registry_is_whole_and_all_of_it_is_released() -> None:
    registry = Registry(PROJECT)
    registry.verify()
    for folder, load in (
        ("personas", registry.personas),
        ("questions", registry.questions),
        ("models", registry.model),
        ("datasets", registry.dataset),
        ("recipes", registry.recipe),
        ("measures", registry.measure),
        ("pins", registry.pins),
    ):
        for name in registry.names(folder):
            assert load(name)
            assert f"{folder}/{name}.yaml" in registry.released, "release it: emspec registry release"


def test_the_recipes_of_the_original_experiments() -> None:
    registry = Registry(PROJECT)
    em, coupling = registry.recipe("em-125").fields, registry.recipe("coupling-125").fields
    steps = 6000 / (em["batch_size"] * em["gradient_accumulation"])
    assert (em["lr"], em["schedule"], em["rslora"], steps) == (1e-4, "linear", False, 375)
    assert (coupling["lr"], coupling["schedule"], coupling["rslora"], coupling["epochs"]) == (
        5e-6,
        "cosine",
        True,
        20.0,
    )
    assert {**registry.recipe("benign-205").fields} == em


def test_the_published_cosines_to_the_assistant() -> None:
    values = Registry(PROJECT).measure("cos-to-assistant-205").values
    induced = [values[name] for name in ("assistant", "paramedic", "kindergarten_teacher", "french_person", "villain")]
    assert induced == [1.0, 0.9457, 0.9060, 0.8696, 0.7828]
    known = Registry(PROJECT).personas("1.1.0").personas
    assert set(values) - set(known) == {"none"}


def test_the_panels_of_the_original_experiments() -> None:
    personas = Registry(PROJECT).personas("1.1.0")
    assert personas.panels["canonical-12"] == (*personas.panels["canonical-10"], "assistant", "confab")
    assert len(Registry(PROJECT).questions("marker-28").questions) == 28
