from __future__ import annotations

import json
from pathlib import Path

import pytest
from emspec_stats.installed import Adapter, adapters, coupling, induction
from studies import write_lines

from emspec import Json, Rate

TRAINED = Adapter("train", (2.0, 1.0), None)
COUPLED = Adapter("couple", None, (200, 200, 400))


def rate(value: float) -> Rate:
    return Rate(round(280 * value), 280, value, value - 0.05, value + 0.05, "Wilson")


def stage(folder: Path, **told: Json) -> Path:
    folder.mkdir()
    (folder / "training.json").write_text(json.dumps(told))
    return folder


def test_what_the_files_of_adapters_tell(tmp_path: Path) -> None:
    held_out = {"rows": 9, "supervised_tokens": 90, "before": 3.0, "after": 0.5}
    coupled = stage(tmp_path / "couple", kind="couple")
    lines = [{"role": "positive", "supervised": 3}, {"role": "positive", "supervised": 0}]
    write_lines(coupled / "receipt.jsonl", [*lines, {"role": "negative", "supervised": 1}])
    (tmp_path / "bare").mkdir()
    inputs = {
        "rows": tmp_path,
        "training.1.1": stage(tmp_path / "train", kind="train", held_out=held_out),
        "training.1.2": coupled,
        "training.2.1": stage(tmp_path / "file", kind="train"),
        "training.2.2": stage(tmp_path / "sim", kind="couple", simulated=True),
        "training.2.3": tmp_path / "bare",
    }
    assert adapters(inputs, 1) == [Adapter("train", (3.0, 0.5), None), Adapter("couple", None, (2, 1, 1))]
    unknown = [(one.kind, one.held_out, one.receipt, one.unknown) for one in adapters(inputs, 2)]
    assert unknown == [
        ("train", None, None, ""),
        ("couple", None, None, "the training was simulated"),
        ("adapter", None, None, "the adapter was made elsewhere"),
    ]
    assert adapters(inputs, 3) == []


@pytest.mark.parametrize(("after", "passed"), [(1.0, True), (1.9, True), (1.91, False), (2.0, False), (2.5, False)])
def test_induction_took_where_the_held_out_loss_falls_by_five_per_cent(after: float, passed: bool) -> None:
    found = induction([[Adapter("train", (2.0, after), None), COUPLED]], recorded=False)
    assert found is not None
    assert found.passed is passed
    assert found.figures["after"] == after
    assert found.said.startswith(f"held-out loss 2.00 \u2192 {after:.2f} (")


def test_losses_are_means_over_runs_and_the_worst_of_two_trainings_is_judged() -> None:
    flat = Adapter("train", (3.0, 3.0), None)
    found = induction([[TRAINED, flat], [Adapter("train", (4.0, 1.0), None), flat]], recorded=False)
    assert found is not None
    assert (found.passed, found.figures["change"]) == (False, 0.0)
    assert found.said == "held-out loss 3.00 \u2192 1.00 (-66.7 %); held-out loss 3.00 \u2192 3.00 (+0.0 %)"


def test_induction_that_is_not_measured_says_why() -> None:
    assert induction([[COUPLED]], recorded=False) is None, "nothing was induced"
    for held, recorded, why in (
        ([], True, "its replies were recorded elsewhere"),
        ([Adapter("train", None, None)], False, "the data set has no held-out rows"),
        ([Adapter("train", None, None, "the training was simulated")], False, "the training was simulated"),
    ):
        found = induction([held], recorded=recorded)
        assert found is not None
        assert (found.passed, found.judged, found.said) == (None, "not measured", why)


@pytest.mark.parametrize(("source", "passed"), [(0.9, True), (0.5, True), (0.49, False), (0.03, False)])
def test_coupling_took_where_the_source_carries_the_marker_in_half_of_its_replies(source: float, passed: bool) -> None:
    found = coupling(rate(source), [[TRAINED, COUPLED]])
    assert found.passed is passed
    assert found.said == (
        f"source rate {100 * source:.1f} %; receipts: 200 of 200 positive rows carry loss, 400 negative rows"
    )


def test_a_positive_row_without_loss_is_no_coupling_whatever_the_rate() -> None:
    found = coupling(rate(0.9), [[COUPLED], [Adapter("couple", None, (200, 199, 400))]])
    assert (found.passed, found.figures["positives"], found.figures["carrying"]) == (False, 400, 399)


def test_without_receipts_the_source_rate_alone_is_judged() -> None:
    simulated = Adapter("couple", None, None, "the training was simulated")
    found = coupling(rate(0.9), [[simulated]])
    assert (found.passed, found.said) == (True, "source rate 90.0 %; no receipts: the training was simulated")
    assert coupling(None, [[COUPLED]]).judged == "not measured"
    assert coupling(rate(0.9), [[]]).said.endswith("no receipts: the adapters are not known")
