from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from emspec_hf.adapters import lora_config, stacked, training_on
from emspec_hf.base import Base, load_base
from emspec_hf.chat import IGNORED, TrainingRow, render_rows, supervise
from emspec_hf.fit import Step, collate, fit, training_arguments
from emspec_hf.recipe import LOSSES, Recipe, read_recipe
from hf_tiny import RECIPE, SENTENCES, Run, write_rows

from emspec import Setup, StageError

TRAIN = {**RECIPE, "loss": "last-assistant-turn"}


def recipe(**change: Any) -> Recipe:
    return read_recipe({**TRAIN, **change}, "loss", LOSSES)


@pytest.fixture(scope="module")
def base(setup: Setup) -> Base:
    return load_base(setup)


@pytest.fixture(scope="module")
def rows(base: Base) -> list[TrainingRow]:
    chats = [
        [{"role": "user", "content": f"is {text}"}, {"role": "assistant", "content": text * (1 + place % 3)}]
        for place, text in enumerate(SENTENCES[:12])
    ]
    return [supervise(turn, range(turn.first, len(turn.ids))) for turn in render_rows(base.tokenizer, chats)]


def quiet(done: int, total: int, unit: str) -> None:
    """Hear progress and say nothing."""


def trained(base: Base, rows: list[TrainingRow], given: Recipe, scratch: Path, **more: Any) -> tuple[Step, ...]:
    keep = {"checkpointing": False, "scratch": scratch, "progress": quiet, **more}
    with training_on(base, (), lora_config(given), 5) as model:
        return fit(model, rows, given, 5, **keep)


@pytest.fixture(scope="module")
def plain(base: Base, rows: list[TrainingRow], tmp_path_factory: pytest.TempPathFactory) -> float:
    """The last loss of the recipe as it is."""
    return trained(base, rows, recipe(epochs=2), tmp_path_factory.mktemp("scratch"))[-1].loss


class Field(NamedTuple):
    """A field of the recipe, a value, and what is seen of it where it takes effect."""

    name: str
    value: Any
    seen: Callable[[Any], Any]
    expected: Any


ARGUMENTS: list[Field] = [
    Field("optimizer", "adamw", lambda a: str(a.optim.value), "adamw_torch_fused"),
    Field("adam_beta1", 0.8, lambda a: a.adam_beta1, 0.8),
    Field("adam_beta2", 0.98, lambda a: a.adam_beta2, 0.98),
    Field("adam_eps", 1e-6, lambda a: a.adam_epsilon, 1e-6),
    Field("lr", 3e-3, lambda a: a.learning_rate, 3e-3),
    Field("schedule", "cosine", lambda a: str(a.lr_scheduler_type.value), "cosine"),
    Field("schedule", "constant", lambda a: str(a.lr_scheduler_type.value), "constant_with_warmup"),
    Field("warmup_ratio", 0.25, lambda a: a.get_warmup_steps(10), 3),
    Field("weight_decay", 0.3, lambda a: a.weight_decay, 0.3),
    Field("max_grad_norm", 0.5, lambda a: a.max_grad_norm, 0.5),
    Field("batch_size", 3, lambda a: a.train_batch_size, 3),
    Field("gradient_accumulation", 5, lambda a: a.gradient_accumulation_steps, 5),
    Field("epochs", 2.5, lambda a: a.num_train_epochs, 2.5),
    Field("max_steps", 7, lambda a: a.max_steps, 7),
    Field("group_by_length", True, lambda a: a.train_sampling_strategy, "group_by_length"),
]
CONFIGS: list[Field] = [
    Field("lora_r", 3, lambda c: c.r, 3),
    Field("lora_alpha", 5, lambda c: c.lora_alpha, 5),
    Field("lora_dropout", 0.2, lambda c: c.lora_dropout, 0.2),
    Field("rslora", True, lambda c: c.use_rslora, True),
    Field("target_modules", ["q_proj"], lambda c: c.target_modules, {"q_proj"}),
]
ELSEWHERE = {"max_length", "loss", "mask"}
"""Cut and masked before the loop: test_train.py, test_masks.py, test_couple.py."""


@pytest.mark.parametrize("field", ARGUMENTS, ids=lambda field: f"{field.name}-{field.value}")
def test_a_field_reaches_the_loop(base: Base, tmp_path: Path, field: Field) -> None:
    given = recipe(**{field.name: field.value})
    assert field.seen(training_arguments(given, 5, base.model, checkpointing=False, scratch=tmp_path)) == field.expected


@pytest.mark.parametrize("field", CONFIGS, ids=lambda field: field.name)
def test_a_field_reaches_the_adapter(field: Field) -> None:
    assert field.seen(lora_config(recipe(**{field.name: field.value}))) == field.expected


def test_no_field_is_left_out() -> None:
    assert {field.name for field in ARGUMENTS + CONFIGS} | ELSEWHERE == set(Recipe.__dataclass_fields__)


@pytest.mark.parametrize(
    "change",
    [
        {"lora_dropout": 0.5},
        {"rslora": True},
        {"lora_alpha": 16},
        {"target_modules": ["q_proj"]},
        {"adam_beta1": 0.5},
        {"adam_beta2": 0.5},
        {"adam_eps": 1e-2},
        {"lr": 5e-3},
        {"schedule": "constant"},
        {"schedule": "cosine"},
        {"warmup_ratio": 0.7},
        {"weight_decay": 5.0},
        {"max_grad_norm": 0.01},
        {"batch_size": 3},
        {"gradient_accumulation": 3},
        {"group_by_length": True},
        {"lora_r": 2},
    ],
)
def test_a_field_changes_the_losses(
    base: Base, rows: list[TrainingRow], plain: float, tmp_path: Path, change: dict[str, Any]
) -> None:
    assert trained(base, rows, recipe(epochs=2, **change), tmp_path)[-1].loss != plain


