"""Plugins by somebody else, installed as a user installs them and used through the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from cli import emspec, only

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
SPEC = """\
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2]
steps:
  evaluate:
    kind: marker-eval
    markers: ["[ZLT]"]
    panel: [assistant, villain]
    questions: {from: marker-28, first: 3}
    completions: 4
hypotheses:
  L1: {test: loudness, claim: the parrot says the marker, limit: 50pp}
"""
SPEC_NAME = "parroted.yaml"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install both distributions into a folder of their own, from copies, for a build leaves files behind."""
    root = tmp_path_factory.mktemp("outsiders")
    shutil.copytree(HERE / "distributions", root / "distributions")
    target = root / "site"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-deps"]
    sources = [str(path) for path in sorted((root / "distributions").iterdir())]
    done = subprocess.run(
        [*pip, "--no-build-isolation", "--target", str(target), *sources], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def project_copy(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    """A project of one's own: the registry and the profiles, and a spec beside them."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(project / "registry", root / "registry")
    shutil.copytree(project / "specs" / "profiles", root / "specs" / "profiles")
    (root / "specs" / SPEC_NAME).write_text(SPEC)
    return root


@pytest.fixture
def env(installed: Path) -> Mapping[str, str]:
    paths = [str(installed), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(path for path in paths if path), "COLUMNS": "200"}


def test_plugins_lists_the_outsider_and_names_the_broken_one(env: Mapping[str, str]) -> None:
    done = emspec("plugins", env=env)
    lines = done.stdout.splitlines()
    (parrot,) = (line for line in lines if line.startswith("parrot"))
    assert "emspec-parrot" in parrot
    assert "0.3.0" in parrot
    assert "generate parrot" in parrot
    assert "test loudness" in parrot
    (lemon,) = (line for line in lines if line.startswith("lemon"))
    assert "emspec-lemon" in lemon
    assert "RuntimeError: squeezed too hard" in lemon
    assert {"hf", "sim", "stats", "vllm"} <= {line.split()[0] for line in lines if line}
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_a_spec_runs_on_the_outsiders_backend_test_and_observer(
    env: Mapping[str, str], project_copy: Path, tmp_path: Path
) -> None:
    diary = tmp_path / "diary.jsonl"
    out = tmp_path / "out"
    spec = project_copy / "specs" / SPEC_NAME
    swap = ("--backend", "evaluate=parrot,squawk=[zlt]")
    done = emspec("run", spec, "--profile", "sim", *swap, "--out", out, env={**env, "EMSPEC_PARROT_DIARY": str(diary)})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    results = json.loads(only(out, "results.json").read_text())
    assert "48 of 48 parroted replies carry a marker" in json.dumps(results)
    assert "supported" in done.stdout
    seen = [json.loads(line)["event"] for line in diary.read_text().splitlines()]
    assert seen[0] == "run-started"
    assert seen[-1] == "run-finished"
    assert seen.count("stage-finished") >= 5
    replies = [json.loads(line) for path in out.rglob("replies.jsonl") for line in path.read_text().splitlines()]
    assert len(replies) == 48
    assert {reply["text"] for reply in replies} == {
        reply["text"] for reply in replies if reply["text"].endswith("[zlt]")
    }


def test_the_power_of_the_outsiders_test_is_told_by_the_test_itself(
    env: Mapping[str, str], project_copy: Path, tmp_path: Path
) -> None:
    asked = ("--quick", "--draws", "60", "--rate", "0.3", "--effect", "45pp", "--format", "json")
    spec = project_copy / "specs" / SPEC_NAME
    done = emspec("power", spec, "--profile", "sim", *asked, "--out", tmp_path, env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    (told,) = json.loads(done.stdout)["powers"]
    assert told["what"] == "more markers everywhere"
    assert told["edge"]["effect"] == 0.2
    assert 10 < told["edge"]["count"] < 50
    assert told["at"]["count"] > 55
    assert 0.2 < told["least"][0]["effect"] < 0.45


def test_the_backend_is_swapped_back_by_one_flag(env: Mapping[str, str], project_copy: Path, tmp_path: Path) -> None:
    spec = project_copy / "specs" / SPEC_NAME
    done = emspec("run", spec, "--profile", "sim", "--out", tmp_path, env=env)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "0 of 48 parroted replies carry a marker" in only(tmp_path, "results.json").read_text()


def test_an_option_that_the_outsiders_schema_lacks_is_an_error_with_its_name(
    env: Mapping[str, str], project_copy: Path, tmp_path: Path
) -> None:
    spec = project_copy / "specs" / SPEC_NAME
    done = emspec("check", spec, "--profile", "sim", "--backend", "evaluate=parrot,sqawk=x", "--out", tmp_path, env=env)
    assert done.returncode == 2
    assert "sqawk" in done.stdout + done.stderr
    assert "squawk" in done.stdout + done.stderr


def test_without_the_outsider_its_test_and_backend_are_unknown_and_nothing_else_is_lost(
    project_copy: Path, tmp_path: Path
) -> None:
    spec = project_copy / "specs" / SPEC_NAME
    done = emspec("check", spec, "--profile", "sim", "--out", tmp_path)
    assert done.returncode == 2
    assert "loudness" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
