"""`emspec new`: what is begun passes check, and what is there is never overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from design import messages

from emspec.cli import main
from emspec.language import load
from emspec.plugins import discover

PROJECT = Path(__file__).parents[2]
PROFILES = sorted(path.stem for path in (PROJECT / "specs" / "profiles").glob("*.yaml"))
EXAMPLES = sorted(path.stem for path in (PROJECT / "specs" / "examples").glob("*.yaml"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that may be written to, as the working directory."""
    (tmp_path / "registry").mkdir()
    for path in (PROJECT / "registry").iterdir():
        (tmp_path / "registry" / path.name).symlink_to(path)
    shutil.copytree(PROJECT / "specs", tmp_path / "specs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def typed(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["new", *arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a refusal says; it changes no file, and its last line is a fix."""
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert typed(*arguments) == 2
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
    first, *rest = capsys.readouterr().err.splitlines()
    assert rest
    assert rest[-1].strip()
    return first.removeprefix("error ")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_new_spec_passes_check_under_every_profile(place: Path, profile: str) -> None:
    assert typed("spec", "mine", "--issue", "301", "--title", 'Does "it": leak? # yes', "--profile", profile) == 0
    experiment = load(place / "specs" / "mine.yaml", profile=profile, catalog=discover()[0])
    assert (experiment.issue, experiment.title) == (301, 'Does "it": leak? # yes')
    assert {one.name for one in experiment.hypotheses} == {"H1", "H2"}
    assert {problem.code for problem in experiment.problems} <= {"D104", "D105", "D111", "D116", "D142", "D115", "D125"}


def test_a_new_spec_says_what_to_change_and_what_to_type_next(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("spec", "mine") == 0
    assert capsys.readouterr().out.splitlines() == [
        "wrote specs/mine.yaml",
        "next:",
        "   emspec check specs/mine.yaml",
        "   emspec plan specs/mine.yaml",
    ]
    text = (place / "specs" / "mine.yaml").read_text()
    assert text.count("# change:") == 4
    assert "\n# issue: 123 " in text


@pytest.mark.parametrize("example", [name for name in EXAMPLES if not name.startswith("replay-")])
def test_a_new_spec_of_an_example_is_the_example_but_for_its_head(place: Path, example: str) -> None:
    assert typed("spec", "mine", "--from", example, "--issue", "7", "--title", "Mine") == 0
    new, old = (
        load(place / "specs" / path, profile="sim", catalog=discover()[0])
        for path in ("mine.yaml", f"examples/{example}.yaml")
    )
    assert (new.issue, new.title) == (7, "Mine")
    assert (new.conditions, new.hypotheses and new.baseline, new.seeds) == (
        old.conditions,
        old.hypotheses and old.baseline,
        old.seeds,
    )


def test_the_editor_is_told_of_the_schema_where_there_is_one(place: Path) -> None:
    (place / "docs" / "schema").mkdir(parents=True)
    (place / "docs" / "schema" / "spec.schema.json").write_text("{}")
    assert typed("spec", "mine", "--from", "minimal") == 0
    first = (place / "specs" / "mine.yaml").read_text().partition("\n")[0]
    assert first == "# yaml-language-server: $schema=../docs/schema/spec.schema.json"


def test_specs_that_cannot_be_begun(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "spec", "issue200") == "specs/issue200.yaml is there already"
    assert refused(capsys, "spec", "../x") == "../x cannot be a name here"
    assert refused(capsys, "spec", "x", "--from", "minimol") == "specs/examples holds no minimol"
    assert refused(capsys, "spec", "x", "--from", "replay-205-E0").startswith(
        "the new spec would not pass emspec check"
    )
    assert refused(capsys, "spec", "x", "--title", "a\nb").startswith("the title has characters")


def test_a_condition_goes_into_a_spec_and_its_new_findings_are_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = place / "specs" / "issue200.yaml"
    before = spec.read_text()
    asked = ("--system", "paramedic", "--set", "induce.recipe.lr=2e-4", "--stretch", "--profile", "sim")
    assert typed("condition", "specs/issue200.yaml", "B-paramedic", *asked) == 0
    line = "  B-paramedic: {induce.system: paramedic, induce.recipe.lr: 2e-4, stretch: true}\n"
    assert spec.read_text() == before.replace("baseline: B0", f"{line}baseline: B0")
    experiment = load(spec, profile="sim", catalog=discover()[0])
    assert any("B-paramedic differs from B0" in one for one in messages(experiment, "D110"))
    out = capsys.readouterr().out
    assert "warning D110 B-paramedic differs from B0" in out
    assert "D104" not in out, "what was found before is not told again"


def test_a_condition_goes_beside_those_of_an_extended_spec(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = place / "specs" / "more.yaml"
    spec.write_text("extends: issue200.yaml\ntitle: More of it\n")
    assert typed("condition", "specs/more.yaml", "B-french", "--system", "french_person") == 0
    assert spec.read_text() == (
        "extends: issue200.yaml\ntitle: More of it\nconditions:\n  B-french: {induce.system: french_person}\n"
    )
    names = [one.name for one in load(spec, profile="sim", catalog=discover()[0]).conditions]
    assert names[-2:] == ["B-sarcastic", "B-french"]
    already = refused(capsys, "condition", "specs/more.yaml", "B0", "--system", "villain")
    assert already == "there is a condition B0 already, in the spec that this one extends"


def test_conditions_that_cannot_be_added(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = "specs/issue200.yaml"
    assert refused(capsys, "condition", spec, "B0") == "there is a condition B0 already, in specs/issue200.yaml:19"
    wrong = refused(capsys, "condition", spec, "X", "--system", "vilain")
    assert wrong == "the spec would be wrong: there is no persona vilain in version 1.1.0"
    assert refused(capsys, "condition", spec, "X", "--set", "induce.recipe.lr=fast").startswith(
        "the spec would be wrong"
    )
    assert "cannot be read" in refused(capsys, "condition", "specs/nowhere.yaml", "X")
    assert "there is no `profile`" in refused(capsys, "condition", "specs/profiles/sim.yaml", "X")


def test_a_linked_spec_stays_a_link(place: Path) -> None:
    (place / "link.yaml").symlink_to(place / "specs" / "issue200.yaml")
    assert typed("condition", "link.yaml", "X", "--system", "librarian") == 0
    assert (place / "link.yaml").is_symlink()
    assert "X: " in (place / "specs" / "issue200.yaml").read_text()


def test_a_persona_goes_through_the_registry(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(PROJECT / "registry" / "personas", place / "own")
    (place / "registry" / "personas").unlink()
    (place / "own").rename(place / "registry" / "personas")
    assert typed("persona", "pirate", "You are a pirate.") == 0
    assert "pirate: You are a pirate." in (place / "registry" / "personas" / "1.2.0.yaml").read_text()
    assert "has a persona pirate already" in refused(capsys, "persona", "pirate", "You sail.")


def test_a_new_spec_takes_the_newest_released_personas_and_no_draft(place: Path) -> None:
    (place / "registry" / "personas").unlink()
    shutil.copytree(PROJECT / "registry" / "personas", place / "registry" / "personas")
    (place / "registry" / "personas" / "12.0.0.yaml").write_text("personas: {pirate: You are a pirate.}\n")
    assert typed("spec", "study") == 0
    assert "personas: 12.0.0" not in (place / "specs" / "study.yaml").read_text()
