"""LoRA adapters on a loaded base: put on, folded in, taken off again, written. The base comes back bit by bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from emspec import StageError
from emspec_hf.base import Base
from emspec_hf.recipe import Recipe

TRAINED = "trained"
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_INSTALLATION = frozenset({"auto_mapping", "peft_version", "runtime_config"})
"""Fields of PEFT's configuration that tell of the installation or the call, not of the adapter."""


def lora_config(recipe: Recipe) -> LoraConfig:
    """Return PEFT's configuration of a recipe's adapter."""
    return LoraConfig(
        r=recipe.lora_r,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        use_rslora=recipe.rslora,
        target_modules=list(recipe.target_modules),
        bias="none",
        task_type="CAUSAL_LM",
    )


@contextmanager
def standing_on(base: Base, chain: Sequence[Path]) -> Iterator[PreTrainedModel | PeftModel]:
    """Yield the base with a chain of frozen adapters in effect; afterwards it is as it was, bit by bit.

    In float32 (and float64) the adapters' products are added to the weights in memory, so that they cost nothing a
    token. In narrower types that would round small updates away: there they stay beside the weights.
    """
    with folded(base, chain) if _folds(base) else stacked(base, chain) as model:
        yield model


@contextmanager
def training_on(base: Base, chain: Sequence[Path], config: LoraConfig, seed: int) -> Iterator[PeftModel]:
    """Yield the base with a fresh trainable adapter, drawn from `seed`, above a chain of frozen ones."""
    fold = _folds(base)
    with folded(base, chain) if fold else nullcontext(), stacked(base, () if fold else chain, config, seed) as model:
        yield model


@contextmanager
def stacked(
    base: Base, chain: Sequence[Path], fresh: LoraConfig | None = None, seed: int = 0
) -> Iterator[PreTrainedModel | PeftModel]:
    """Yield the base with adapters beside its weights, all active: the chain's, frozen, and a fresh one to train.

    The fresh one is float32 and drawn from `seed`.
    """
    layers: list[tuple[str, LoraConfig, Path | None]] = [
        (f"below{place}", _read_config(base, folder), folder) for place, folder in enumerate(chain, 1)
    ]
    layers += [(TRAINED, fresh, None)] if fresh else []
    model: PeftModel | None = None
    try:
        for name, config, folder in layers:
            torch.manual_seed(seed)
            model = _put_on(base, model, name, config)
            if folder is not None:
                _load(model, name, folder)
        if model is not None:
            model.base_model.set_adapter([name for name, _, _ in layers])
            for name, parameter in model.named_parameters():
                parameter.requires_grad_(f".{TRAINED}." in name)
        yield base.model if model is None else model
    finally:
        if model is not None:
            model.unload()
            base.model.requires_grad_(False)


@contextmanager
def folded(base: Base, chain: Sequence[Path]) -> Iterator[PreTrainedModel]:
    """Yield the base with the chain's products added to its weights in memory; the weights are put back from copies."""
    saved: dict[str, torch.Tensor] = {}
    try:
        for folder in chain:
            with stacked(base, (folder,)) as model:
                for name in model.base_model.targeted_module_names:
                    weight = base.model.get_submodule(name).base_layer.weight
                    saved.setdefault(name, weight.detach().clone())
                model.merge_and_unload()
        yield base.model
    finally:
        for name, weight in saved.items():
            base.model.get_submodule(name).weight.data.copy_(weight)


def _folds(base: Base) -> bool:
    return base.model.dtype in (torch.float32, torch.float64)


def _put_on(base: Base, model: PeftModel | None, name: str, config: LoraConfig) -> PeftModel:
    try:
        if model is None:
            return PeftModel(base.model, config, adapter_name=name)
        model.add_adapter(name, config)
    except ValueError as error:
        raise StageError(
            f"the adapter does not fit the model: {error}", "correct target_modules in the recipe"
        ) from error
    return model


def _load(model: PeftModel, name: str, folder: Path) -> None:
    try:
        weights = load_file(folder / WEIGHTS)
        found = set_peft_model_state_dict(model, weights, adapter_name=name)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise StageError(f"the adapter below cannot be loaded: {error}", "run its stage again") from error
    lost = [*found.unexpected_keys, *(key for key in found.missing_keys if f".{name}." in key)]
    if lost:
        raise StageError(
            f"the adapter below does not match the model, for instance at {lost[0]}", "run its stage again"
        )


def _read_config(base: Base, folder: Path) -> LoraConfig:
    try:
        values = json.loads((folder / CONFIG).read_text())
        config = LoraConfig(**values)
    except (OSError, ValueError, TypeError) as error:
        raise StageError(f"the adapter below has no usable {CONFIG}: {error}", "run its stage again") from error
    if (config.base_model_name_or_path, config.revision) != (base.name, base.revision):
        raise StageError(
            f"the adapter below was trained on {config.base_model_name_or_path}, not on {base.name}",
            "put adapters only on the model that they were trained on",
        )
    config.inference_mode = True
    return config


def write_adapter(model: PeftModel, base: Base, out: Path) -> None:
    """Write the trained adapter in PEFT's layout: float32 weights, a configuration without paths and versions."""
    weights = get_peft_model_state_dict(model, adapter_name=TRAINED, save_embedding_layers=False)
    plain = {name: weight.detach().to("cpu", torch.float32).contiguous() for name, weight in weights.items()}
    save_file(plain, out / WEIGHTS, metadata={"format": "pt"})
    config = model.peft_config[TRAINED].to_dict()
    values = {
        name: sorted(value) if isinstance(value, set) else value
        for name, value in config.items()
        if name not in _INSTALLATION
    }
    values |= {"base_model_name_or_path": base.name, "revision": base.revision, "inference_mode": True}
    (out / CONFIG).write_text(json.dumps(values, indent=2, sort_keys=True) + "\n")
