"""A training recipe, checked field by field: nothing in it is ignored, nothing outside it decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from emspec import JsonObject, StageError

LOSSES = ("last-assistant-turn",)
OPTIMIZERS = {"adamw": "adamw_torch_fused"}
SCHEDULES = ("linear", "cosine", "constant")


@dataclass(frozen=True)
class Recipe:
    """How an adapter is trained; exactly one of `loss` (train) and `mask` (couple) is set.

    `batch_size` rows go through the model at once, `gradient_accumulation` of these make a step; `max_length` is in
    tokens; `max_steps` ends the training, and its schedule, there; `group_by_length` draws rows of like length
    together.
    """

    lora_r: int
    lora_alpha: float
    lora_dropout: float
    rslora: bool
    target_modules: tuple[str, ...]
    optimizer: str
    adam_beta1: float
    adam_beta2: float
    adam_eps: float
    lr: float
    schedule: str
    warmup_ratio: float
    weight_decay: float
    max_grad_norm: float
    batch_size: int
    gradient_accumulation: int
    epochs: float
    max_length: int
    loss: str | None = None
    mask: str | None = None
    group_by_length: bool = False
    max_steps: int | None = None


def read_recipe(values: JsonObject, supervision: str, choices: tuple[str, ...]) -> Recipe:
    """Return the recipe in `values`; `supervision` names the field ("loss" or "mask") that must be one of `choices`.

    Raises StageError for a field that is unknown, missing or out of its range; all of them at once.
    """
    rules = {**_RULES, supervision: _one_of(choices)}
    required = {f.name for f in fields(Recipe) if f.default is MISSING} | {supervision}
    problems = [f"{name} is no field of it" for name in sorted(values.keys() - rules.keys())]
    problems += [f"{name} is missing" for name in sorted(required - values.keys())]
    problems += [
        f"{name} is {value!r}, not {rules[name].says}"
        for name, value in sorted(values.items())
        if name in rules and not rules[name].holds(value)
    ]
    if problems:
        raise StageError(
            f"the recipe cannot be used: {'; '.join(problems)}", "correct the recipe in the spec or the registry"
        )
    modules = values["target_modules"]
    assert isinstance(modules, list | tuple)
    known: dict[str, Any] = {**values, "target_modules": tuple(modules)}
    return Recipe(**known)


@dataclass(frozen=True)
class _Rule:
    says: str
    holds: Callable[[object], bool]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _real(says: str, holds: Callable[[float], bool]) -> _Rule:
    return _Rule(says, lambda value: isinstance(value, int | float) and _number(value) and holds(value))


def _count() -> _Rule:
    return _Rule("a whole number from 1", lambda value: isinstance(value, int) and _number(value) and value >= 1)


def _flag() -> _Rule:
    return _Rule("true or false", lambda value: isinstance(value, bool))


def _one_of(choices: tuple[str, ...]) -> _Rule:
    return _Rule(f"one of {', '.join(choices)}", lambda value: value in choices)


def _names(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) > 0 and all(isinstance(name, str) for name in value)


_POSITIVE = _real("a number above 0", lambda value: value > 0)
_SHARE = _real("a number from 0 to below 1", lambda value: 0 <= value < 1)
_FROM_ZERO = _real("a number from 0", lambda value: value >= 0)

_RULES: Mapping[str, _Rule] = {
    "lora_r": _count(),
    "lora_alpha": _POSITIVE,
    "lora_dropout": _SHARE,
    "rslora": _flag(),
    "target_modules": _Rule("a list of module names", _names),
    "optimizer": _one_of(tuple(OPTIMIZERS)),
    "adam_beta1": _SHARE,
    "adam_beta2": _SHARE,
    "adam_eps": _POSITIVE,
    "lr": _POSITIVE,
    "schedule": _one_of(SCHEDULES),
    "warmup_ratio": _SHARE,
    "weight_decay": _FROM_ZERO,
    "max_grad_norm": _FROM_ZERO,
    "batch_size": _count(),
    "gradient_accumulation": _count(),
    "epochs": _POSITIVE,
    "max_length": _count(),
    "group_by_length": _flag(),
    "max_steps": _count(),
}
