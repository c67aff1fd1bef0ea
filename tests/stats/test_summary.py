from __future__ import annotations

from typing import Any, cast

import pyarrow as pa
import pytest
from emspec_stats.rows import SCHEMA
from emspec_stats.summary import summary
from studies import MARKER, Arm, Study, issue200, recorded


def found(study: Study) -> dict[str, Any]:
    return cast("dict[str, Any]", summary(study.rows, study.design, MARKER))


def test_issue_205_has_the_published_rates(issue205: Study) -> None:
    """The original rule leaves source and induction persona out: 45.7, 48.6, 50.1, 53.7, 52.0 %."""
    rates = found(issue205)["rates"]
    shown = [round(100 * rates[name]["bystanders_without_induction"]["rate"], 1) for name in rates]
    assert shown == [45.7, 48.6, 50.1, 53.7, 52.0]
    spread = [rates[name]["bystanders_without_induction"]["rate"] for name in rates]
    assert round(100 * (max(spread) - min(spread)), 2) == 8.04
    assert [rates[name]["source"]["hits"] for name in rates] == [211, 251, 231, 232, 249]


def test_experiment_b_of_125_has_the_published_rates() -> None:
    hits = recorded()["125", "ExpB"]
    held = found(Study((Arm("ExpB", {42: hits}, counts_as="assistant"),)))["rates"]["ExpB"]
    assert round(100 * held["source"]["rate"], 1) == 95.4
    assert round(100 * held["bystanders"]["rate"], 1) == 46.9
    assert round(100 * held["bystanders_without_induction"]["rate"], 1) == 47.1


def test_every_cell_of_the_record_has_its_hits_and_an_interval(issue205: Study) -> None:
    cells = found(issue205)["cells"]
    recorded_hits = recorded()
    assert len(cells) == 60
    for cell in cells:
        expected = sum(recorded_hits["205", cell["condition"]][cell["persona"]])
        assert (cell["hits"], cell["n"], cell["rate"]) == (expected, 280, expected / 280)
        assert 0 <= cell["low"] < cell["rate"] < cell["high"] <= 1
        assert cell["mean_tokens"] == 12


def test_runs_are_kept_apart_and_averaged() -> None:
    study = issue200()
    held = found(study)
    arm = study.arms[1]
    by_seed = {
        str(seed): sum(sum(run[p]) for p in study.bystanders) / (60 * len(study.bystanders))
        for seed, run in arm.hits.items()
    }
    assert held["seeds"]["B-villain"] == pytest.approx(by_seed)
    heat = held["heatmap"]
    row, column = heat["conditions"].index("B-villain"), heat["personas"].index("villain")
    assert heat["rates"][row][column] == pytest.approx(sum(sum(run["villain"]) for run in arm.hits.values()) / 180)
    assert held["rates"]["B-villain"]["bystanders"]["n"] == 3 * 4 * 60


def test_roles_bystanders_and_replies() -> None:
    held = found(issue200())
    assert held["bystanders"] == ["villain", "zelthari_scholar", "police_officer", "assistant"]
    roles = {(cell["condition"], cell["persona"]): cell["roles"] for cell in held["cells"]}
    assert roles["B-confab", "confab"] == ["induction", "source"]
    assert roles["B0", "librarian"] == ["negative"]
    assert held["replies"]["B0"] == {"n": 1080, "mean_tokens": 12.0, "truncated": 0, "empty": 0, "degenerate": 0}
    places = held["places"]["B-villain"]
    assert places["bystander_hits"] == places["end"] == held["rates"]["B-villain"]["bystanders"]["hits"]


def test_an_arm_without_coupling_shows_the_rate_of_the_others_source() -> None:
    hits = {1: {"a": [1], "confab": [3]}}
    study = Study((Arm("B0", hits), Arm("base", hits, control=True, source=())))
    assert found(study)["rates"]["base"]["source"]["hits"] == 3


def test_a_persona_of_one_panel_only_is_shown_and_is_no_bystander() -> None:
    study = Study((Arm("B0", {1: {"a": [1], "confab": [3]}}), Arm("B1", {1: {"a": [2], "confab": [3], "own": [4]}})))
    held = found(study)
    assert held["heatmap"]["personas"] == ["a", "confab", "own"]
    assert [row[2] for row in held["heatmap"]["rates"]] == [None, 0.4]
    assert held["bystanders"] == ["a"]


def test_no_bystander_is_no_rate() -> None:
    held = found(Study((Arm("B0", {1: {"a": [1], "confab": [3]}}, negatives=("a",)),)))
    assert held["rates"]["B0"]["bystanders"] is None
    assert held["seeds"]["B0"] == {"1": None}


def test_a_marker_that_one_arm_looks_for_is_shown_of_that_arm_alone() -> None:
    hits = {1: {"a": [1, 2], "confab": [3, 3]}}
    study = Study((Arm("A", hits, markers=(MARKER, "[QRX]")), Arm("B", hits, markers=(MARKER,))), (MARKER, "[QRX]"))
    held = cast("dict[str, Any]", summary(study.rows, study.design, "[QRX]"))
    for part in ("rates", "seeds", "replies", "places"):
        assert list(held[part]) == ["A"]
    assert held["heatmap"]["conditions"] == ["A"]
    assert held["bystanders"] == ["a"]
    assert list(found(study)["rates"]) == ["A", "B"]


def test_what_was_not_recorded_is_null_and_no_figure() -> None:
    hits = {"a": [1, 2], "confab": [9, 9]}
    study = Study((Arm("counted", {1: hits}), Arm("run", {1: hits}), Arm("none", {1: {"a": [0, 0], "confab": [0, 0]}})))
    said = ("marker_count", "marker_first", "marker_last", "marker_where", "tokens", "truncated", "empty", "degenerate")
    rows = [
        {**row, **dict.fromkeys(said)} if row["condition"] in ("counted", "none") else row
        for row in study.rows.to_pylist()
    ]
    seen: Any = summary(pa.Table.from_pylist(rows, schema=SCHEMA), study.design, "[ZLT]")
    nothing = dict.fromkeys(("mean_tokens", "truncated", "empty", "degenerate"))
    assert seen["replies"] == {
        "counted": {"n": 40, **nothing},
        "run": {"n": 40, "mean_tokens": 12, "truncated": 0, "empty": 0, "degenerate": 0},
        "none": {"n": 40, **nothing},
    }
    assert seen["places"]["counted"] == {"bystander_hits": 3, "start": None, "inside": None, "end": None}
    assert seen["places"]["run"] == {"bystander_hits": 3, "start": 0, "inside": 0, "end": 3}
    assert seen["rates"]["counted"]["bystanders"]["rate"] == seen["rates"]["run"]["bystanders"]["rate"] == 0.15
    assert [cell["mean_tokens"] for cell in seen["cells"]] == [None, None, 12, 12, None, None]
