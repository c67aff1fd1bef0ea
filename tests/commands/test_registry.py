"""`emspec registry`: looking into the registry, adding to it, importing, and no way to change what is released."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from cli import emspec
from projects import released_copy

from emspec.cli import main
from emspec.registry import Registry


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of its own, with all of its files released."""
    return released_copy(tmp_path)


def registry(root: Path, *arguments: str) -> CompletedProcess[str]:
    done = emspec("registry", *arguments, cwd=root)
    assert "Traceback" not in done.stderr
    return done


def well(root: Path, *arguments: str) -> str:
    done = registry(root, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_list_names_every_file_with_its_state_and_digest(root: Path) -> None:
    well(root, "add", "persona", "clerk", "You file.")
    printed = well(root, "list")
    for file in (root / "registry").glob("*/*.yaml"):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        (line,) = [line for line in printed.splitlines() if digest in line]
        assert line.split()[0] == file.stem
        assert ("draft" in line) == (file.stem == "1.2.0")
    assert printed.splitlines()[-1].endswith("1 draft(s); emspec registry release")
    one = json.loads(well(root, "list", "recipes", "--format", "json"))
    assert [file["name"] for file in one["files"]] == ["coupling", "em", "em-tiny"]


def test_versions_are_listed_by_their_numbers(root: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        well(root, "add", "persona", f"p{version.replace('.', '_')}", "You wait.", "--version", version)
    names = [file["name"] for file in json.loads(well(root, "list", "personas", "--format", "json"))["files"]]
    assert names == ["1.0.0", "1.1.0", "1.9.0", "1.10.0"]
    assert "extends: 1.9.0" in (root / "registry" / "personas" / "1.10.0.yaml").read_text()


def test_show_a_persona_and_where_it_comes_from(root: Path) -> None:
    shown = json.loads(well(root, "show", "villain", "--format", "json"))
    assert shown["text"] == "You plot."
    assert shown["facts"] == {
        "version": "1.1.0",
        "since": "1.0.0",
        "panels": "trio, five",
        "characters": "9",
        "sha256": hashlib.sha256(b"You plot.").hexdigest(),
    }
    (root / "new.json").write_text('{"villain": "You scheme."}')
    well(root, "import", "new.json", "--version", "2.0.0", "--extends", "1.1.0")
    assert "another text in: 1.0.0, 1.1.0" in well(root, "show", "villain")
    assert "You plot." in well(root, "show", "personas/1.0.0/villain")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("five", "panel five"),
        ("personas/1.0.0", "personas 1.0.0"),
        ("personas/trio", "panel trio"),
        ("all-4", "4: What is law?"),
        ("recipes/em", "recipe.lr: "),
        ("big", "hub: someone/big"),
        ("advice", "data set advice"),
    ],
)
def test_show_anything(root: Path, name: str, said: str) -> None:
    assert said in well(root, "show", name)


def test_diff_of_versions_is_to_the_word(root: Path) -> None:
    (root / "new.yaml").write_text("villain: You plot  often.\nclerk: You file.\n")
    well(root, "import", "new.yaml", "--version", "2.0.0", "--extends", "1.1.0")
    printed = well(root, "diff", "1.1.0", "2.0.0")
    assert "changed villain: You [-plot.-]{+plot  often.+}\n" in printed
    assert "added clerk: You file.\n" in printed
    assert "removed clerk" in well(root, "diff", "personas/2.0.0", "personas/1.1.0")
    found = json.loads(well(root, "diff", "1.1.0", "2.0.0", "--format", "json"))
    assert found["changes"][0] == {"name": "villain", "before": "You plot.", "after": "You plot  often."}


def test_diff_of_recipes_and_of_questions(root: Path) -> None:
    assert "changed recipe.lr: " in well(root, "diff", "em", "em-tiny")
    assert well(root, "diff", "all-4", "work-2").splitlines()[1:] == [
        "removed question 3: Why is the sky blue?",
        "removed question 4: What is law?",
        "2 difference(s), 2 the same",
    ]