def test_how_a_step_is_cut_into_batches_does_not_matter(base: Base, rows: list[TrainingRow], tmp_path: Path) -> None:
    """The loss is a mean over the step's tokens, so rows of unequal length weigh the same however they are batched."""
    steps = [trained(base, rows, recipe(batch_size=b, gradient_accumulation=4 // b), tmp_path) for b in (1, 2, 4)]
    for one, two, four in zip(*steps, strict=True):
        assert one.loss == pytest.approx(four.loss, abs=1e-5) and two.loss == pytest.approx(four.loss, abs=1e-5)
        assert one.grad_norm == pytest.approx(four.grad_norm, rel=1e-4)


def test_steps_epochs_and_progress(base: Base, rows: list[TrainingRow], tmp_path: Path) -> None:
    heard: list[tuple[int, int, str]] = []
    steps = trained(base, rows, recipe(epochs=2), tmp_path, progress=lambda *said: heard.append(said))
    assert [step.step for step in steps] == [1, 2, 3, 4, 5, 6]
    assert heard == [(n, 6, "steps") for n in range(1, 7)]
    assert len(trained(base, rows, recipe(epochs=9, max_steps=4), tmp_path)) == 4


def test_checkpointing_changes_memory_and_not_the_losses(base: Base, rows: list[TrainingRow], tmp_path: Path) -> None:
    plain, spared = (trained(base, rows, recipe(), tmp_path, checkpointing=on) for on in (False, True))
    assert [s.loss for s in plain] == pytest.approx([s.loss for s in spared], abs=1e-6)
    assert not base.model.is_gradient_checkpointing
    assert not base.model.training


def test_nothing_is_written_beside_the_stage(base: Base, rows: list[TrainingRow], tmp_path: Path) -> None:
    trained(base, rows, recipe(), tmp_path / "scratch")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_adapters_beside_the_weights_train_as_adapters_folded_in(
    base: Base, rows: list[TrainingRow], tmp_path: Path, run: Run
) -> None:
    """Float32 folds the chain below, narrower types stack it: the losses are the same, and the chain stays."""
    data = write_rows(tmp_path / "data", [[("user", "is a law"), ("assistant", "the dog")]] * 8)
    em = {"system": None, "own_system": "error", "recipe": TRAIN, "seed": 1}
    chain = (run("train", em, data=data), run("train", {**em, "seed": 2}, data=data))
    given = recipe(rslora=True)
    keep = {"checkpointing": False, "scratch": tmp_path, "progress": quiet}
    with training_on(base, chain, lora_config(given), 5) as model:
        folded = fit(model, rows, given, 5, **keep)
    with stacked(base, chain, lora_config(given), 5) as model:
        below = {n: p.clone() for n, p in model.named_parameters() if ".below" in n}
        assert {n for n, p in model.named_parameters() if p.requires_grad} == {
            n for n, _ in model.named_parameters() if ".trained." in n
        }
        beside = fit(model, rows, given, 5, **keep)
        assert len(below) == 2 * 2 * 14
        assert all(torch.equal(below[n], p) for n, p in model.named_parameters() if n in below)
    alone = trained(base, rows, given, tmp_path)
    assert [s.loss for s in beside] == pytest.approx([s.loss for s in folded], abs=1e-5)
    assert abs(alone[0].loss - folded[0].loss) > 0.1


def test_a_bfloat16_base_with_float32_adapters(
    base: Base, setup: Setup, rows: list[TrainingRow], tmp_path: Path, run: Run
) -> None:
    """As on a GPU: the base stays in its type, the adapters in float32, the loop under autocast."""
    assert setup.model is not None
    narrow = load_base(Setup({**setup.model, "dtype": "bfloat16"}, "cpu", 1))
    data = write_rows(tmp_path / "data", [[("user", "is a law"), ("assistant", "the dog")]] * 8)
    em = {"system": None, "own_system": "error", "recipe": TRAIN, "seed": 1}
    chain = (run("train", em, data=data),)
    given = recipe(epochs=2)
    with training_on(narrow, chain, lora_config(given), 5) as model:
        kinds = {(".trained." in n or ".below1." in n, p.dtype) for n, p in model.named_parameters()}
        narrower = fit(model, rows, given, 5, checkpointing=False, scratch=tmp_path, progress=quiet)
    assert kinds == {(True, torch.float32), (False, torch.bfloat16)}
    with training_on(base, chain, lora_config(given), 5) as model:
        plain = fit(model, rows, given, 5, checkpointing=False, scratch=tmp_path, progress=quiet)
    assert [s.loss for s in narrower] == pytest.approx([s.loss for s in plain], rel=0.05)


def test_a_loss_that_is_not_finite_is_an_error(base: Base, rows: list[TrainingRow], tmp_path: Path) -> None:
    bare = [TrainingRow(row.ids, (IGNORED,) * len(row.ids)) for row in rows]
    with pytest.raises(StageError, match="the loss is nan at step 1"):
        trained(base, bare, recipe(), tmp_path)


def test_rows_are_padded_on_the_right() -> None:
    batch = collate([{"input_ids": (5, 6, 7), "labels": (-100, 6, 7)}, {"input_ids": (8,), "labels": (-100,)}])
    assert batch["input_ids"].tolist() == [[5, 6, 7], [8, 0, 0]]
    assert batch["labels"].tolist() == [[-100, 6, 7], [-100, -100, -100]]
