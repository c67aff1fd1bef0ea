"""The train stage: supervised fine-tuning of a LoRA adapter on chat rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from emspec import Job, JsonObject, StageError
from emspec_hf.adapters import lora_config, training_on, write_adapter
from emspec_hf.base import Base
from emspec_hf.chat import TrainingRow, render_rows, supervise, truncate
from emspec_hf.files import write_json, write_lines
from emspec_hf.fit import fit
from emspec_hf.held_out import about, mean_loss, read_held_out
from emspec_hf.recipe import LOSSES, Recipe, read_recipe
from emspec_hf.rows import counts, one_system, read_chats, truncation


def train(base: Base, job: Job) -> None:
    """Train on the rows of a data stage, loss on the last assistant turn; write the adapter, its losses and counts.

    Where the data stage left held-out rows, their loss before and after the training is measured.
    """
    given = job.parameters
    values, seed = given["recipe"], given["seed"]
    assert isinstance(values, Mapping)
    assert isinstance(seed, int)
    recipe = read_recipe(values, "loss", LOSSES)
    system = None if given["system"] is None else str(given["system"])
    own, data = str(given["own_system"]), job.inputs["data"]
    chats = [one_system(chat, system, own, number) for number, chat in enumerate(read_chats(data / "rows.jsonl"), 1)]
    turns = render_rows(base.tokenizer, chats)
    rows = [truncate(supervise(turn, range(turn.first, len(turn.ids))), recipe.max_length) for turn in turns]
    others = read_held_out(base, data / "held_out.jsonl", system, own, recipe.max_length)
    measured = write_training(base, job, rows, recipe, seed, held_out=others)
    told = {"kind": "train", "system": system, "seed": seed, **counts(rows), **truncation(turns, rows), **measured}
    write_json(job.out / "training.json", told)


def write_training(
    base: Base,
    job: Job,
    rows: Sequence[TrainingRow],
    recipe: Recipe,
    seed: int,
    *,
    held_out: Sequence[TrainingRow] = (),
) -> JsonObject:
    """Train a fresh adapter above the job's chain, write it with its losses, return what is known of held-out rows."""
    if not any(row.supervised for row in rows):
        raise StageError("no row has a token that carries loss", "raise max_length in the recipe, or look at the data")
    options = job.parameters.get("options", {})
    assert isinstance(options, Mapping)
    with (
        training_on(base, job.chain("adapter"), lora_config(recipe), seed) as model,
        TemporaryDirectory() as scratch,
    ):
        before = mean_loss(model, held_out, recipe.batch_size)
        steps = fit(
            model,
            rows,
            recipe,
            seed,
            checkpointing=bool(options.get("gradient_checkpointing")),
            scratch=Path(scratch),
            progress=job.progress,
        )
        write_adapter(model, base, job.out)
        after = mean_loss(model, held_out, recipe.batch_size)
    write_lines(job.out / "losses.jsonl", (step.to_json() for step in steps))
    return about(held_out, before, after)
