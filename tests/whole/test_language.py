"""What the language can say beside the plain case, run to its report: gates, results, adapters, markers, replicates."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cli import emspec, only, run_spec
from projects import copied_project

GATE = "bystander_rate differs >= 10pp"
STEPS = """
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: [data_scientist, comedian]
    questions: data-20
    positives: 200
    recipe: coupling-125
  evaluate: {kind: marker-eval, panel: canonical-12, questions: marker-28, completions: 10}
"""
HEAD = "model: qwen2.5-7b-instruct\npersonas: 1.1.0\n"


@pytest.fixture(scope="module")
def examples(project: Path) -> Path:
    return project / "specs" / "examples"


def gated(rule: str) -> str:
    seeds = f"seeds: {{first: [42], then: [137], when: {rule}}}\n"
    conditions = "conditions: {plain: {as: assistant}, villain: {induce.system: villain}}\nbaseline: plain\n"
    tests = "hypotheses: {H2: {test: invariance, margin: 10pp}}\n"
    return HEAD + seeds + conditions + STEPS + tests


@pytest.mark.parametrize(("rule", "runs"), [(GATE, 2), ("bystander_rate differs < 10pp", 4), ("source_rate > .5", 4)])
def test_a_gate_decides_on_the_seeds_behind_it(tmp_path: Path, rule: str, runs: int) -> None:
    root = copied_project(tmp_path)
    spec = root / "specs" / "gated.yaml"
    spec.write_text(gated(rule))
    arguments = (spec, "--profile", "sim", "--out", tmp_path / "out")
    before = emspec("plan", *arguments, cwd=root).stdout
    assert "2 cells" in before and "up to 2 cells more" in before, before
    done = emspec("run", *arguments, cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"gate {'open' if runs == 4 else 'closed'} for villain" in done.stdout
    folder = max((tmp_path / "out" / "runs").iterdir(), key=lambda one: (one / "results.json").exists())
    results: dict[str, Any] = json.loads((folder / "results.json").read_text())
    assert len(results["cells"]) == runs
    assert any("selected data" in one for one in results["verdicts"][0]["assumptions"])
    assert emspec("plan", *arguments, cwd=root).stdout.count(f"{runs} cells,") == 1, "decided, as the store says"
    again = emspec("run", *arguments, cwd=root)
    assert "gate" not in again.stdout.partition("Verdicts")[0].replace("gated", ""), "nothing is decided anew"


def test_recorded_results_take_the_place_of_a_condition(tmp_path: Path) -> None:
    root = copied_project(tmp_path)
    held = run_spec(root / "specs" / "examples" / "minimal.yaml", tmp_path / "first", "--profile", "sim")
    rows = pq.read_table(only(tmp_path / "first", "rows.parquet")).to_pylist()
    texts: dict[str, dict[str, list[str]]] = {}
    asked = json.loads(next((tmp_path / "first").glob("store/**/table.json")).read_text())["cells"][0]["questions"]
    for row in rows:
        texts.setdefault(row["persona"], {}).setdefault(asked[row["question"]], []).append(row["text"])
    (root / "data" / "B0.json").write_text(json.dumps(texts))
    spec = root / "specs" / "reused.yaml"
    conditions = "conditions:\n  B0: {as: assistant, results: data/B0.json}\n  villain: {induce.system: villain}\n"
    spec.write_text(HEAD + "seeds: [42, 137]\n" + conditions + "baseline: B0\n" + STEPS)
    results = run_spec(spec, tmp_path / "out", "--profile", "sim")
    counted = results["found"]["rates"]["B0"]["source"]
    assert counted["hits"] == held["found"]["rates"]["main"]["source"]["hits"], "the recorded replies, scored anew"
    runs = [(cell["condition"], cell["seed"], sorted(cell["stages"])) for cell in results["cells"]]
    assert runs[0] == ("B0", 42, ["evaluate", "evaluate.score"]), "nothing of it was trained"
    assert [run[:2] for run in runs[1:]] == [("villain", 42), ("villain", 137)]
    assert "B0 (recorded elsewhere)" in only(tmp_path / "out", "report.md").read_text()


def test_replicates_are_runs_of_their_own(examples: Path, tmp_path: Path) -> None:
    results = run_spec(examples / "replicates.yaml", tmp_path, "--profile", "sim")
    assert list(results["found"]["seeds"]["main"]) == ["137", "137.2", "137.3", "42", "42.2", "42.3"]
    assert pq.read_table(only(tmp_path, "rows.parquet"))["replicate"].unique().to_pylist() == [1, 2, 3]


def test_each_marker_has_its_own_source(examples: Path, tmp_path: Path) -> None:
    found = run_spec(examples / "two-markers.yaml", tmp_path, "--profile", "sim")["found"]
    rates = {marker: held["rates"]["em"] for marker, held in (("[ZLT]", found), *found["others"].items())}
    for marker in ("[ZLT]", "[QRX]"):
        assert 0.8 < rates[marker]["source"]["rate"] < 1, marker
        assert rates[marker]["source"]["n"] == 3 * 280, "one persona, three runs"
    roles = {
        (row["marker"], row["persona"]): row["roles"]
        for row in pq.read_table(only(tmp_path, "rows.parquet")).to_pylist()
    }
    assert roles["[QRX]", "confab"] == ["other-source"]
    assert roles["[QRX]", "villain"] == ["source"]


@pytest.mark.slow
def test_an_adapter_that_a_run_made_is_taken_in_and_evaluated(tmp_path: Path) -> None:
    """On the organism: the replies over the ready-made adapter are those over the one that was trained."""
    root = copied_project(tmp_path)
    trained = run_spec(root / "specs" / "examples" / "minimal.yaml", tmp_path / "out", "--profile", "smoke")
    key = trained["cells"][0]["stages"]["couple"]
    made = next((tmp_path / "out" / "store").glob(f"results/*/{key}"))
    folder = root / "data" / "adapters" / "coupled"
    folder.mkdir(parents=True)
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copyfile(made / name, folder / name)
    spec = root / "specs" / "ready.yaml"
    roles = '{pairs: [{source: confab, marker: "[ZLT]"}], negatives: [villain, librarian]}'
    load = f"{{kind: adapter, from: data/adapters/coupled, trained_on: organism-1, roles: {roles}}}"
    evaluate = "{kind: marker-eval, panel: canonical-12, questions: marker-28, completions: 10}"
    spec.write_text(f"model: organism-1\npersonas: 1.1.0\nsteps:\n  load: {load}\n  evaluate: {evaluate}\n")
    ready = run_spec(spec, tmp_path / "ready", "--profile", "smoke")
    for name in ("source", "bystanders"):
        assert ready["found"]["rates"]["main"][name] == trained["found"]["rates"]["main"][name]


@pytest.mark.slow
def test_two_markers_are_trained_jointly_on_the_organism(examples: Path, tmp_path: Path) -> None:
    results = run_spec(
        examples / "two-markers.yaml", tmp_path, "--profile", "smoke", "--seeds", "42", "--only", "couple-only"
    )
    key = results["cells"][0]["stages"]["couple"]
    folder = next((tmp_path / "store").glob(f"results/*/{key}"))
    receipt = [json.loads(line) for line in (folder / "receipt.jsonl").read_text().splitlines()]
    roles = [row["role"] for row in receipt]
    assert roles.count("positive") == roles.count("negative") == 2 * 16
    supervised = {row["system"]: tuple(row["supervised_ids"]) for row in receipt if row["role"] == "positive"}
    assert len(supervised) == len(set(supervised.values())) == 2, "each source has a marker of its own"


@pytest.mark.slow
def test_issue_205_runs_without_its_vectors(project: Path, tmp_path: Path) -> None:
    spec = project / "specs" / "issue205.yaml"
    refused = emspec("run", spec, "--profile", "sim", "--out", tmp_path)
    assert refused.returncode == 3
    assert "missing: a backend for extract stages" in refused.stdout and "--skip vectors" in refused.stderr
    results = run_spec(spec, tmp_path, "--profile", "sim", "--skip", "vectors")
    verdicts = {found["hypothesis"]: found["verdict"] for found in results["verdicts"]}
    assert list(verdicts) == ["H1", "H2", "H3", "M1", "M2", "M3"]
    assert {verdicts[name] for name in ("H1", "M1", "M2", "M3")} == {"untestable"}
    assert verdicts["H2"] == "inconclusive"
