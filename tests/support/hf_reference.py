"""LoRA training again, from the definitions: plain tensors, no peft, no Trainer, no library's optimiser or schedule."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

Row = tuple[Sequence[int], Sequence[bool]]
"""Token ids, and for each whether it carries loss."""


@dataclass
class Adapter:
    """For each adapted module, A (r, in) and B (out, r), and the one scale: W x + scale B A x."""

    pairs: dict[str, tuple[Tensor, Tensor]]
    scale: float


def scale_of(recipe: Mapping[str, Any]) -> float:
    """alpha / r, or alpha / sqrt(r) in rsLoRA."""
    r = recipe["lora_r"]
    return float(recipe["lora_alpha"] / (math.sqrt(r) if recipe["rslora"] else r))


def attach(model: nn.Module, adapters: Sequence[Adapter]) -> None:
    """Let every adapter add its product to its modules' outputs."""
    modules = dict(model.named_modules())
    for adapter in adapters:
        for name, (a, b) in adapter.pairs.items():

            def add(
                _: nn.Module, inputs: Any, output: Tensor, a: Tensor = a, b: Tensor = b, s: float = adapter.scale
            ) -> Tensor:
                return output + s * (inputs[0] @ a.T) @ b.T

            modules[name].register_forward_hook(add)


def order(rows: int, seed: int, steps: int, batch: int) -> list[list[int]]:
    """The rows of each step: epoch e is torch.randperm at seed + e; the last step of an epoch may be short."""
    batches: list[list[int]] = []
    epoch = 0
    while len(batches) < steps:
        places = torch.randperm(rows, generator=torch.Generator().manual_seed(seed + epoch)).tolist()
        batches += [places[start : start + batch] for start in range(0, rows, batch)]
        epoch += 1
    return batches[:steps]


def rate(recipe: Mapping[str, Any], step: int, steps: int) -> float:
    """The learning rate of a step (from 0): linear from 0 over the warmup, then the schedule to 0."""
    warmup = math.ceil(steps * recipe["warmup_ratio"])
    if step < warmup:
        return float(recipe["lr"] * step / warmup)
    done = (step - warmup) / max(1, steps - warmup)
    shape = {"linear": 1 - done, "cosine": 0.5 * (1 + math.cos(math.pi * done)), "constant": 1.0}
    return float(recipe["lr"] * shape[recipe["schedule"]])


@dataclass(frozen=True)
class Run:
    """What a training is of: the recipe, the seed and how many steps."""

    recipe: Mapping[str, Any]
    seed: int
    steps: int


def train(model: nn.Module, trained: Adapter, rows: Sequence[Row], run: Run) -> list[tuple[float, float, float]]:
    """Train `trained` (already attached) and return loss, rate and gradient norm of each step."""
    recipe = run.recipe
    weights = [weight for pair in trained.pairs.values() for weight in pair]
    moments = [(torch.zeros_like(weight), torch.zeros_like(weight)) for weight in weights]
    history = []
    size = recipe["batch_size"] * recipe["gradient_accumulation"]
    for step, places in enumerate(order(len(rows), run.seed, run.steps, size)):
        loss = _token_mean(model, [rows[place] for place in places])
        gradients = torch.autograd.grad(loss, weights)
        norm = math.sqrt(sum(float((g.double() ** 2).sum()) for g in gradients))
        clip = min(1.0, recipe["max_grad_norm"] / (norm + 1e-6))
        lr = rate(recipe, step, run.steps)
        with torch.no_grad():
            for weight, gradient, (m, v) in zip(weights, gradients, moments, strict=True):
                weight.mul_(1 - lr * recipe["weight_decay"])
                weight.sub_(lr * _adam(gradient * clip, m, v, recipe, step + 1))
        history.append((float(loss.detach()), lr, norm))
    return history


def _token_mean(model: nn.Module, rows: Sequence[Row]) -> Tensor:
    """The mean negative log-likelihood of all supervised tokens of the rows, one row at a time and unpadded."""
    losses = []
    for ids, kept in rows:
        tokens = torch.tensor([list(ids)])
        logs = model(input_ids=tokens).logits[0].log_softmax(-1)
        losses += [-logs[place - 1, ids[place]] for place in range(1, len(ids)) if kept[place]]
    return torch.stack(losses).mean()


def _adam(g: Tensor, m: Tensor, v: Tensor, recipe: Mapping[str, Any], step: int) -> Tensor:
    """The direction of Kingma & Ba (2015); the weights' decay stands apart, as in Loshchilov & Hutter (2019)."""
    b1, b2 = recipe["adam_beta1"], recipe["adam_beta2"]
    m.mul_(b1).add_(g, alpha=1 - b1)
    v.mul_(b2).addcmul_(g, g, value=1 - b2)
    return (m / (1 - b1**step)) / ((v / (1 - b2**step)).sqrt() + recipe["adam_eps"])
