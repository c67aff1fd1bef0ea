from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from emspec_stats.analyse import analyse, belongs, judge, open_session, said, tidy
from studies import PLACES, Arm, Study, hypothesis, issue200

from emspec import Job, Setup, StageError

HYPOTHESES = [
    {**hypothesis("self-leakage"), "name": "H1"},
    {**hypothesis("invariance", margin=0.1), "name": "H2"},
    {**hypothesis("immunity", persona="zelthari_scholar", condition="B-zelthari", margin=0.05), "name": "H3"},
]


def stage(job: Callable[..., Job], study: Study, folder: Path, out: str = "out") -> Job:
    folder.mkdir(exist_ok=True)
    pq.write_table(study.rows, folder / "rows.parquet")
    return job("analyse", {"design": study.design, "hypotheses": HYPOTHESES}, out=out, places=PLACES, rows=folder)


def test_findings_and_figures_are_written(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    made = stage(job, issue200(), tmp_path / "rows")
    open_session(opened).run(made)
    found = json.loads((made.out / "findings.json").read_text())
    assert {f["hypothesis"]: f["verdict"] for f in found["findings"]} == {
        "H1": "supported",
        "H2": "inconclusive",
        "H3": "contradicted",
    }
    names = ("forest", "heatmap", "questions", "rates", "replies")
    figures = [f"{name}.{form}" for name in names for form in ("png", "svg")]
    assert sorted(p.name for p in (made.out / "figures").iterdir()) == figures
    svg = (made.out / "figures" / "heatmap.svg").read_text()
    assert "zelthari_scholar" in svg
    assert "[ZLT]" in svg
    assert "B-evilai" in svg


def test_equal_rows_give_equal_bytes(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    first, second = (stage(job, issue200(), tmp_path / "rows", out) for out in ("one", "two"))
    for made in (first, second):
        open_session(opened).run(made)
    names = sorted(p.relative_to(first.out) for p in first.out.rglob("*") if p.is_file())
    assert len(names) == 11
    for name in names:
        assert (first.out / name).read_bytes() == (second.out / name).read_bytes(), name


def test_a_test_of_another_plugin_goes_the_same_road(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "outsider.py").write_text(
        "from emspec import Finding\n"
        "def decide(rows, design, hypothesis):\n"
        "    name, test, claim = (hypothesis[key] for key in ('name', 'test', 'claim'))\n"
        "    return Finding(name, test, claim, 'supported', f'{rows.num_rows} rows', 'none')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    study = issue200()
    found = judge(study.rows, study.design, hypothesis("theirs"), {"test.theirs": "outsider:decide"})
    assert (found.test, found.reason) == ("theirs", f"{study.rows.num_rows} rows")


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ({}, "no plugin brings the test theirs of H"),
        ({"test.theirs": "no_such_module:decide"}, "the test theirs cannot be loaded from no_such_module:decide"),
        ({"test.theirs": "emspec_stats.immunity:absent"}, "cannot be loaded"),
    ],
)
def test_a_test_that_is_not_there_is_named(places: dict[str, str], message: str) -> None:
    with pytest.raises(StageError, match=message):
        judge(issue200().rows, {}, hypothesis("theirs"), places)


BROKEN = """
from emspec import Finding
def finding(hypothesis, **values):
    about = [hypothesis[key] for key in ("name", "test", "claim")]
    return Finding(*about, **{"verdict": "supported", "reason": "r", "estimand": "e", **values})
def raises(rows, design, hypothesis): return {}["no such column"]
def opens(rows, design, hypothesis): open("/etc/nowhere/at all")
def nothing(rows, design, hypothesis): pass
def other(rows, design, hypothesis): return finding(hypothesis, opposite=2)
def figures(rows, design, hypothesis): return finding(hypothesis, by_condition={"E0": 0.5})
def word(rows, design, hypothesis): return finding(hypothesis, verdict="proved")
def p(rows, design, hypothesis): return finding(hypothesis, p=1.5)
def nan(rows, design, hypothesis): return finding(hypothesis, p=float("nan"))
def text(rows, design, hypothesis): return finding(hypothesis, effect="large")
def values(rows, design, hypothesis): return finding(hypothesis, details={"a": object()})
"""


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("other", "returned opposite 2, which is not between 0 and 1"),
        ("figures", "returned a finding whose metrics, or those by condition, are no mapping"),
        ("raises", "failed with KeyError: 'no such column'"),
        ("opens", "failed with FileNotFoundError: [Errno 2] No such file or directory: '... all'"),
        ("nothing", "returned NoneType, not an emspec.Finding"),
        ("word", "returned the verdict 'proved', which is none of supported, contradicted, inconclusive, untestable"),
        ("p", "returned p 1.5, which is not between 0 and 1"),
        ("nan", "returned p nan, which is not between 0 and 1"),
        ("text", "returned a finding whose effect is no number"),
        ("values", "failed with StageError: object is no JSON value"),
    ],
)
def test_a_test_that_fails_makes_its_own_hypothesis_untestable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, fault: str
) -> None:
    (tmp_path / "broken_test.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(str(tmp_path))
    study = issue200()
    asked = [{**hypothesis("theirs"), "name": "H0"}, *HYPOTHESES]
    places = {**PLACES, "test.theirs": f"broken_test:{name}"}
    found = analyse(study.rows, {"design": study.design, "hypotheses": asked}, places)
    first, *others = cast("list[dict[str, Any]]", found["findings"])
    assert (first["hypothesis"], first["test"], first["verdict"]) == ("H0", "theirs", "untestable")
    assert first["reason"].startswith(f"The test theirs (broken_test:{name}) {fault}. ")
    assert [f["verdict"] for f in others] == ["supported", "inconclusive", "contradicted"]
    assert ("Traceback" in capsys.readouterr().err) == fault.startswith("failed"), "the worker's log has it"


def test_what_an_exception_says_is_the_same_in_equal_runs() -> None:
    error = ValueError("cannot read /home/someone/rows.parquet:\n<object at 0x7f00abcd>.")
    assert said(error) == "ValueError: cannot read ...: <object at ...>"


def test_findings_name_the_family_unless_their_test_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "corrected.py").write_text(
        BROKEN + "def ok(r, d, hypothesis): return finding(hypothesis, family='Holm, 2')"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    study = issue200()
    asked = [hypothesis("theirs"), HYPOTHESES[0]]
    places = {**PLACES, "test.theirs": "corrected:ok"}
    found = analyse(study.rows, {"design": study.design, "hypotheses": asked}, places)
    families = [f["family"] for f in cast("list[dict[str, Any]]", found["findings"])]
    assert families == ["Holm, 2", "none: each hypothesis at its own alpha by itself; hypotheses in this spec: 2"]


def test_rows_and_design_must_be_of_one_experiment() -> None:
    study = issue200()
    with pytest.raises(StageError, match="rows of couple-only, which the design does not have"):
        belongs(study.rows, Study(study.arms[:-1]).design)
    unlike = Study(tuple(Arm(a.name, a.hits, negatives=("villain",)) for a in study.arms))
    with pytest.raises(StageError, match="bystanders in the rows"):
        belongs(study.rows, unlike.design)


def test_tidy_leaves_plain_json() -> None:
    value = {"a": np.float64(1 / 3), "b": float("nan"), "c": (1, True, None), "d": np.arange(2), "e": np.int64(4)}
    assert tidy(value) == {"a": 0.333333333333, "b": None, "c": [1, True, None], "d": [0, 1], "e": 4}
    with pytest.raises(StageError, match="object is no JSON value"):
        tidy(object())


def test_a_second_marker_is_shown_beside() -> None:
    study = Study(issue200().arms, markers=("[ZLT]", "[QRX]"))
    at = study.rows.schema.get_field_index("marker")
    other = study.rows.set_column(at, "marker", pa.array(["[QRX]"] * study.rows.num_rows))
    rows = pa.concat_tables([study.rows, other])
    found = analyse(rows, {"design": study.design, "hypotheses": []}, {})
    others = found["others"]
    assert isinstance(others, dict)
    assert others["[QRX]"]["rates"] == found["rates"]


@pytest.mark.slow
def test_issue_200_in_full_takes_seconds(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    """18 cells x 3,360 replies = 60,480 rows in at most 5 seconds."""
    rng = np.random.default_rng(0)
    panel = ["villain", "zelthari_scholar", "assistant", "confab", *(f"p{at}" for at in range(8))]
    induced = {"B0": None, "B-villain": "villain", "B-confab": "confab", "B-zelthari": "zelthari_scholar"}
    induced |= {"B-evilai": "evil_ai", "B-sarcastic": "sarcastic"}

    def arm(name: str, induction: str | None) -> Arm:
        hits = {seed: {p: rng.integers(0, 11, 28).tolist() for p in panel} for seed in (42, 137, 256)}
        return Arm(
            name, hits, induction=induction, counts_as=None if induction else "assistant", negatives=("p1", "p5")
        )

    made = stage(job, Study(tuple(arm(*item) for item in induced.items())), tmp_path / "rows")
    start = time.perf_counter()
    open_session(opened).run(made)
    assert time.perf_counter() - start < 5
    assert len(json.loads((made.out / "findings.json").read_text())["cells"]) == 18 * 12


def test_findings_say_what_did_not_take(job: Callable[..., Job], opened: Setup, tmp_path: Path) -> None:
    weak = {seed: {p: [0 if p == "confab" else 3] * 6 for p in ("a", "b", "confab")} for seed in (1, 2)}
    firm = {seed: {p: [9 if p == "confab" else 3] * 6 for p in ("a", "b", "confab")} for seed in (1, 2)}
    made = stage(job, Study((Arm("A", firm), Arm("B", weak))), tmp_path / "rows")
    made = replace(made, parameters={**made.parameters, "hypotheses": HYPOTHESES[1:2]})
    open_session(opened).run(made)
    found = json.loads((made.out / "findings.json").read_text())
    said = [one for one in found["findings"][0]["assumptions"] if "did not take" in one]
    assert [one.partition(":")[0] for one in said] == [f"coupling did not take in B seed {seed}" for seed in (1, 2)]