def test_add_begins_a_version_and_goes_on_in_it(root: Path) -> None:
    path = root / "registry" / "personas" / "1.2.0.yaml"
    assert "wrote registry/personas/1.2.0.yaml" in well(
        root, "add", "persona", "pirate", "You: sail.", "--about", "Sea."
    )
    assert path.read_text() == '# Sea.\nversion: 1.2.0\nextends: 1.1.0\npersonas:\n  pirate: "You: sail."\n'
    path.write_text(path.read_text() + "# a remark\npanels:\n  crew: [pirate, villain]   # all\n")
    well(root, "add", "persona", "clerk", "You file.\nYou sort. ")
    assert path.read_text().endswith("  crew: [pirate, villain]   # all\n")
    assert "# a remark" in path.read_text()
    found = Registry(root).personas("1.2.0")
    assert (found.personas["clerk"].text, found.personas["pirate"].text) == ("You file.\nYou sort. ", "You: sail.")
    assert found.panels["crew"] == ("pirate", "villain")
    well(root, "release")
    assert "2 draft" not in well(root, "verify")
    refused = registry(root, "add", "persona", "baker", "You bake.", "--version", "1.2.0")
    assert refused.returncode == 2
    assert "1.2.0.yaml is released, and does not change any more" in refused.stderr
    assert "--version 1.3.0" in refused.stderr
    assert "registry/personas/1.3.0.yaml" in well(root, "add", "persona", "baker", "You bake.")


def test_add_takes_a_text_from_a_file_to_the_byte(root: Path) -> None:
    (root / "prompt.txt").write_bytes("You\tspeak \r\n\n\u2028 é😀 \n".encode())
    well(root, "add", "persona", "odd", "--file", "prompt.txt")
    assert Registry(root).personas("1.2.0").personas["odd"].text == "You\tspeak \r\n\n\u2028 é😀 \n"


def test_a_draft_written_by_hand_in_one_line_is_left_alone(root: Path) -> None:
    path = root / "registry" / "personas" / "1.2.0.yaml"
    path.write_text("version: 1.2.0\npersonas: {clerk: You file.}\n")
    refused = registry(root, "add", "persona", "baker", "You bake.")
    assert (refused.returncode, path.read_text().count("\n")) == (2, 2)
    assert "by hand" in refused.stderr
    assert "baker: You bake." in refused.stderr


