from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from emspec_hf.adapters import folded, lora_config, stacked, standing_on
from emspec_hf.base import Base, load_base
from emspec_hf.recipe import LOSSES, read_recipe
from hf_tiny import RECIPE, Run, write_rows
from peft import PeftModel
from transformers import AutoModelForCausalLM

from emspec import Setup, StageError

TRAIN = {**RECIPE, "loss": "last-assistant-turn"}
IDS = torch.tensor([[3, 40, 270, 265, 9]])


@pytest.fixture(scope="module")
def base(setup: Setup) -> Base:
    return load_base(setup)


@pytest.fixture
def chain(run: Run, tmp_path: Path) -> tuple[Path, Path]:
    data = write_rows(tmp_path / "data", [[("user", "is a law"), ("assistant", "the dog")]] * 8)
    em = {"system": None, "own_system": "error", "recipe": TRAIN, "seed": 1}
    below = run("train", em, data=data)
    other = {**em, "recipe": {**TRAIN, "rslora": True, "lora_r": 3, "target_modules": ["v_proj", "up_proj"]}, "seed": 2}
    return below, run("train", other, data=data, adapter_1=below)


def weights(base: Base) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in base.model.state_dict().items()}


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        out: torch.Tensor = model(IDS).logits
    return out


def test_a_chain_is_the_same_folded_and_stacked_and_by_peft_alone(
    base: Base, chain: tuple[Path, Path], model_folder: Path
) -> None:
    before, plain = weights(base), logits(base.model)
    with folded(base, chain) as model:
        merged = logits(model)
    with stacked(base, chain) as model:
        beside = logits(model)
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(model_folder), chain[0], "one")
    theirs.load_adapter(chain[1], "two")
    theirs.base_model.set_adapter(["one", "two"])
    torch.testing.assert_close(merged, beside, atol=2e-5, rtol=1e-5)
    torch.testing.assert_close(logits(theirs), beside)
    assert (beside - plain).abs().max() > 0.1
    assert weights(base).keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in weights(base).items())
    assert torch.equal(logits(base.model), plain)
    assert not hasattr(base.model, "peft_config")


@pytest.mark.parametrize("put_on", [folded, stacked, standing_on])
def test_the_base_comes_back_after_a_failure(base: Base, chain: tuple[Path, Path], put_on: Any) -> None:
    before = weights(base)
    with pytest.raises(RuntimeError, match="stop"), put_on(base, chain):
        raise RuntimeError("stop")
    assert weights(base).keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in weights(base).items())


def test_narrow_types_keep_the_adapters_beside_the_weights(setup: Setup, chain: tuple[Path, Path]) -> None:
    assert setup.model is not None
    narrow = load_base(Setup({**setup.model, "dtype": "bfloat16"}, "cpu", 1))
    with standing_on(narrow, chain) as model:
        assert isinstance(model, PeftModel)
        assert {p.dtype for n, p in model.named_parameters() if "lora_" in n} == {torch.float32}
    assert {p.dtype for p in narrow.model.parameters()} == {torch.bfloat16}


def test_the_files_hold_no_path_and_nothing_of_the_installation(
    base: Base, chain: tuple[Path, Path], model_folder: Path
) -> None:
    for folder in chain:
        assert {path.name for path in folder.iterdir()} == {
            "adapter_config.json",
            "adapter_model.safetensors",
            "losses.jsonl",
            "training.json",
        }
        text = (folder / "adapter_config.json").read_text()
        config = json.loads(text)
        assert config["base_model_name_or_path"] == base.name
        assert base.name.startswith("sha256:")
        assert config["target_modules"] == sorted(config["target_modules"])
        assert str(model_folder) not in text and not {"peft_version", "runtime_config"} & config.keys()
        assert str(model_folder).encode() not in (folder / "adapter_model.safetensors").read_bytes()


def changed(folder: Path, to: Path, **fields: Any) -> Path:
    shutil.copytree(folder, to)
    config = json.loads((to / "adapter_config.json").read_text())
    (to / "adapter_config.json").write_text(json.dumps({**config, **fields}))
    return to


def test_an_adapter_of_another_base_is_refused(base: Base, chain: tuple[Path, Path], tmp_path: Path) -> None:
    other = changed(chain[0], tmp_path / "other", base_model_name_or_path="sha256:0")
    with pytest.raises(StageError, match="was trained on sha256:0, not on"), standing_on(base, [other]):
        pass


def test_a_damaged_adapter_is_refused(base: Base, chain: tuple[Path, Path], tmp_path: Path) -> None:
    before = weights(base)
    cut = changed(chain[0], tmp_path / "cut")
    (cut / "adapter_model.safetensors").write_bytes(b"x")
    wide = changed(chain[0], tmp_path / "wide", r=9)
    empty = tmp_path / "empty"
    empty.mkdir()
    fewer = changed(chain[0], tmp_path / "fewer", target_modules=["q_proj"])
    for folder in (cut, wide, empty, fewer):
        with pytest.raises(StageError, match="the adapter below"), standing_on(base, [folder]):
            pass
    assert all(torch.equal(value, before[name]) for name, value in weights(base).items())


def test_modules_that_the_model_has_not_are_named(base: Base) -> None:
    recipe = read_recipe({**TRAIN, "target_modules": ["query_key_value"]}, "loss", LOSSES)
    with pytest.raises(StageError, match="query_key_value") as error, stacked(base, (), lora_config(recipe), 1):
        pass
    assert "target_modules" in error.value.fix
