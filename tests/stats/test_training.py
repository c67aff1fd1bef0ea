from __future__ import annotations

import json
from pathlib import Path

import pytest
from emspec_stats.training import checks, losses
from studies import write_lines


def adapter(folder: Path, kind: str, values: list[float]) -> Path:
    write_lines(folder / "losses.jsonl", [{"step": at, "loss": v, "lr": 0.1} for at, v in enumerate(values, 1)])
    (folder / "training.json").write_text(json.dumps({"kind": kind}))
    return folder


def test_first_loss_and_mean_of_the_last_ten(tmp_path: Path) -> None:
    found = losses(adapter(tmp_path / "a", "couple", [3.0, *[1.0] * 5, *[0.2] * 5, *[0.4] * 5]))
    assert found == {"kind": "couple", "steps": 16, "first": 3.0, "last": pytest.approx(0.3)}


def test_an_adapter_without_losses_has_none(tmp_path: Path) -> None:
    assert losses(tmp_path) is None
    write_lines(tmp_path / "losses.jsonl", [])
    assert losses(tmp_path) is None


def test_checks_average_over_the_runs_of_a_condition(tmp_path: Path) -> None:
    inputs = {
        "rows": tmp_path,
        "training.1.1": adapter(tmp_path / "a", "train", [3.0, 0.4]),
        "training.1.2": adapter(tmp_path / "b", "couple", [2.0, 0.2]),
        "training.2.1": adapter(tmp_path / "c", "train", [5.0, 0.6]),
        "training.2.2": adapter(tmp_path / "d", "couple", [4.0, 0.4]),
    }
    found = checks(inputs, [(1, "B0", 42), (2, "B0", 137), (3, "base", 42)])
    assert found["conditions"] == {
        "B0": [
            {"kind": "train", "first": 4.0, "last": pytest.approx((1.7 + 2.8) / 2)},
            {"kind": "couple", "first": 3.0, "last": pytest.approx((1.1 + 2.2) / 2)},
        ]
    }
    cells = found["cells"]
    assert isinstance(cells, list)
    assert [cell["seed"] for cell in cells] == [42, 137]