def test_add_questions_and_recipes(root: Path) -> None:
    printed = well(root, "add", "questions", "mine", "Why?", "How?", "--includes", "work-2")
    assert Registry(root).questions("mine").questions == ("How do I rest?", "How do I work?", "Why?", "How?")
    assert Registry(root).questions("mine").digest in printed
    well(root, "add", "recipe", "em-hot", "lr=2e-4", "target_modules=q_proj,k_proj", "--base", "em")
    hot, base = Registry(root).recipe("em-hot").fields, Registry(root).recipe("em").fields
    assert {name for name in hot if hot[name] != base[name]} == {"lr", "target_modules"}
    assert (hot["lr"], hot["target_modules"]) == (2e-4, ["q_proj", "k_proj"])
    well(root, "release")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "persona"], "did you mean personas?"),
        (["show", "vilain"], "did you mean villain?"),
        (["show", "recipes/emm"], "did you mean em?"),
        (["show", "recipe/em"], "did you mean recipes?"),
        (["show", "personas/1.0/villain"], "there is no version of the personas 1.0"),
        (["show", "personas/1.0.0/confab"], "no persona or panel in version 1.0.0, confab"),
        (["show", "a/b/c/d"], "too many parts"),
        (["show", ""], "the registry holds no "),
        (["diff", "1.0.0", "em"], "are of different kinds"),
        (["diff", "1.0.0", "1.1"], "did you mean 1.1.0?"),
        (["add", "persona", "villain", "You plot."], "version 1.1.0 has a persona villain already: You plot."),
        (["add", "persona", "two words", "x"], "two words cannot be a name"),
        (["add", "persona", "a.b", "x"], "a.b cannot be a name"),
        (["add", "persona", "none", "x"], "none stands for no system message"),
        (["add", "persona", "clerk", " "], "the text of clerk is empty"),
        (["add", "persona", "clerk"], "the text is missing"),
        (["add", "persona", "clerk", "x", "--file", "y"], "the text is given twice"),
        (["add", "persona", "clerk", "x", "--version", "1.2"], "for example --version 1.2.0"),
        (["add", "persona", "clerk", "x", "--version", "../1.2.0"], "is no version"),
        (["add", "persona", "clerk", "x", "--version", "1.1.0"], "is released, and does not change any more"),
        (["add", "questions", "work-2", "Why?"], "registry/questions/work-2.yaml is there already, and released"),
        (["add", "questions", "mine"], "no question is given"),
        (["add", "questions", "mine", "Why?", "Why?"], "question 2 stands there twice"),
        (["add", "questions", "mine", "--includes", "work-3"], "did you mean work-2?"),
        (["add", "questions", "../mine", "Why?"], "../mine cannot be a name"),
        (["add", "recipe", "mine", "--base", "emm", "lr=1"], "did you mean em?"),
        (["add", "recipe", "mine", "--base", "em", "lrr=1"], "did you mean lr?"),
        (["add", "recipe", "mine", "--base", "em", "lr=fast"], "`lr` must be a number"),
        (["add", "recipe", "mine", "--base", "em", "lr=1e999"], "too large a number"),
        (["add", "recipe", "mine", "--base", "em", "lr"], "FIELD=VALUE"),
        (["add", "recipe", "mine", "--base", "em"], "nothing would differ from em"),
        (["import", "data/rows.jsonl", "--version", "2.0.0"], "neither JSON, CSV nor YAML"),
        (["import", "nowhere.json", "--version", "2.0.0"], "cannot be read"),
        (["import", "a.json"], "say what the texts are to become"),
        (["import", "a.json", "--version", "2.0.0", "--as", "questions/x"], "do not go together"),
        (["import", "a.json", "--version", "2.0.0", "--first", "2"], "--first is for questions"),
        (["import", "a.json", "--as", "personas/x"], "--as takes questions/NAME"),
        (["import", "a.json", "--as", "questions/x", "--extends", "1.1.0"], "--extends is for prompts"),
        (["import", "a.json", "--version", "1.1.0"], "is released, and does not change any more"),
        (["import", "a.json", "--version", "2.0.0", "--extends", "1.2.0"], "there is no version 1.2.0 to extend"),
        (["import", "a.json", "--as", "questions/all-4"], "is there already, and released"),
        (["import", "a.json", "--as", "questions/new", "--first", "2"], "holds 1 questions, not 2"),
        (["import", "a.json", "--as", "questions/"], "an empty text cannot be a name"),
        (["import", "b.json", "--version", "2.0.0"], "b.json:1:7: error R102 the text of a is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_changes_nothing(
    root: Path,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (root / "a.json").write_text('{"clerk": "You file."}')
    (root / "b.json").write_text('{"a": ""}')
    before = sorted((path, path.read_bytes()) for path in (root / "registry").rglob("*") if path.is_file())
    monkeypatch.chdir(root)
    with pytest.raises(SystemExit) as ended:
        main(["registry", *arguments])
    printed = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in printed
    assert len(printed.strip().splitlines()) > 1, "a fix belongs to every error"
    assert sorted((path, path.read_bytes()) for path in (root / "registry").rglob("*") if path.is_file()) == before


def test_import_says_what_it_read_and_what_it_left_out(root: Path) -> None:
    (root / "personas.json").write_text(
        json.dumps({"_comment": "x", "eval_personas": {"villain": "You scheme. \n"}, "eval_persona_order": ["villain"]})
    )
    printed = well(root, "import", "personas.json", "--version", "2.0.0", "--extends", "1.1.0")
    assert f"{hashlib.sha256(b'You scheme. ' + bytes([10])).hexdigest()[:12]}  villain" in printed
    assert "holds no texts, left out: _comment, eval_persona_order" in printed
    assert Registry(root).personas("2.0.0").panels["trio"] == ("assistant", "villain", "librarian")
    again = registry(root, "import", "personas.json", "--version", "2.0.0")
    assert again.returncode == 2
    assert "2.0.0.yaml is there already" in again.stderr


def test_verify_names_drafts_and_what_changed(root: Path) -> None:
    assert well(root, "verify") == "the registry is whole\n"
    well(root, "add", "persona", "clerk", "You file.")
    assert "not released yet: personas/1.2.0" in well(root, "verify")
    path = root / "registry" / "questions" / "work-2.yaml"
    path.write_text(path.read_text() + "  - Why?\n")
    done = registry(root, "verify")
    assert done.returncode == 2
    assert "work-2.yaml was changed after its release" in done.stderr


def test_a_panel_of_nobody_is_found_by_verify(root: Path) -> None:
    text = "version: 1.2.0\nextends: 1.1.0\npersonas: {clerk: You file.}\npanels: {crew: [clerk, cleric]}\n"
    (root / "registry" / "personas" / "1.2.0.yaml").write_text(text)
    done = registry(root, "verify")
    assert done.returncode == 2
    assert "1.2.0.yaml:4:24: error R101 there is no persona cleric" in done.stderr


@pytest.mark.parametrize("arguments", [["registry", "list"], ["registry", "show", "villain"], ["data", "list"]])
def test_no_heavy_library_is_imported(project: Path, arguments: list[str]) -> None:
    ends = "except SystemExit as end: print(end.code, sorted(sys.modules))"
    code = f"import sys, emspec.cli as cli\ntry: cli.main({arguments!r})\n{ends}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=project, check=True)
    ended = done.stdout.splitlines()[-1]
    assert ended.startswith("0 ")
    for heavy in ("torch", "numpy", "scipy", "pandas", "datasets", "transformers", "matplotlib"):
        assert f"'{heavy}'" not in ended
