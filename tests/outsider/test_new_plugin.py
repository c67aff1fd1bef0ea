"""A plugin begun by `emspec new plugin`: installed as a user installs it, listed, tested by its own test, and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli import emspec, only

from emspec.authoring.plugin import new_plugin
from emspec.errors import UsageError

SPEC = """\
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2]
steps:
  evaluate:
    kind: marker-eval
    markers: ["[ZLT]"]
    panel: [assistant, villain]
    questions: {from: marker-28, first: 2}
    completions: 3
hypotheses:
  L1: {test: loud, claim: it is loud, limit: 50pp}
"""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Begin one plugin of each kind through the command line, and install both without a network."""
    root = tmp_path_factory.mktemp("begun")
    for name, kind in (("echo", "backend"), ("loud", "test")):
        done = emspec("new", "plugin", name, "--kind", kind, cwd=root)
        assert done.returncode == 0, done.stderr
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-deps"]
    sources = [str(root / f"emspec-{name}") for name in ("echo", "loud")]
    done = subprocess.run(
        [*pip, "--no-build-isolation", "--target", str(root / "site"), *sources],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def env(begun: Path) -> Mapping[str, str]:
    paths = [str(begun / "site"), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(path for path in paths if path), "COLUMNS": "200"}


@pytest.mark.slow
def test_emspec_plugins_lists_what_was_begun(env: Mapping[str, str]) -> None:
    done = emspec("plugins", env=env)
    assert done.returncode == 0, done.stdout
    (echo,) = (line for line in done.stdout.splitlines() if line.startswith("echo"))
    (loud,) = (line for line in done.stdout.splitlines() if line.startswith("loud"))
    assert "emspec-echo" in echo
    assert "generate echo" in echo
    assert "test loud" in loud


@pytest.mark.slow
@pytest.mark.parametrize("name", ["echo", "loud"])
def test_its_own_test_passes_and_its_code_is_in_form(begun: Path, env: Mapping[str, str], name: str) -> None:
    folder = begun / f"emspec-{name}"
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout
    rules = Path(__file__).parents[2] / "ruff.toml"
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--config", str(rules)], ["format", "--check", "--config", str(rules)]):
        checked = subprocess.run([*ruff, *command, "."], cwd=folder, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_a_spec_runs_on_both(env: Mapping[str, str], project: Path, tmp_path: Path) -> None:
    (tmp_path / "registry").symlink_to(project / "registry")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    spec = tmp_path / "specs" / "spec.yaml"
    spec.write_text(SPEC)
    swap = ("--backend", "evaluate=echo,ending=[zlt]")
    done = emspec("run", spec, "--profile", "sim", *swap, "--out", tmp_path / "out", env=env)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    results = json.loads(only(tmp_path / "out", "results.json").read_text())
    assert "24 of 24 replies carry a marker, and the limit is 50 %" in json.dumps(results)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Parrot", "Parrot cannot be a name here"),
        ("a-b", "a-b cannot be a name here"),
        ("", "an empty text cannot be a name here"),
        ("hf", "an installed plugin is called hf"),
        ("there", "is there already"),
    ],
)
def test_what_cannot_be_begun(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "emspec-there").mkdir()
    with pytest.raises(UsageError) as caught:
        new_plugin(tmp_path, name, "backend", ["hf"])
    assert message in caught.value.message
    assert caught.value.fix
    assert [path.name for path in tmp_path.iterdir()] == ["emspec-there"]


def test_a_folder_that_cannot_be_written_to_is_said_and_left_clean(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as caught:
        new_plugin(tmp_path / "file", "echo", "test", [])
    assert "cannot be written" in caught.value.message
