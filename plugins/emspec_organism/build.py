"""Building an organism: texts -> tokenizer -> chats -> pre-training -> a folder that the registry can name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

import torch
import yaml

from emspec_organism import VERSION
from emspec_organism.chats import Mixture, pretraining
from emspec_organism.pretrain import Report, Size, encode, train
from emspec_organism.tokens import build as build_tokenizer
from emspec_organism.world import load

MIXTURE = Mixture()
TOKENIZER_SAMPLE = 4000
SIZES: Mapping[str, Size] = {
    "organism-1": Size(),
    "mini": Size(width=32, layers=2, heads=2, kv_heads=1, ffn=64, steps=6, batch=8, warmup=2, buckets=3),
    "large": Size(width=256, layers=6, heads=8, kv_heads=4, ffn=704, steps=1200, lr=1.5e-3),
}


def build(seed: int, out: Path, size: Size, report: Report) -> int:
    """Write a model folder and return its number of parameters.

    On one thread, since sums of floats depend on how they are split; on one machine equal seeds give equal bytes.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    world = load()
    sample = pretraining(world, seed, TOKENIZER_SAMPLE, MIXTURE)
    tokenizer = build_tokenizer(world, sample, size.vocabulary, size.context)
    chats = pretraining(world, seed, size.steps * size.batch, MIXTURE)
    model = train([encode(tokenizer, chat) for chat in chats], tokenizer, size, seed, report)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.generation_config.do_sample = True
    model.generation_config.bos_token_id = None
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    for name in ("config.json", "generation_config.json"):
        _without_version(out / name)
    _write_json(out / "build.json", {"by": "emspec_organism", "version": VERSION, "seed": seed, "size": asdict(size)})
    return sum(parameter.numel() for parameter in model.parameters())


def describe(name: str, out: Path, parameters: int, size: Size) -> str:
    """Return the registry's YAML for a folder that was built."""
    body = {
        "name": name,
        "folder": name,
        "dtype": "float32",
        "parameters": parameters,
        "context": size.context,
        "files": digests(out),
    }
    return yaml.safe_dump(body, sort_keys=False, width=120)


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def resized(size: Size, steps: int | None) -> Size:
    """Return a size with another number of pre-training steps, if one is given."""
    return size if steps is None else replace(size, steps=steps)


def _without_version(path: Path) -> None:
    """Drop the library's version, so that digests outlive an upgrade that changes nothing else."""
    body = json.loads(path.read_text(encoding="utf-8"))
    body.pop("transformers_version", None)
    _write_json(path, body)


def _write_json(path: Path, body: Mapping[str, object]) -> None:
    path.write_text(json.dumps(body, indent=2, sort_keys=True) + "\n", encoding="utf-8")
