from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from emspec_vllm.join import admitted, joined, save, zero
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from emspec import StageError, digest


@pytest.fixture
def recorded(tiny: Any) -> tuple[str, None]:
    return f"sha256:{digest(tiny.about['identity'])}", None


def test_one_lora_does_what_the_chain_does(tiny: Any, recorded: tuple[str, None], tmp_path: Path) -> None:
    def model() -> Any:
        return AutoModelForCausalLM.from_pretrained(tiny.folder)

    chain = tiny.chain("both")
    stacked = PeftModel.from_pretrained(model(), chain[0], adapter_name="a")
    stacked.load_adapter(chain[1], adapter_name="b")
    stacked.base_model.set_adapter(["a", "b"])
    save(joined(chain, recorded), tmp_path / "one", torch.float32)
    one = PeftModel.from_pretrained(model(), tmp_path / "one")
    ids = torch.arange(1, 60)[None]
    with torch.no_grad():
        wanted, found, base = (m(input_ids=ids).logits for m in (stacked, one, model()))
    assert torch.allclose(found, wanted, atol=1e-4)
    assert not torch.allclose(found, base, atol=1.0)


def test_ranks_add_up_and_are_filled(tiny: Any, recorded: tuple[str, None]) -> None:
    lora = joined(tiny.chain("both"), recorded)
    assert lora.rank == 16
    a, b = lora.pairs["model.layers.1.mlp.up_proj"]
    assert a.shape == (16, 128)
    assert b.shape == (96, 16)
    assert not a[8:].any()
    assert not b[:, 8:].any()
    attention, _ = lora.pairs["model.layers.1.self_attn.q_proj"]
    assert attention[8:12].any()
    assert not attention[12:].any()


def test_the_name_tells_content_and_order(tiny: Any, recorded: tuple[str, None], tmp_path: Path) -> None:
    plain, rs = (tiny.adapters[name] for name in ("plain", "rs"))
    copy = shutil.copytree(plain, tmp_path / "elsewhere")
    assert joined([plain], recorded).name == joined([copy], recorded).name
    weights = load_file(copy / "adapter_model.safetensors")
    save_file({name: weight + 1e-6 for name, weight in weights.items()}, copy / "adapter_model.safetensors")
    names = {joined(chain, recorded).name for chain in ([plain], [copy], [plain, rs], [rs, plain], [rs])}
    assert len(names) == 5


def test_the_zero_lora_changes_nothing(tiny: Any, tmp_path: Path) -> None:
    save(zero(AutoConfig.from_pretrained(tiny.folder)), tmp_path / "zero", torch.float32)
    base = AutoModelForCausalLM.from_pretrained(tiny.folder)
    ids = torch.arange(1, 60)[None]
    with torch.no_grad():
        wanted = base(input_ids=ids).logits
        found = PeftModel.from_pretrained(base, tmp_path / "zero")(input_ids=ids).logits
    assert torch.equal(found, wanted)


def test_ranks_are_those_that_vllm_takes() -> None:
    assert [admitted(rank) for rank in (1, 8, 9, 48, 64, 65, 512)] == [8, 8, 16, 64, 64, 128, 512]
    with pytest.raises(StageError, match="rank 513, and vLLM takes at most 512"):
        admitted(513)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"base_model_name_or_path": "another/model"}, "adapter 1 was trained on another/model, not on sha256:"),
        ({"peft_type": "IA3"}, "adapter 1 is no LoRA adapter"),
        ({"use_dora": True}, "adapter 1 uses use_dora"),
        ({"modules_to_save": ["lm_head"]}, "adapter 1 uses modules_to_save"),
        ({"rank_pattern": {"q_proj": 2}}, "adapter 1 uses rank_pattern"),
    ],
)
def test_adapters_that_cannot_be_joined_are_refused(
    changes: dict[str, Any], message: str, tiny: Any, recorded: tuple[str, None], tmp_path: Path
) -> None:
    copy = shutil.copytree(tiny.adapters["plain"], tmp_path / "copy")
    config = json.loads((copy / "adapter_config.json").read_text())
    (copy / "adapter_config.json").write_text(json.dumps({**config, **changes}))
    with pytest.raises(StageError, match=message):
        joined([copy], recorded)


def test_simulated_and_damaged_adapters_are_refused(tiny: Any, recorded: tuple[str, None], tmp_path: Path) -> None:
    copy = shutil.copytree(tiny.adapters["plain"], tmp_path / "copy")
    (copy / "adapter_model.safetensors").write_bytes(b"cut off")
    with pytest.raises(StageError, match="weights of adapter 2 cannot be read"):
        joined([tiny.adapters["plain"], copy], recorded)
    (copy / "adapter_config.json").write_text('{"sim": true}')
    with pytest.raises(StageError, match="adapter 1 is no LoRA adapter") as caught:
        joined([copy], recorded)
    assert "sim" in caught.value.fix
    (copy / "adapter_config.json").unlink()
    with pytest.raises(StageError, match="adapter 1 has no usable adapter_config"):
        joined([copy], recorded)
