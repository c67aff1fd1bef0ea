"""The training loop: transformers' Trainer over rows that are already tokens, on the session's one device.

Trainer, and not trl's SFTTrainer: the rows come tokenised and labelled. What SFTTrainer would add to that is statistics
of every token, which need the logits of the whole row where the loss here needs those of the labelled tokens alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from emspec import Json, StageError
from emspec_hf.chat import IGNORED, TrainingRow
from emspec_hf.recipe import OPTIMIZERS, Recipe

Progress = Callable[[int, int, str], None]
Batch = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Step:
    """One optimiser step: the mean loss of its supervised tokens (nat), the rate it was taken at, the gradient's norm
    before clipping."""

    step: int
    loss: float
    lr: float
    grad_norm: float

    def to_json(self) -> dict[str, Json]:
        """Return the step as a line of losses.jsonl."""
        return {"step": self.step, "loss": self.loss, "lr": self.lr, "grad_norm": self.grad_norm}


@dataclass
class OneDeviceArguments(TrainingArguments):  # type: ignore[misc]
    """Trainer's arguments, held to one device: by itself it would take cuda:0 and spread batches over all GPUs."""

    on: str = field(default="cpu")

    @property
    def device(self) -> torch.device:
        """The session's device."""
        _ = super().device
        if self.on.startswith("cuda:"):
            torch.cuda.set_device(self.on)
        return torch.device(self.on)

    @property
    def n_gpu(self) -> int:
        """One device, so that nothing is spread."""
        return 1


def fit(
    model: PeftModel,
    rows: Sequence[TrainingRow],
    recipe: Recipe,
    seed: int,
    *,
    checkpointing: bool,
    scratch: Path,
    progress: Progress,
) -> tuple[Step, ...]:
    """Train the model's trainable adapter on the rows and return its steps. `seed` decides order and dropout.

    The order of epoch e (from 0) is torch.randperm(rows) at seed + e. Raises StageError where the loss is not finite.
    """
    arguments = training_arguments(recipe, seed, model, checkpointing=checkpointing, scratch=scratch)
    use_cache = model.config.use_cache
    trainer = RowTrainer(
        model=model,
        args=arguments,
        data_collator=collate,
        train_dataset=[{"input_ids": row.ids, "labels": row.labels} for row in rows],
        callbacks=[_Tell(progress)],
    )
    trainer.remove_callback(PrinterCallback)
    try:
        trainer.train()
    finally:
        model.config.use_cache = use_cache
        model.base_model.model.gradient_checkpointing_disable()
        model.eval()
    return _steps(trainer.state.log_history)


def training_arguments(
    recipe: Recipe, seed: int, model: PeftModel, *, checkpointing: bool, scratch: Path
) -> OneDeviceArguments:
    """Return Trainer's arguments for a recipe; `scratch` is a folder that it asks for and writes nothing to."""
    device = model.device
    return OneDeviceArguments(
        on=str(device),
        output_dir=str(scratch),
        use_cpu=device.type == "cpu",
        bf16=model.dtype == torch.bfloat16,
        per_device_train_batch_size=recipe.batch_size,
        gradient_accumulation_steps=recipe.gradient_accumulation,
        num_train_epochs=recipe.epochs,
        max_steps=recipe.max_steps or -1,
        learning_rate=recipe.lr,
        lr_scheduler_type=_SCHEDULES[recipe.schedule],
        warmup_steps=recipe.warmup_ratio,
        optim=OPTIMIZERS[recipe.optimizer],
        adam_beta1=recipe.adam_beta1,
        adam_beta2=recipe.adam_beta2,
        adam_epsilon=recipe.adam_eps,
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.max_grad_norm,
        train_sampling_strategy="group_by_length" if recipe.group_by_length else "random",
        gradient_checkpointing=checkpointing,
        seed=seed,
        data_seed=seed,
        logging_steps=1,
        logging_nan_inf_filter=False,
        log_level="error",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataloader_pin_memory=device.type == "cuda",
        remove_unused_columns=False,
    )


def collate(rows: Sequence[dict[str, Sequence[int]]]) -> Batch:
    """Return rows padded on the right to the longest; what pads is never attended to by what carries loss."""
    ids = [torch.tensor(row["input_ids"]) for row in rows]
    labels = [torch.tensor(row["labels"]) for row in rows]
    return {
        "input_ids": pad_sequence(ids, batch_first=True, padding_value=0),
        "labels": pad_sequence(labels, batch_first=True, padding_value=IGNORED),
    }


def total_loss(model: torch.nn.Module, inputs: Batch) -> torch.Tensor:
    """Return the summed loss (nat) of a batch's supervised tokens; logits are made only where some row has a label.

    No attention mask is needed, as rows are padded on the right and attention is causal.
    """
    labels = inputs["labels"]
    columns = (labels != IGNORED).any(0).nonzero().squeeze(1)
    logits = model(input_ids=inputs["input_ids"], use_cache=False, logits_to_keep=columns - 1).logits
    targets = labels[:, columns].reshape(-1)
    shaped = logits.float().reshape(-1, logits.shape[-1])
    return cross_entropy(shaped, targets, ignore_index=IGNORED, reduction="sum")


class RowTrainer(Trainer):  # type: ignore[misc]
    """Trainer with the loss of this project: the mean over the supervised tokens of all batches of a step."""

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: Batch,
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> torch.Tensor:
        """Return the batch's share of the step's loss."""
        share: torch.Tensor = total_loss(model, inputs) / num_items_in_batch
        return share

    def floating_point_ops(self, inputs: Batch) -> int:
        """Nothing is counted: it would walk over all parameters at every batch."""
        return 0


class _Tell(TrainerCallback):  # type: ignore[misc]
    """Reports every step."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Report the step."""
        self.progress(state.global_step, state.max_steps, "steps")


_SCHEDULES = {"linear": "linear", "cosine": "cosine", "constant": "constant_with_warmup"}


def _steps(history: Sequence[dict[str, float]]) -> tuple[Step, ...]:
    steps = tuple(
        Step(int(line["step"]), line["loss"], line["learning_rate"], line["grad_norm"])
        for line in history
        if "loss" in line
    )
    for step in steps:
        if not (torch.isfinite(torch.tensor([step.loss, step.grad_norm])).all()):
            raise StageError(
                f"the loss is {step.loss} at step {step.step}", "lower the learning rate, or look at the data"
            )
    return steps
