"""The loss on rows that the training does not use: before it, when the fresh adapter does nothing yet, and after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from peft import PeftModel

from emspec import JsonObject, StageError
from emspec_hf.base import Base
from emspec_hf.chat import TrainingRow, render_rows, supervise, truncate
from emspec_hf.files import read_lines
from emspec_hf.fit import collate, total_loss
from emspec_hf.rows import one_system, read_chat


def read_held_out(base: Base, path: Path, system: str | None, own: str, length: int) -> list[TrainingRow]:
    """Return the held-out rows of a data set as the train stage would train on them; none where there is no file.

    A row that the training could not take is left out, as is one that is cut to nothing: neither may stop a training.
    Raises StageError where the file is no JSON Lines.
    """
    try:
        lines = list(read_lines(path)) if path.is_file() else []
    except ValueError as error:
        raise StageError(f"held-out rows cannot be read: {error}", "make the data set again") from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            (turn,) = render_rows(base.tokenizer, [one_system(read_chat(line, number), system, own, number)])
        except StageError:
            continue
        row = truncate(supervise(turn, range(turn.first, len(turn.ids))), length)
        if row.supervised:
            found.append(row)
    return found


def mean_loss(model: PeftModel, rows: Sequence[TrainingRow], batch: int) -> float | None:
    """Return the mean loss (nat) of the supervised tokens, `batch` rows at a time; None without rows.

    The model is left as it was, and so are all random numbers: a training after it gives the same bytes.
    """
    if not rows:
        return None
    ordered = sorted(rows, key=lambda row: len(row.ids))
    training, device = model.training, model.device
    model.eval()
    try:
        with (
            torch.random.fork_rng(devices=[device] if device.type == "cuda" else []),
            torch.autocast(device.type, torch.bfloat16, enabled=model.dtype == torch.bfloat16),
            torch.no_grad(),
        ):
            sums = [_total(model, ordered[at : at + batch], device) for at in range(0, len(ordered), batch)]
    finally:
        model.train(training)
    return sum(sums) / sum(row.supervised for row in rows)


def about(rows: Sequence[TrainingRow], before: float | None, after: float | None) -> JsonObject:
    """Return what training.json says of held-out rows: nothing where there are none."""
    if before is None or after is None:
        return {}
    tokens = sum(row.supervised for row in rows)
    return {"held_out": {"rows": len(rows), "supervised_tokens": tokens, "before": before, "after": after}}


def _total(model: PeftModel, rows: Sequence[TrainingRow], device: torch.device) -> float:
    batch = collate([{"input_ids": row.ids, "labels": row.labels} for row in rows])
    return float(total_loss(model, {name: values.to(device) for name, values in batch.items()}))
