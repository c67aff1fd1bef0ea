from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from emspec_stats.figures import draw
from emspec_stats.figures.questions import _mean, rates
from studies import Arm, Study, findings_of, hypothesis, issue200

from emspec import JsonObject

HYPOTHESES = (
    {**hypothesis("self-leakage"), "name": "H1"},
    {**hypothesis("invariance", margin=0.1), "name": "H2"},
)


def texts(path: Path) -> str:
    tree = ElementTree.parse(path)
    return " ".join(element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}text"))


@pytest.fixture(scope="module")
def findings() -> JsonObject:
    return findings_of(issue200(), *(dict(one) for one in HYPOTHESES))


def test_the_heatmap_shows_every_rate_and_role(findings: JsonObject, tmp_path: Path) -> None:
    draw(findings, tmp_path / "figures")
    shown = texts(tmp_path / "figures" / "heatmap.svg")
    assert "92 IS" in shown, "confab in B-confab is source and induction persona"
    assert "(I)" in shown
    assert "54 I" in shown, "villain in B-villain: 97 of 180"
    for name in ("B0", "couple-only", "police_officer"):
        assert name in shown


def test_no_date_and_no_program_name(findings: JsonObject, tmp_path: Path) -> None:
    draw(findings, tmp_path)
    for name in ("heatmap", "rates"):
        assert "<dc:date>" not in (tmp_path / f"{name}.svg").read_text()
        assert b"Software" not in (tmp_path / f"{name}.png").read_bytes()


def test_each_figure_tells_its_title_and_its_caption(findings: JsonObject, tmp_path: Path) -> None:
    draw(findings, tmp_path)
    names = {path.stem for path in tmp_path.glob("*.svg")}
    assert names == {"heatmap", "rates", "questions", "replies", "forest", "losses"}
    for name in names:
        text = (tmp_path / f"{name}.svg").read_text()
        assert "<dc:title>" in text
        assert "<dc:description>" in text


def test_the_forest_has_a_line_for_every_comparison(findings: JsonObject, tmp_path: Path) -> None:
    draw(findings, tmp_path)
    shown = texts(tmp_path / "forest.svg")
    parts = [part["label"] for finding in findings["findings"] for part in finding["parts"]]
    assert len(parts) > 10
    for label in parts:
        assert label in shown, label


def test_questions_are_ordered_by_their_mean_rate(findings: JsonObject) -> None:
    means = [_mean(values) for values in zip(*rates(findings).values(), strict=True)]
    assert len(means) == 6
    assert means[1] > means[2], "questions 2 and 3 were made to differ"


def test_cells_that_were_not_run_are_said_to_be_missing(tmp_path: Path) -> None:
    findings = dict(findings_of(Study((Arm("a", {1: {"x": [1], "confab": [3]}}),))))
    findings["heatmap"] = {"conditions": ["a"], "personas": ["x", "confab"], "rates": [[None, 0.3]]}
    draw(findings, tmp_path)
    assert "n/a" in texts(tmp_path / "heatmap.svg")
