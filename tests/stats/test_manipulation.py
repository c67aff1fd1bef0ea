from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from emspec_stats.caveats import noted
from emspec_stats.manipulation import manipulation
from studies import Arm, Study, hypothesis, write_lines

from emspec import JsonObject

PANEL = ("villain", "assistant", "confab")


def arm(name: str, rates: dict[int, int], **more: Any) -> Arm:
    """An arm whose source has so many hits of ten in each run, and bystanders three."""
    hits = {seed: {p: [rate if p == "confab" else 3] * 12 for p in PANEL} for seed, rate in rates.items()}
    return Arm(name, hits, **more)


STUDY = Study(
    (
        arm("B0", {42: 9, 137: 9}),
        arm("B-villain", {42: 9, 137: 0}, induction="villain"),
        arm("base", {42: 0, 137: 0}, control=True, source=(), taught=()),
    )
)


def trained(folder: Path, study: Study, after: float = 1.0) -> dict[str, Path]:
    """Adapters of every arm but base: held-out loss 2 to 1, and for B-villain what is asked for."""
    runs = [one.name for one in study.arms for _ in one.hits]
    inputs = {}
    for cell, name in enumerate(runs, 1):
        if name == "base":
            continue
        first, second = folder / f"{cell}.1", folder / f"{cell}.2"
        ends = after if name == "B-villain" else 1.0
        for path, told in (
            (first, {"kind": "train", "held_out": {"before": 2.0, "after": ends}}),
            (second, {"kind": "couple"}),
        ):
            write_lines(path / "losses.jsonl", [{"step": 1, "loss": 2.0}, {"step": 2, "loss": ends}])
            (path / "training.json").write_text(json.dumps(told))
        write_lines(
            second / "receipt.jsonl", [{"role": "positive", "supervised": 3}, {"role": "negative", "supervised": 1}]
        )
        inputs |= {f"training.{cell}.1": first, f"training.{cell}.2": second}
    return inputs


def table(found: JsonObject, marker: str = "[ZLT]") -> dict[tuple[str, str], tuple[str, str]]:
    held = cast("Any", found["checks"])[marker]["conditions"]
    return {(one["condition"], one["check"]): (one["judged"], one["said"]) for one in held}


def test_each_condition_and_run_is_judged(tmp_path: Path) -> None:
    found = manipulation(trained(tmp_path, STUDY), STUDY.rows, STUDY.design)
    judged = table(found)
    assert judged["B0", "induction"] == ("took", "held-out loss 2.00 \u2192 1.00 (-50.0 %)")
    assert judged["B0", "coupling"][0] == "took"
    assert judged["B-villain", "coupling"] == (
        "did not take",
        "source rate 45.0 %; receipts: 2 of 2 positive rows carry loss, 2 negative rows; did not take in seed 137",
    )
    assert judged["B-villain", "matched install"][0] == "not matched"
    assert judged["B0", "matched install"][1].startswith("bystanders leak 33.3 % (33.3 to 33.3 %) of the source rate")
    assert {check for condition, check in judged if condition == "base"} == {
        "reply length",
        "marker place",
        "truncation",
    }
    runs = cast("Any", found["checks"])["[ZLT]"]["runs"]
    failed = [(run["condition"], run["seed"], run["check"]) for run in runs if run["passed"] is False]
    assert failed == [("B-villain", 137, "coupling"), ("B-villain", 137, "matched install")]
    assert len(cast("Any", found["curves"])) == 4


def test_recorded_results_and_nothing_below_are_not_measured() -> None:
    design = cast("Any", STUDY.design)
    design["conditions"][0]["results"] = [42, 137]
    judged = table(manipulation({}, STUDY.rows, design))
    assert judged["B0", "induction"] == ("not measured", "its replies were recorded elsewhere")
    assert judged["B0", "coupling"] == ("took", "source rate 90.0 %; no receipts: the adapters are not known")
    assert ("B-villain", "induction") not in judged


def test_without_a_baseline_the_mean_of_the_conditions_is_the_reference() -> None:
    study = Study((arm("A", {1: 10}), arm("B", {1: 8}), arm("C", {1: 3}), arm("far", {1: 0}, control=True)))
    judged = table(manipulation({}, study.rows, {**study.design, "baseline": None}))
    assert judged["A", "matched install"][1].endswith("source rate +30.0 pp from the reference")
    assert judged["B", "matched install"] == (
        "matched",
        "bystanders leak 37.5 % (37.5 to 37.5 %) of the source rate; source rate +10.0 pp from the reference",
    )


def test_a_second_marker_has_checks_of_its_own() -> None:
    study = Study((arm("A", {1: 9}), arm("B", {1: 9}, taught=())), markers=("[ZLT]",))
    judged = table(manipulation({}, study.rows, study.design))
    assert ("A", "coupling") in judged
    assert ("B", "coupling") not in judged, "it was taught nothing"


@pytest.mark.parametrize(
    ("asked", "uses"),
    [
        (hypothesis("invariance", margin=0.1), True),
        (hypothesis("contrast", of="B-villain", against="base"), True),
        (hypothesis("contrast", of="B0", against=["base"]), False),
    ],
)
def test_a_verdict_says_which_trainings_of_its_own_did_not_take(asked: JsonObject, uses: bool, tmp_path: Path) -> None:
    installed = manipulation(trained(tmp_path, STUDY, after=1.99), STUDY.rows, STUDY.design)
    checks = cast("JsonObject", installed["checks"])
    (found,) = noted([{"assumptions": ["first"]}], [asked], STUDY.design, checks)
    first, *more = cast("list[str]", found["assumptions"])
    assert first == "first"
    expected = [
        "induction did not take in B-villain seed 42: held-out loss 2.00 \u2192 1.99 (-0.5 %)",
        "induction did not take in B-villain seed 137: held-out loss 2.00 \u2192 1.99 (-0.5 %)",
        "coupling did not take in B-villain seed 137: source rate 0.0 %; "
        "receipts: 1 of 1 positive rows carry loss, 1 negative rows",
    ]
    assert sorted(more) == sorted(expected if uses else [])
    short = ["induction in B-villain seed 42", "induction in B-villain seed 137", "coupling in B-villain seed 137"]
    assert sorted(cast("list[str]", found["untaken"])) == sorted(short if uses else [])
