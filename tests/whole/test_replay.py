"""The published hits of #125 and #205 from the table to the verdicts: spec, plan, run, findings."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cli import emspec, only, run_spec
from studies import DATA

SPEC = "replay-205.yaml"
TABLE = "hits_by_question.csv"
SHARED = Path(__file__).parents[3] / "shared" / "facts" / TABLE
ARMS = ("E0", "E1", "E2", "E3", "E4")
BY_ISSUE_RULE = {"E0": 45.7, "E1": 48.6, "E2": 50.1, "E3": 53.7, "E4": 52.0}
"""#205's bystander rates in per cent: without source and induction persona."""

Found = Mapping[str, Any]


def put(project: Path, root: Path, table: str) -> Path:
    """Return the example in a project of its own, with a table in its data folder."""
    (root / "specs" / "examples").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "registry").symlink_to(project / "registry")
    (root / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    (root / "data" / TABLE).write_text(table)
    return Path(shutil.copy(project / "specs" / "examples" / SPEC, root / "specs" / "examples"))


def counted(path: Path) -> dict[tuple[str, ...], int]:
    with path.open(encoding="utf-8") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return {(row["issue"], row["condition"], row["persona"], row["question"]): int(row["hits"]) for row in rows}


@pytest.fixture(scope="module")
def out(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("published")
    run_spec(put(project, root, DATA.read_text()), root / "out", "--profile", "full")
    return root / "out"


@pytest.fixture(scope="module")
def found(out: Path) -> Found:
    (path,) = (one for one in out.glob("store/results/*/*/findings.json"))
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def verdicts(found: Found) -> Mapping[str, Found]:
    return {one["hypothesis"]: one for one in found["findings"]}


@pytest.mark.skipif(not SHARED.is_file(), reason="the facts of the project are not beside this checkout")
def test_the_table_of_the_tests_is_the_published_one() -> None:
    assert counted(DATA) == counted(SHARED)


def test_every_published_rate(found: Found) -> None:
    rates = found["rates"]
    published = {name: round(100 * rates[name]["bystanders_without_induction"]["rate"], 1) for name in ARMS}
    assert published == BY_ISSUE_RULE
    earlier = rates["ExpB-125"]
    assert {name: round(100 * earlier[name]["rate"], 1) for name in ("source", "bystanders")} == {
        "source": 95.4,
        "bystanders": 46.9,
    }
    assert round(100 * earlier["bystanders_without_induction"]["rate"], 1) == 47.1


def test_every_reply_of_the_table_is_a_row(out: Path) -> None:
    rows = pq.read_table(only(out, "rows.parquet")).select(["condition", "persona", "question", "hit"]).to_pylist()
    assert len(rows) == 6 * 12 * 28 * 10
    hits = Counter((row["condition"], row["persona"], str(row["question"])) for row in rows if row["hit"])
    names = {"ExpB": "ExpB-125"}
    table = {(names.get(arm, arm), *rest): count for (_, arm, *rest), count in counted(DATA).items() if count}
    assert hits == table


def test_all_cells_have_an_interval_around_their_rate(found: Found) -> None:
    cells = [cell for cell in found["cells"] if cell["condition"] in ARMS]
    assert len({(cell["condition"], cell["persona"]) for cell in cells}) == len(cells) == 60
    for cell in (*cells, *(cell for cell in found["cells"] if cell["condition"] == "ExpB-125")):
        assert cell["n"] == 280
        assert cell["rate"] == pytest.approx(cell["hits"] / 280)
        assert 0 <= cell["low"] < cell["rate"] < cell["high"] <= 1
        assert "clustered by 28 questions" in cell["method"]


def test_the_rules_of_205_give_its_figures(verdicts: Mapping[str, Found]) -> None:
    """Published by Monte Carlo: H1 .812, .906, .278, .093, and none for E1; H2 8.04 pp, p .0028; H3 -.90, p .0833."""
    ranks = {name: one["p"] for name, one in verdicts["H1-205"]["by_condition"].items()}
    assert ranks == pytest.approx({"E0": 0.812, "E2": 0.906, "E3": 0.278, "E4": 0.093}, abs=0.01)
    assert ranks == pytest.approx({"E0": 9 / 11, "E2": 10 / 11, "E3": 3 / 11, "E4": 1 / 11})
    spread = verdicts["H2-205"]["metrics"]
    assert round(100 * spread["range"], 2) == 8.04
    assert spread["p"] == pytest.approx(0.0028, abs=0.0015)
    trend = verdicts["H3"]["metrics"]
    assert (trend["rho"], round(trend["p"], 4)) == (pytest.approx(-0.9), 0.0833)


def test_the_verdicts_of_emspec(verdicts: Mapping[str, Found]) -> None:
    assert {name: one["verdict"] for name, one in verdicts.items()} == {
        "H1": "inconclusive",
        "H1-205": "untestable",
        "H2": "inconclusive",
        "H2-run-sd": "inconclusive",
        "H2-205": "inconclusive",
        "H3": "untestable",
    }
    assert verdicts["H1"]["floor"] == pytest.approx(1 / 120)
    assert "one run per condition" in verdicts["H2"]["reason"]
    assert verdicts["H2-run-sd"]["p"] > 0.05
    assert any("0.049" in one for one in verdicts["H2-run-sd"]["assumptions"])
    assert "passes .05 only at abs(rho) = 1" in verdicts["H3"]["reason"]


def test_what_was_not_recorded_is_said_and_is_no_figure(out: Path, found: Found) -> None:
    assert all(cell["mean_tokens"] is None for cell in found["cells"])
    report = only(out, "report.md").read_text()
    rows = [line for line in report.splitlines() if line.startswith("| E0 (recorded elsewhere)")]
    assert max(row.count("not recorded") for row in rows) == 5
    checks = ("induction", "reply length", "marker place", "truncation")
    assert all(f"| E0 (recorded elsewhere) | {check} | not measured |" in report for check in checks)
    assert "not recorded, so that they count as bystanders: the trained negatives of E0" in report


def test_a_table_that_lacks_a_persona_is_an_error_and_no_zero(project: Path, tmp_path: Path) -> None:
    lines = DATA.read_text().splitlines(keepends=True)
    lacking = "".join(line for line in lines if not line.startswith("205,E3,french_person,42,librarian"))
    spec = put(project, tmp_path, lacking)
    done = emspec("run", spec, "--out", tmp_path / "out", "--profile", "full")
    assert done.returncode == 5
    assert "the table has no row of persona librarian" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


MADE = """\
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2]
conditions:
  A: {as: assistant, results: {1: {file: data/hits_by_question.csv, where: {arm: A, run: 1}}, 2: OTHER}}
  B: {induce.system: villain, results: {1: {file: data/hits_by_question.csv, where: {arm: B, run: 1}}, 2: OTHER}}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
  couple: {kind: couple, marker: "[ZLT]", source: confab, negatives: unknown, questions: data-20, positives: 200,
           recipe: coupling-125}
  evaluate: {kind: marker-eval, panel: [assistant, villain, librarian, confab], questions: {from: data-20, first: 8},
             completions: 4}
hypotheses:
  H2: {test: invariance, margin: 30pp}
backends:
  results: {name: replay, match: position, columns: {persona: who, question: asked, hits: marked, completions: "of"}}
"""


def test_a_table_with_columns_of_its_own_and_several_seeds(project: Path, tmp_path: Path) -> None:
    def hits(arm: str, run: int, who: str, asked: int) -> int:
        return 4 if who == "confab" else (asked + run + (arm == "B")) % 3

    panel = ("assistant", "villain", "librarian", "confab")
    keys = [(arm, run, who, asked) for arm in "AB" for run in (1, 2) for who in panel for asked in range(8)]
    rows = "".join(f"{','.join(map(str, key))},{hits(*key)},4\n" for key in keys)
    spec = put(project, tmp_path, f"arm,run,who,asked,marked,of\n{rows}").with_name("made.yaml")
    text = MADE
    for arm in "AB":
        second = f"{{file: data/{TABLE}, where: {{arm: {arm}, run: 2}}}}"
        text = text.replace("OTHER", second, 1)
    spec.write_text(text)
    held = run_spec(spec, tmp_path / "out", "--profile", "full")
    seeds = held["found"]["seeds"]
    others = panel[:3]
    for arm in "AB":
        for run in (1, 2):
            share = sum(hits(arm, run, who, asked) for who in others for asked in range(8)) / (3 * 8 * 4)
            assert seeds[arm][str(run)] == pytest.approx(share)


def test_rows_of_replies_that_were_not_kept(out: Path) -> None:
    done = emspec("rows", "--out", out, "--limit", "1")
    assert done.returncode == 0
    assert "hit true" in done.stdout
    assert "(not recorded)" in done.stdout
    assert "None" not in done.stdout
