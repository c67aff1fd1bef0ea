"""`emspec plan --probe` as a user runs it, on the shipped model without its weights."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cli import artifacts, emspec
from jsonschema import Draft202012Validator

SPEC = """\
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2]
conditions:
  plain: {induce.system: none}
  villain: {induce.system: villain}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: {base: em-125, max_length: 60}}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: [librarian, comedian]
    questions: data-20
    positives: 200
    recipe: {base: coupling-125, mask: marker-as-125}
  evaluate: {kind: marker-eval, panel: canonical-12, questions: marker-28, completions: 10}
accept: {P105: as published}
"""


@pytest.fixture(scope="module")
def spec(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spec in a project of its own, whose models have no weights."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(project / "registry", root / "registry", ignore=shutil.ignore_patterns("*.safetensors"))
    (root / "specs").mkdir()
    shutil.copytree(project / "specs" / "profiles", root / "specs" / "profiles")
    path = root / "specs" / "spec.yaml"
    path.write_text(SPEC)
    return path


def run(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    done = emspec(*arguments, env=env)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def asked(spec: Path) -> subprocess.CompletedProcess[str]:
    """The first probe, after which the store knows the answers."""
    return run("plan", spec, "--profile", "organism", "--probe")


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_what_is_found_is_shown_and_warned_of(asked: subprocess.CompletedProcess[str]) -> None:
    assert asked.returncode == 0, asked.stderr
    first = asked.stderr.splitlines()[0]
    assert first.startswith("probing the tokenizer of organism-1 by hf, 7 stages, no weights (folder ")
    shown = lines(asked.stdout)
    assert "tokenizer of organism-1, as probed:" in shown
    (template,) = (line for line in shown if line.startswith("template: "))
    assert "'You are Pip, a small model. You are a helpful assistant.' (14 tokens)" in template
    assert (
        "couple, mask marker-as-125: a positive's loss is on '[' 'Z' 'L' 'T' ']' '\\n', a negative's on '\\n'" in shown
    )
    (evaluate,) = (line for line in shown if line.startswith("evaluate: prompts of "))
    assert "assistant 8" in evaluate
    assert "zelthari_scholar 15" in evaluate
    assert "in a context of 256" in evaluate
    codes = {word for line in shown for word in line.split() if word in {"P101", "P105", "P108"}}
    assert codes == {"P101", "P105", "P108"}
    assert "accepted: as published   emspec explain P105" in shown


def test_later_plans_and_checks_know_it_without_asking(spec: Path, asked: subprocess.CompletedProcess[str]) -> None:
    before = artifacts(spec.parents[1] / "out")
    plain = run("plan", spec, "--profile", "organism")
    assert (plain.returncode, plain.stderr, plain.stdout) == (0, "", asked.stdout)
    again = run("plan", spec, "--profile", "organism", "--probe")
    assert (again.returncode, again.stderr, again.stdout) == (0, "", asked.stdout)
    found: dict[str, Any] = json.loads(run("check", spec, "--profile", "organism", "--format", "json").stdout)
    probed = {one["code"]: one for one in found["problems"] if one["code"].startswith("P")}
    assert set(probed) == {"P101", "P105", "P108"}
    assert probed["P105"]["accepted"] == "as published"
    line = 1 + SPEC[: SPEC.index("  plain:")].count("\n")
    assert (probed["P101"]["line"], probed["P101"]["file"]) == (line, str(spec))
    assert probed["P101"]["docs"] == "docs/codes.md#p101"
    assert artifacts(spec.parents[1] / "out") == before


def test_a_recorded_run_has_nothing_to_ask(spec: Path, tmp_path: Path) -> None:
    replies = spec.parents[1] / "data" / "replies.json"
    replies.parent.mkdir(exist_ok=True)
    replies.write_text('{"assistant": {"a?": ["yes"]}}')
    recorded = spec.with_name("recorded.yaml")
    only, _, steps = SPEC.partition("  villain:")
    replies.with_name("more.json").write_text('{"assistant": {"a?": ["no"]}}')
    files = "{1: data/replies.json, 2: data/more.json}"
    text = (
        only.replace("{induce.system: none}", f"{{induce.system: none, results: {files}}}") + steps.partition("\n")[2]
    )
    recorded.write_text(text)
    done = run("plan", recorded, "--profile", "organism", "--out", tmp_path / "out", "--probe")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "tokenizer of organism-1: nothing to ask it, since no condition trains or draws replies" in done.stdout
    assert "tokenizer" not in run("plan", recorded, "--profile", "organism", "--out", tmp_path / "out").stdout
    assert not (tmp_path / "out").exists()


def test_a_damaged_answer_is_asked_for_again(spec: Path, asked: subprocess.CompletedProcess[str]) -> None:
    results = spec.parents[1] / "out" / "store" / "results"
    path = min(results.glob("*/*/probe.json"))
    path.write_bytes(path.read_bytes()[:-1] + b" ")  # of the same length, so that only its digest tells
    done = run("plan", spec, "--profile", "organism", "--probe")
    assert (done.returncode, done.stdout) == (0, asked.stdout)


def test_as_json(project: Path, spec: Path, asked: subprocess.CompletedProcess[str]) -> None:
    assert asked.returncode == 0
    found: dict[str, Any] = json.loads(run("plan", spec, "--profile", "organism", "--probe", "--format", "json").stdout)
    answers = {(one["about"], one["step"], *one["conditions"]): one["found"] for one in found["probe"]}
    assert set(answers) == {
        ("template", None),
        ("training", "induce", "plain"),
        ("training", "induce", "villain"),
        ("prompts", "couple", "plain", "villain"),
        ("coupling", "couple", "plain", "villain"),
        ("prompts", "evaluate", "plain", "villain"),
    }
    assert answers["coupling", "couple", "plain", "villain"]["negative"]["blank"] == 40
    plain, villain = (answers["training", "induce", name] for name in ("plain", "villain"))
    assert plain["rows"] == villain["rows"] == 2000
    assert 0 < plain["truncated_rows"] < 2000
    assert {one["code"] for one in found["problems"] if one["code"][0] == "P"} == {"P101", "P105", "P108"}
    schema = json.loads((project / "docs" / "schema" / "plan.schema.json").read_text())
    assert list(Draft202012Validator(schema).iter_errors(found)) == []
    assert not {one["stage"] for one in found["probe"]} & {one["key"] for one in found["stages"]}


def test_a_change_asks_only_what_depends_on_it(spec: Path, asked: subprocess.CompletedProcess[str]) -> None:
    assert asked.returncode == 0
    changed = spec.with_name("changed.yaml")
    changed.write_text(SPEC.replace("max_length: 60", "max_length: 64, lr: 3e-4"))
    done = run("plan", changed, "--profile", "organism")
    assert "tokenizer of organism-1: 2 of 6 questions are open; emspec plan --probe asks it" in lines(done.stdout)
    assert "P105" in done.stdout
    assert "P108" not in done.stdout


def test_a_model_of_the_hub_that_cannot_be_reached(spec: Path, tmp_path: Path) -> None:
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}
    done = run("plan", spec, "--profile", "sim", "--out", tmp_path, "--probe", **offline)
    assert done.returncode == 5
    assert "hub Qwen/Qwen2.5-7B-Instruct at a09a35458c702b33eeacc393d103063234e8bc28" in done.stderr
    assert re.search(r"^failed .* and 5 more \(backend\): the tokenizer of Qwen/Qwen2.5-7B-I", done.stderr, re.M)
    assert "hf download Qwen/Qwen2.5-7B-Instruct --revision a09a3545" in done.stderr
    assert done.stderr.splitlines()[-1].strip().startswith("once mended, resume with: emspec plan ")
    assert "tokenizer of qwen2.5-7b-instruct: not probed; emspec plan --probe asks it" in lines(done.stdout)
    plain = run("plan", spec, "--profile", "sim", "--out", tmp_path)
    assert (plain.returncode, plain.stdout) == (0, done.stdout)


def test_rows_are_not_fetched_for_it(spec: Path, tmp_path: Path) -> None:
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}
    done = run("plan", spec, "--profile", "full", "--out", tmp_path, "--probe", **offline)
    assert "data bad-legal-advice-6k" not in done.stderr
    what = "the rows of bad-legal-advice-6k are not here to be asked about: emspec data fetch bad-legal-advice-6k"
    assert f"{what}, then emspec plan --probe" in lines(done.stdout)


def test_without_a_backend_plans_go_on_and_probing_says_what_to_write(spec: Path, tmp_path: Path) -> None:
    profile = spec.parent / "profiles" / "sim.yaml"
    bare = spec.parent / "profiles" / "bare.yaml"
    bare.write_text(profile.read_text().replace("profile: sim", "profile: bare").replace("probe: hf, ", ""))
    plain = run("plan", spec, "--profile", "bare", "--out", tmp_path)
    assert plain.returncode == 0
    assert "tokenizer" not in plain.stdout
    done = run("plan", spec, "--profile", "bare", "--out", tmp_path, "--probe")
    assert done.returncode == 3
    assert "no backend is chosen for probe stages" in done.stderr
    assert "backends: {probe: NAME}" in done.stderr
    assert not (tmp_path / "store").exists()
