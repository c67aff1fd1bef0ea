"""`emspec plan --why` as a user sees it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli import emspec
from earlier import ran

from emspec.language import load
from emspec.plan import compile_plan
from emspec.plugins import discover


@pytest.fixture
def spec(project: Path, tmp_path: Path) -> Path:
    """A spec that has run once, below a project of its own."""
    (tmp_path / "registry").symlink_to(project / "registry")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    spec = Path(shutil.copy(project / "specs" / "examples" / "sim.yaml", tmp_path / "specs"))
    catalog, _ = discover()
    ran(compile_plan(load(spec, profile="sim", catalog=catalog), catalog), tmp_path / "out", spec)
    return spec


def why(spec: Path, *arguments: str) -> str:
    done = emspec("plan", spec, "--profile", "sim", "--why", *arguments, cwd=spec.parents[1])
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_ran_has_nothing_to_explain(spec: Path) -> None:
    assert why(spec).endswith("nothing has to run\n")
    assert json.loads(why(spec, "--format", "json"))["stages"] == []


def test_a_change_is_named_with_both_values_and_its_line(spec: Path) -> None:
    spec.write_text(spec.read_text().replace("completions: 10", "completions: 12"))
    text = why(spec)
    assert "evaluate (6 stages: plain 1 evaluate, plain 2 evaluate, " in text
    line = 1 + spec.read_text().split("completions:")[0].count("\n")
    assert f"): changed since the last run\n   samples: 10 -> 12   specs/sim.yaml:{line}:" in text
    assert "evaluate.score (6 stages: " in text
    assert " ...): follows from: evaluate\n" in text
    stages = {one["label"]: one for one in json.loads(why(spec, "--format", "json"))["stages"]}
    (change,) = stages["villain 3 evaluate"]["changes"]
    assert (change["field"], change["old"], change["new"]) == ("parameters.samples", 10, 12)
    assert change["place"]["line"] == line
    assert stages["villain 3 evaluate"]["against"]["emspec"] == "0.0.9"
    assert [one["label"] for one in stages["villain 3 evaluate.score"]["follows"]] == ["villain 3 evaluate"]


def test_what_never_ran_is_said_to_be_so(spec: Path) -> None:
    text = why(spec, "--out", str(spec.parent / "elsewhere"))
    assert "data organism-bad-legal-advice: never run\n" in text
