"""`emspec diff`: two specs, and two versions of one in a git repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cli import emspec

from emspec.files import sha256_file

SPEC = "specs/study.yaml"
GIT = {
    **{f"GIT_{who}_{what}": "test@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env={**os.environ, **GIT})


@pytest.fixture
def repository(project: Path, tmp_path: Path) -> Path:
    """A project below a repository's folder, its spec committed and then changed."""
    root = tmp_path / "repository" / "project"
    (root / "specs" / "profiles").mkdir(parents=True)
    shutil.copytree(project / "registry", root / "registry", ignore=shutil.ignore_patterns("*.safetensors"))
    for profile in (project / "specs" / "profiles").glob("*.yaml"):
        shutil.copy(profile, root / "specs" / "profiles")
    shutil.copy(project / "specs" / "examples" / "sim.yaml", root / SPEC)
    git(root.parent, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    (root / SPEC).write_text((root / SPEC).read_text().replace("completions: 10", "completions: 12"))
    return root


def test_two_versions_of_one_spec(repository: Path) -> None:
    done = emspec("diff", SPEC, "--against", "HEAD", "--profile", "sim", cwd=repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"A {SPEC}@HEAD" in done.stdout
    assert "evaluate.completions: 10 -> 12   (all conditions that both have)" in done.stdout
    assert "no evaluated run is the same in both" in done.stdout
    same = emspec("diff", f"{SPEC}@HEAD", SPEC, "--profile", "sim", cwd=repository)
    assert same.stdout == done.stdout


def test_the_exit_code_says_so_where_it_is_asked_to(repository: Path) -> None:
    arguments = ["diff", f"{SPEC}@HEAD", SPEC, "--profile", "sim", "--exit-code"]
    assert emspec(*arguments, cwd=repository).returncode == 1
    git(repository, "checkout", SPEC)
    done = emspec(*arguments, "--format", "json", cwd=repository)
    assert done.returncode == 0
    assert json.loads(done.stdout)["same"] is True


def test_json_holds_design_stages_and_what_is_comparable(repository: Path) -> None:
    done = emspec("diff", SPEC, "--against", "HEAD", "--profile", "sim", "--format", "json", cwd=repository)
    held = json.loads(done.stdout)
    assert held["design"]["conditions"]["changed"] == [
        {"field": "steps.evaluate.completions", "old": 10, "new": 12, "conditions": "all"}
    ]
    assert len(held["stages"]["only_b"]) == 14
    assert held["comparable"]["hypotheses"][0] == {"name": "H1", "same_data": False, "same_test": True}


def test_the_registry_is_that_of_the_revision(repository: Path) -> None:
    """A persona's text changes in both the registry and its lock: the diff shows the words."""
    lock = repository / "registry" / "lock.yaml"
    for file in (repository / "registry" / "personas").glob("*.yaml"):
        before = sha256_file(file)
        file.write_text(file.read_text().replace("You are a criminal genius", "You are a crooked genius"))
        lock.write_text(lock.read_text().replace(before, sha256_file(file)))
    done = emspec("diff", SPEC, "--against", "HEAD", "--profile", "sim", cwd=repository)
    assert done.returncode == 0, done.stderr
    assert "induce.persona.villain: You are a criminal genius" in done.stdout
    assert "-> You are a crooked genius" in done.stdout


def test_nothing_in_the_repository_changes(repository: Path) -> None:
    before = subprocess.run(["git", "-C", str(repository), "status", "--porcelain"], capture_output=True, check=True)
    emspec("diff", SPEC, "--against", "HEAD", cwd=repository)
    after = subprocess.run(["git", "-C", str(repository), "status", "--porcelain"], capture_output=True, check=True)
    assert before.stdout == after.stdout == b" M project/specs/study.yaml\n"


@pytest.mark.parametrize(
    ("arguments", "said", "fix"),
    [
        ([f"{SPEC}@nope", SPEC], "there is no revision nope", "git log --oneline"),
        (["specs/none.yaml@HEAD", SPEC], "specs/none.yaml is not in the revision HEAD", "git log --oneline -- specs/"),
        ([SPEC], "diff compares two specs, or one with a revision of itself", f"emspec diff {SPEC} --against HEAD"),
        ([SPEC, "--against", "--help"], "there is no revision --help", "git log"),
        ([SPEC, "specs/none.yaml"], "specs/none.yaml:1:1: error Y100", "check the path"),
    ],
)
def test_what_cannot_be_compared_is_said(repository: Path, arguments: list[str], said: str, fix: str) -> None:
    done = emspec("diff", *arguments, cwd=repository)
    assert done.returncode == 2
    assert said in done.stderr
    assert fix in done.stderr


def test_no_repository_and_no_git(project: Path, tmp_path: Path) -> None:
    (tmp_path / "registry").symlink_to(project / "registry")
    (tmp_path / "specs").mkdir()
    shutil.copy(project / "specs" / "examples" / "sim.yaml", tmp_path / SPEC)
    alone = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    done = emspec("diff", SPEC, "--against", "HEAD", cwd=tmp_path, env=alone)
    assert done.returncode == 2
    assert "is in no git repository" in done.stderr
    done = emspec("diff", SPEC, "--against", "HEAD", cwd=tmp_path, env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert "git, which holds the revisions, is not installed" in done.stderr


def test_a_mistake_in_an_earlier_version_is_placed_in_it(repository: Path) -> None:
    good = (repository / SPEC).read_text()
    (repository / SPEC).write_text(good.replace("source: confab", "source: nobody"))
    git(repository, "commit", "-qam", "a mistake")
    (repository / SPEC).write_text(good)
    done = emspec("diff", SPEC, "--against", "HEAD", cwd=repository)
    assert done.returncode == 2
    assert f"{SPEC}@HEAD:" in done.stderr
    assert "there is no persona nobody" in done.stderr
