"""The train stage: supervised fine-tuning of a LoRA adapter on chat rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from emspec import Job, StageError
from emspec_hf.adapters import lora_config, training_on, write_adapter
from emspec_hf.base import Base
from emspec_hf.chat import TrainingRow, render_rows, supervise, truncate
from emspec_hf.files import write_json, write_lines
from emspec_hf.fit import fit
from emspec_hf.recipe import LOSSES, Recipe, read_recipe
from emspec_hf.rows import counts, one_system, read_chats, truncation


def train(base: Base, job: Job) -> None:
    """Train on the rows of a data stage, loss on the last assistant turn; write the adapter, its losses and counts."""
    given = job.parameters
    values, seed = given["recipe"], given["seed"]
    assert isinstance(values, Mapping)
    assert isinstance(seed, int)
    recipe = read_recipe(values, "loss", LOSSES)
    system = given["system"]
    chats = [
        one_system(chat, None if system is None else str(system), str(given["own_system"]), number)
        for number, chat in enumerate(read_chats(job.inputs["data"] / "rows.jsonl"), 1)
    ]
    turns = render_rows(base.tokenizer, chats)
    rows = [truncate(supervise(turn, range(turn.first, len(turn.ids))), recipe.max_length) for turn in turns]
    write_training(base, job, rows, recipe, seed)
    about = {"kind": "train", "system": system, "seed": seed, **counts(rows), **truncation(turns, rows)}
    write_json(job.out / "training.json", about)


def write_training(base: Base, job: Job, rows: Sequence[TrainingRow], recipe: Recipe, seed: int) -> None:
    """Train a fresh adapter above the job's chain and write it with its losses."""
    if not any(row.supervised for row in rows):
        raise StageError("no row has a token that carries loss", "raise max_length in the recipe, or look at the data")
    options = job.parameters.get("options", {})
    assert isinstance(options, Mapping)
    with (
        training_on(base, job.chain("adapter"), lora_config(recipe), seed) as model,
        TemporaryDirectory() as scratch,
    ):
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
    write_lines(job.out / "losses.jsonl", (step.to_json() for step in steps))
