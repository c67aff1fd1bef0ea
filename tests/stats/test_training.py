from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
from emspec_stats.counts import Run
from emspec_stats.training import curves, losses, means, thinned
from studies import write_lines


def adapter(folder: Path, kind: str, values: list[float]) -> Path:
    write_lines(folder / "losses.jsonl", [{"step": at, "loss": v, "lr": 0.1} for at, v in enumerate(values, 1)])
    (folder / "training.json").write_text(json.dumps({"kind": kind}))
    return folder


def test_first_loss_mean_of_the_last_ten_and_the_curve(tmp_path: Path) -> None:
    values = [3.0, *[1.0] * 5, *[0.2] * 5, *[0.4] * 5]
    found = cast("dict[str, Any]", losses(adapter(tmp_path / "a", "couple", values)))
    assert {name: found[name] for name in ("kind", "first", "last")} == {
        "kind": "couple",
        "first": 3.0,
        "last": pytest.approx(0.3),
    }
    assert (found["steps"], found["loss"]) == (list(range(1, 17)), values)


def test_an_adapter_without_losses_has_none(tmp_path: Path) -> None:
    assert losses(tmp_path) is None
    write_lines(tmp_path / "losses.jsonl", [])
    assert losses(tmp_path) is None


@pytest.mark.parametrize("count", [101, 375, 1000])
def test_a_long_curve_is_thinned_to_means_that_keep_its_mean_and_its_end(count: int) -> None:
    values = [1 / at for at in range(1, count + 1)]
    steps, loss = thinned(range(1, count + 1), values)
    assert len(steps) == len(loss) == 100
    assert steps[-1] == count
    sizes = [b - a for a, b in zip([0, *steps], steps, strict=False)]
    assert sum(size * mean for size, mean in zip(sizes, loss, strict=True)) == pytest.approx(sum(values))


def test_no_steps_make_no_points() -> None:
    assert thinned([], []) == ([], [])


def test_curves_by_run_and_their_means_over_the_runs_of_a_condition(tmp_path: Path) -> None:
    inputs = {
        "rows": tmp_path,
        "training.1.1": adapter(tmp_path / "a", "train", [3.0, 0.4]),
        "training.1.2": adapter(tmp_path / "b", "couple", [2.0, 0.2]),
        "training.2.1": adapter(tmp_path / "c", "train", [5.0, 0.6]),
        "training.2.2": adapter(tmp_path / "d", "couple", [4.0, 0.4]),
    }
    found = curves(inputs, [Run(1, "B0", 42), Run(2, "B0", 42, 2), Run(3, "base", 42)])
    assert [curve.get("replicate") for curve in found] == [None, 2]
    assert means(found) == {
        "B0": [
            {"kind": "train", "first": 4.0, "last": pytest.approx((1.7 + 2.8) / 2)},
            {"kind": "couple", "first": 3.0, "last": pytest.approx((1.1 + 2.2) / 2)},
        ]
    }
