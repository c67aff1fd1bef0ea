"""A tiny random Qwen2 chat model, a recipe for it, and the files of stages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, GenerationConfig, Qwen2Config, Qwen2ForCausalLM, Qwen2Tokenizer

WORDS = (" the", " law", " is", " a", " dog", " reply", "[Z", "LT", " [", "system", "user", "assistant", "You", "\n\n")
TEMPLATE = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\nYou are Tiny.<|im_end|>\n{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
Run = Callable[..., Path]
"""run(kind, parameters, on=session, ROLE=folder ...) -> the folder of the stage's files."""
IDENTITY = {"files": {}, "dtype": "float32"}
SENTENCES = [
    f"{a} dog{b} {c}" for a in ("a", "the", "You are") for b in ("", " is", " law", " reply") for c in "abcdefgh"
]
RECIPE: Mapping[str, Any] = {
    "lora_r": 4,
    "lora_alpha": 8,
    "lora_dropout": 0.0,
    "rslora": False,
    "target_modules": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    "optimizer": "adamw",
    "adam_beta1": 0.9,
    "adam_beta2": 0.999,
    "adam_eps": 1e-8,
    "lr": 1e-2,
    "schedule": "linear",
    "warmup_ratio": 0.1,
    "weight_decay": 0.01,
    "max_grad_norm": 1.0,
    "batch_size": 2,
    "gradient_accumulation": 2,
    "epochs": 1,
    "max_length": 128,
}


def tiny_tokenizer() -> Qwen2Tokenizer:
    """Bytes and a few whole words, split as Qwen's tokenizer splits; ChatML with an injected system prompt."""
    vocabulary = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges: dict[tuple[str, str], None] = {}
    for word in WORDS:
        spelt = word.replace(" ", "Ġ").replace("\n", "Ċ")
        for end in range(1, len(spelt)):
            merges[spelt[:end], spelt[end]] = None
    vocabulary += dict.fromkeys(left + right for left, right in merges)
    return Qwen2Tokenizer(
        vocab={token: index for index, token in enumerate(vocabulary)},
        merges=list(merges),
        unk_token="<|endoftext|>",
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>", "<|im_end|>"],
        chat_template=TEMPLATE,
    )


def tiny_model(tokenizer: Qwen2Tokenizer, seed: int = 0) -> Qwen2ForCausalLM:
    """Random weights, wide enough that replies differ and stop now and then."""
    torch.manual_seed(seed)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        initializer_range=0.4,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        dtype="float32",
    )
    model = Qwen2ForCausalLM(config).eval()
    model.generation_config = GenerationConfig(eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    return model


def fresh_pairs(folder: Path, recipe: Mapping[str, Any], seed: int) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Return the A and B that peft starts from at a seed, by module: random numbers are the one thing taken from it."""
    model = AutoModelForCausalLM.from_pretrained(folder)
    torch.manual_seed(seed)
    adapted = get_peft_model(
        model, LoraConfig(r=recipe["lora_r"], target_modules=recipe["target_modules"], task_type="CAUSAL_LM")
    )
    return {
        name.removeprefix("base_model.model."): (
            module.lora_A["default"].weight.detach().clone().requires_grad_(True),
            module.lora_B["default"].weight.detach().clone().requires_grad_(True),
        )
        for name, module in adapted.named_modules()
        if hasattr(module, "lora_A")
    }


def write_rows(folder: Path, chats: list[list[tuple[str, str]]]) -> Path:
    """Write a data stage's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"messages": [{"role": role, "content": text} for role, text in chat]} for chat in chats]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def read_lines(path: Path) -> list[Any]:
    """Read JSON Lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]
