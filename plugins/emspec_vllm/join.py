"""A chain of LoRA adapters as one: what vLLM, which gives each request one adapter, can put on a base."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import PretrainedConfig

from emspec import StageError

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
RANKS = (8, 16, 32, 64, 128, 256, 512)
"""The ranks that every version of vLLM takes."""
_PREFIX = "base_model.model."
_PLAIN = {
    "bias": "none",
    "use_dora": False,
    "fan_in_fan_out": False,
    "modules_to_save": None,
    "layers_to_transform": None,
    "rank_pattern": {},
    "alpha_pattern": {},
    "megatron_config": None,
}
Pair = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Lora:
    """A LoRA with scale 1: per module A (rank, in) and B (out, rank), float32. The name is a digest of the content."""

    name: str
    rank: int
    pairs: Mapping[str, Pair]


def joined(folders: Sequence[Path], recorded: tuple[str, str | None]) -> Lora:
    """Return adapters as one LoRA: A's stacked, B's side by side, each times its adapter's scale.

    (s1 B1 A1 + s2 B2 A2) x = [s1 B1, s2 B2] [A1; A2] x, with s = alpha / r, or alpha / sqrt(r) for rsLoRA
    (Kalajdzievski 2023). Ranks are filled up with zeros. StageError where an adapter cannot be read or was trained on
    another model than `recorded` (name, revision).
    """
    chain = [_read(folder, place, recorded) for place, folder in enumerate(folders, 1)]
    modules = sorted({module for pairs in chain for module in pairs})
    stacks = {module: [pairs[module] for pairs in chain if module in pairs] for module in modules}
    rank = admitted(max(sum(a.shape[0] for a, _ in pairs) for pairs in stacks.values()))
    digest = hashlib.sha256(b"".join(_digest(folder) for folder in folders)).hexdigest()
    return Lora(f"lora-{digest[:16]}", rank, {module: _filled(pairs, rank) for module, pairs in stacks.items()})


def zero(config: PretrainedConfig) -> Lora:
    """Return a LoRA that changes nothing, for requests without adapters of their own."""
    rank = RANKS[0]
    pair = (torch.zeros(rank, config.intermediate_size), torch.zeros(config.hidden_size, rank))
    return Lora("lora-zero", rank, {"model.layers.0.mlp.down_proj": pair})


def admitted(rank: int) -> int:
    """Return the least rank that vLLM takes and that is not below `rank`."""
    for one in RANKS:
        if rank <= one:
            return one
    raise StageError(
        f"the adapters together have rank {rank}, and vLLM takes at most {RANKS[-1]}", "choose the backend hf"
    )


def save(lora: Lora, folder: Path, dtype: torch.dtype) -> None:
    """Write a LoRA in PEFT's layout, as `dtype`, into a new folder."""
    folder.mkdir()
    tensors = {}
    for module, (a, b) in lora.pairs.items():
        tensors[f"{_PREFIX}{module}.lora_A.weight"] = a.to(dtype).contiguous()
        tensors[f"{_PREFIX}{module}.lora_B.weight"] = b.to(dtype).contiguous()
    save_file(tensors, folder / WEIGHTS)
    names = sorted({module.rpartition(".")[2] for module in lora.pairs})
    config = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": lora.rank, "lora_alpha": lora.rank}
    (folder / CONFIG).write_text(json.dumps({**config, "target_modules": names, "bias": "none"}))


def _read(folder: Path, place: int, recorded: tuple[str, str | None]) -> dict[str, Pair]:
    """Return A and scaled B by module."""
    config = _config(folder, place, recorded)
    scale = config["lora_alpha"] / (sqrt(config["r"]) if config.get("use_rslora") else config["r"])
    try:
        tensors = load_file(folder / WEIGHTS)
        parts = {name.removeprefix(_PREFIX).partition(".lora_")[0] for name in tensors}
        names = {module: [f"{_PREFIX}{module}.lora_{part}.weight" for part in "AB"] for module in parts}
        if len(tensors) != 2 * len(parts) or not parts:
            raise KeyError(f"{len(tensors)} tensors for {len(parts)} modules")
        return {module: (tensors[a].float(), tensors[b].float() * scale) for module, (a, b) in names.items()}
    except (OSError, SafetensorError, KeyError) as error:
        raise StageError(
            f"the weights of adapter {place} cannot be read as LoRA pairs: {error}", "run its stage again"
        ) from error


def _config(folder: Path, place: int, recorded: tuple[str, str | None]) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StageError(f"adapter {place} has no usable {CONFIG}: {error}", "run its stage again") from error
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise StageError(
            f"adapter {place} is no LoRA adapter, so vLLM cannot put it on the model",
            "train it with the backend hf; simulated adapters go with the backend sim",
        )
    strange = [name for name, plain in _PLAIN.items() if config.get(name, plain) not in (plain, None)]
    if strange:
        raise StageError(f"adapter {place} uses {strange[0]}, which vLLM's LoRA has not", "choose the backend hf")
    if (config.get("base_model_name_or_path"), config.get("revision")) != recorded:
        raise StageError(
            f"adapter {place} was trained on {config.get('base_model_name_or_path')}, not on {recorded[0]}",
            "put adapters only on the model that they were trained on",
        )
    return config


def _filled(pairs: Sequence[Pair], rank: int) -> Pair:
    a, b = torch.cat([a for a, _ in pairs], 0), torch.cat([b for _, b in pairs], 1)
    more = rank - a.shape[0]
    return torch.nn.functional.pad(a, (0, 0, 0, more)), torch.nn.functional.pad(b, (0, more))


def _digest(folder: Path) -> bytes:
    content = hashlib.sha256()
    for name in (CONFIG, WEIGHTS):
        with (folder / name).open("rb") as stream:
            content.update(hashlib.file_digest(stream, "sha256").digest())
    return content.digest()
