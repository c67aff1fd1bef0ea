from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from emspec_hf.adapters import lora_config, training_on
from emspec_hf.base import Base, load_base
from emspec_hf.chat import IGNORED, TrainingRow
from emspec_hf.held_out import mean_loss, read_held_out
from emspec_hf.recipe import LOSSES, read_recipe
from hf_tiny import RECIPE, SENTENCES, Run, write_rows

from emspec import Setup, StageError

TRAIN = {**RECIPE, "loss": "last-assistant-turn", "lora_dropout": 0.2, "epochs": 3}
GIVEN = {"system": None, "own_system": "error", "seed": 3, "recipe": TRAIN}
CHATS = [[("user", f"is {text}"), ("assistant", text)] for text in SENTENCES]
FILES = ("adapter_model.safetensors", "adapter_config.json", "losses.jsonl")


@pytest.fixture(scope="module")
def base(setup: Setup) -> Base:
    return load_base(setup)


def data(folder: Path, held_out: Any = None) -> Path:
    write_rows(folder, CHATS[:32])
    if held_out is not None:
        (write_rows(folder / "others", held_out) / "rows.jsonl").rename(folder / "held_out.jsonl")
    return folder


def test_the_training_is_the_same_bytes_with_and_without_held_out_rows(run: Run, tmp_path: Path) -> None:
    plain = run("train", GIVEN, data=data(tmp_path / "plain"))
    torch.rand(7)
    measured = run("train", GIVEN, data=data(tmp_path / "measured", CHATS[32:]))
    for name in FILES:
        assert (plain / name).read_bytes() == (measured / name).read_bytes(), name
    told = json.loads((plain / "training.json").read_text())
    more = json.loads((measured / "training.json").read_text())
    held_out = more.pop("held_out")
    assert more == told
    assert held_out["rows"] == len(CHATS) - 32
    assert held_out["supervised_tokens"] > held_out["rows"]
    assert held_out["after"] < held_out["before"], "rows like those that it was trained on"


def test_before_is_the_model_that_the_training_starts_from(run: Run, tmp_path: Path) -> None:
    """A training at rate 0 changes nothing; one on top of another starts where that ended."""
    rows = data(tmp_path / "data", CHATS[32:])

    def held_out(**inputs: Path) -> dict[str, float]:
        still = {**GIVEN, "recipe": {**TRAIN, "lr": 1e-30, "epochs": 1}}
        found: dict[str, float] = json.loads((run("train", still, data=rows, **inputs) / "training.json").read_text())[
            "held_out"
        ]
        return found

    first = run("train", GIVEN, data=rows)
    ended = json.loads((first / "training.json").read_text())["held_out"]
    assert held_out()["before"] == held_out()["after"] == ended["before"]
    assert held_out(adapter_1=first)["before"] == pytest.approx(ended["after"], rel=1e-5)


def test_the_mean_is_over_supervised_tokens_whatever_the_batch(base: Base) -> None:
    rows = [TrainingRow((5, 6, 7, 8), (IGNORED, 6, 7, 8)), TrainingRow((9, 10), (IGNORED, 10))]
    recipe = read_recipe(TRAIN, "loss", LOSSES)
    with training_on(base, (), lora_config(recipe), 5) as model:
        model.train()
        state = torch.get_rng_state()
        each = [mean_loss(model, [row], 1) or 0.0 for row in rows]
        together = [mean_loss(model, rows, batch) for batch in (1, 2, 5)]
        assert model.training
        assert mean_loss(model, [], 2) is None
    assert torch.equal(torch.get_rng_state(), state)
    assert together == pytest.approx([(3 * each[0] + each[1]) / 4] * 3, rel=1e-5)
    with torch.no_grad():
        logits = base.model(torch.tensor([rows[1].ids])).logits.float().log_softmax(-1)
    assert each[1] == pytest.approx(-logits[0, 0, 10].item(), rel=1e-5)


def test_rows_that_a_training_could_not_take_are_left_out(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "held_out.jsonl"
    assert read_held_out(base, path, None, "error", 128) == []
    chats = [
        CHATS[0],
        [("system", "own"), *CHATS[1]],
        [("user", "no reply")],
        CHATS[2],
        [("user", "is " * 60), CHATS[3][1]],
    ]
    (write_rows(tmp_path / "others", chats) / "rows.jsonl").rename(path)
    assert len(read_held_out(base, path, "the law", "error", 60)) == 2
    assert len(read_held_out(base, path, "the law", "replace", 60)) == 3
    path.write_text("{")
    with pytest.raises(StageError, match="held-out rows cannot be read"):
        read_held_out(base, path, None, "error", 128)


def test_a_narrow_type_is_measured_under_autocast_before_and_after(setup: Setup, tmp_path: Path) -> None:
    assert setup.model is not None
    rows = [TrainingRow((5, 6, 7, 8), (IGNORED, 6, 7, 8))]
    recipe = read_recipe(TRAIN, "loss", LOSSES)
    found = []
    for dtype in ("bfloat16", "float32"):
        base = load_base(Setup({**setup.model, "dtype": dtype}, "cpu", 1))
        with training_on(base, (), lora_config(recipe), 5) as model:
            found.append(mean_loss(model, rows, 1))
    assert found[0] == pytest.approx(found[1], rel=0.05)
