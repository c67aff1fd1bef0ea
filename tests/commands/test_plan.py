"""`emspec plan --format ... --output FILE` as a user meets it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cli import emspec


@pytest.fixture
def folder(project: Path, tmp_path: Path) -> Path:
    (tmp_path / "registry").symlink_to(project / "registry")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    shutil.copy(project / "specs" / "examples" / "sim.yaml", tmp_path / "specs")
    return tmp_path


def plan(folder: Path, *arguments: str, code: int = 0) -> str:
    """Return what is printed, or the error of a plan that must fail."""
    done = emspec("plan", "specs/sim.yaml", "--profile", "sim", *arguments, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if code else done.stdout


@pytest.mark.parametrize("form", ["text", "json", "markdown", "mermaid", "svg"])
def test_a_file_holds_what_would_be_printed(folder: Path, form: str) -> None:
    assert plan(folder, "--format", form, "--output", "plan.out") == ""
    written = (folder / "plan.out").read_text()
    assert str(folder) not in written
    assert written.endswith("\n")
    if form != "text":
        assert written == plan(folder, "--format", form)
    assert sorted(path.name for path in folder.iterdir()) == ["plan.out", "registry", "specs"]


def test_a_text_in_a_file_has_no_colours(folder: Path) -> None:
    done = emspec("plan", "specs/sim.yaml", "--output", "plan.txt", cwd=folder, env={"FORCE_COLOR": "1"})
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in (folder / "plan.txt").read_text()


def test_the_forms_tell_of_one_plan(folder: Path) -> None:
    shown = json.loads(plan(folder, "--format", "json"))
    digest = shown["plan"][:8]
    assert f"- plan: `{digest}`" in plan(folder, "--format", "markdown")
    assert f"plan {digest}" in plan(folder)
    drawn = ElementTree.fromstring(plan(folder, "--format", "svg", "--full"))
    names = [one.attrib["data-name"] for one in drawn.iter() if "data-name" in one.attrib]
    assert names == [one["key"] for one in shown["stages"]]


def test_an_earlier_file_is_replaced_and_links_are_followed(folder: Path) -> None:
    (folder / "kept.md").write_text("earlier")
    (folder / "link.md").symlink_to("kept.md")
    plan(folder, "--format", "markdown", "--output", "link.md")
    assert (folder / "link.md").is_symlink()
    assert (folder / "kept.md").read_text().startswith("# sim")


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("specs", "error --output specs is a folder"),
        ("", "error --output names no file"),
        ("nowhere/plan.md", "error --output nowhere/plan.md: there is no folder nowhere"),
        ("specs/sim.yaml/plan.md", "there is no folder specs/sim.yaml"),
        ("pipe", "error --output pipe is a pipe or a device, no file"),
        ("a" * 300, "error --output is no file's name: File name too long"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_way_out(folder: Path, output: str, message: str) -> None:
    os.mkfifo(folder / "pipe")
    said = plan(folder, "--output", output, code=2)
    assert message in said
    assert "--output" in said.splitlines()[1]


def test_the_spec_is_not_written_over(folder: Path) -> None:
    before = (folder / "specs" / "sim.yaml").read_bytes()
    assert "sim.yaml is the spec itself" in plan(folder, "--output", "specs/../specs/sim.yaml", code=2)
    assert (folder / "specs" / "sim.yaml").read_bytes() == before


def test_a_folder_that_cannot_be_written_to_is_an_error(folder: Path) -> None:
    assert "error cannot write /proc/plan.md: " in plan(folder, "--output", "/proc/plan.md", code=2)


def test_a_plan_that_fails_leaves_the_file_alone(folder: Path) -> None:
    (folder / "plan.md").write_text("earlier")
    plan(folder, "--only", "nobody", "--output", "plan.md", code=2)
    assert (folder / "plan.md").read_text() == "earlier"


def test_options_that_do_not_go_together_say_what_does(folder: Path) -> None:
    assert (
        "--full is about the graph of the stages\n   add --format markdown or --format mermaid or --format svg"
        in plan(folder, "--full", code=2)
    )
    assert "--why has no form svg\n   leave --format away, or take --format json" in plan(
        folder, "--why", "--format", "svg", code=2
    )
    assert "svgg" in plan(folder, "--format", "svgg", code=2)
