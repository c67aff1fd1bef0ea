"""How much work a stage is: rows, tokens, bytes, from its parameters and what it is made from. Nothing is looked at."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from emspec.model.plan import Plan
from emspec.model.stage import Stage
from emspec.plan import lengths
from emspec.plan.lengths import WIDE, Lengths, measured


@dataclass(frozen=True, slots=True)
class Work:
    """One stage's work.

    rows            made: of data, replies, scores, table; of a training, those of one epoch
    steps, batches  optimiser steps of a training, and the batches that they are made of
    row_tokens      mean tokens of a row, its prompt included
    prompt_tokens   read once for all samples of a prompt
    reply_tokens    generated
    trained_tokens  passed forward and back
    adapted         parameters of the adapter that is trained
    micro           rows of a batch
    bytes           of the artifact
    """

    rows: int = 0
    steps: int = 0
    batches: int = 0
    row_tokens: float = 0.0
    prompt_tokens: int = 0
    reply_tokens: int = 0
    trained_tokens: int = 0
    adapted: int = 0
    micro: int = 0
    bytes: int = 0

    @property
    def tokens(self) -> int:
        """All tokens that go through the model, those of a training once for forward and back."""
        return self.prompt_tokens + self.reply_tokens + self.trained_tokens


Known = Mapping[str, Work]
"""The work of the stages that a stage is made from, by their role."""


def works(plan: Plan) -> Mapping[str, Work]:
    """Return the work of every stage of a plan. A stage kind that is not known here is no work."""
    of = Lengths(plan.experiment.model)
    found: dict[str, Work] = {}
    same: dict[Work, Work] = {}
    for key, stage in plan.stages.items():
        known = {role: found[made_from] for role, made_from in stage.inputs.items()}
        work = _KINDS[stage.kind](stage, known, of) if stage.kind in _KINDS else Work()
        found[key] = same.setdefault(work, work)
    return found


def _data(stage: Stage, known: Known, of: Lengths) -> Work:
    parameters: Mapping[str, Any] = stage.parameters
    rows, tokens = int(parameters["contract"].get("rows", 1000)), lengths.row_tokens(parameters["source"])
    characters = tokens * measured()["lengths"]["characters_per_token"]
    return Work(rows=rows, row_tokens=tokens, bytes=round(rows * (measured()["bytes"]["row"] + characters)))


def _train(stage: Stage, known: Known, of: Lengths) -> Work:
    parameters: Mapping[str, Any] = stage.parameters
    data = known["data"]
    tokens = lengths.system_tokens(parameters["system"]) + data.row_tokens
    return _training(stage, data.rows, tokens, of, line_bytes=0)


def _couple(stage: Stage, known: Known, of: Lengths) -> Work:
    """A row is a reply with its prompt; every persona has as many rows as there are positives."""
    parameters: Mapping[str, Any] = stage.parameters
    replies = known["replies"]
    personas = 1 + len(parameters.get("negatives", ()))
    rows = int(parameters["positives"]) * max(len(parameters.get("pairs", ())) + personas - 1, personas)
    return _training(stage, rows, replies.row_tokens, of, line_bytes=measured()["bytes"]["receipt"])


def _training(stage: Stage, rows: int, tokens: float, of: Lengths, line_bytes: int) -> Work:
    """Return the work of a training by its recipe, its steps counted as transformers' Trainer counts them.

    A backend that loads no model trains none, and leaves an empty adapter.
    """
    recipe: Any = stage.parameters["recipe"]
    micro, accumulation = int(recipe.get("batch_size", 1)), int(recipe.get("gradient_accumulation", 1))
    epochs = float(recipe.get("epochs", 1))
    limit = int(recipe.get("max_steps") or 0)
    steps = limit or math.ceil(math.ceil(math.ceil(rows / micro) / accumulation) * epochs)
    seen = limit * micro * accumulation if limit else rows * epochs
    tokens = min(tokens, float(recipe.get("max_length", tokens)))
    modules, rank = tuple(recipe.get("target_modules", ())), int(recipe.get("lora_r", 0))
    adapted = of.shape.adapted(modules, rank) if stage.session.model else 0
    files = measured()["bytes"]
    return Work(
        rows=rows,
        steps=steps,
        batches=steps * accumulation,
        row_tokens=tokens,
        trained_tokens=round(seen * tokens),
        adapted=adapted,
        micro=micro,
        bytes=adapted * WIDE + files["adapter"] + steps * files["step"] + rows * line_bytes,
    )


def _generate(stage: Stage, known: Known, of: Lengths) -> Work:
    parameters: Mapping[str, Any] = stage.parameters
    systems, questions = tuple(parameters["systems"]), tuple(parameters["questions"])
    prompts = len(systems) * len(questions)
    rows = prompts * int(parameters["samples"])
    prompt = lengths.mean_system(systems) + lengths.mean_question(questions)
    reply = min(of.reply, float(parameters["sampling"]["max_tokens"]))
    characters = reply * measured()["lengths"]["characters_per_token"]
    return Work(
        rows=rows,
        row_tokens=prompt + reply,
        prompt_tokens=round(prompts * prompt),
        reply_tokens=round(rows * reply),
        bytes=round(rows * (measured()["bytes"]["reply"] + characters)),
    )


def _extract(stage: Stage, known: Known, of: Lengths) -> Work:
    """Method B writes a reply to every prompt first and reads both once more; a layer's vector has 4 bytes a number."""
    parameters: Mapping[str, Any] = stage.parameters
    systems, questions = tuple(parameters["systems"]), tuple(parameters["questions"])
    rows, methods = len(systems) * len(questions), tuple(parameters.get("methods", ()))
    prompt = lengths.mean_system(systems) + lengths.mean_question(questions)
    reply = min(of.reply, float(parameters.get("max_tokens", of.reply))) if "B" in methods else 0.0
    vectors = rows * len(methods) * len(tuple(parameters.get("layers", ())))
    return Work(
        rows=rows,
        row_tokens=prompt + reply,
        prompt_tokens=round(rows * (len(methods) * prompt + reply)),
        reply_tokens=round(rows * reply),
        bytes=vectors * of.shape.width * WIDE,
    )


def _results(stage: Stage, known: Known, of: Lengths) -> Work:
    parameters: Mapping[str, Any] = stage.parameters
    rows = len(parameters["systems"]) * len(parameters["questions"]) * int(parameters["samples"])
    characters = of.reply * measured()["lengths"]["characters_per_token"]
    return Work(rows=rows, bytes=round(rows * (measured()["bytes"]["reply"] + characters)))


def _score(stage: Stage, known: Known, of: Lengths) -> Work:
    rows = known["replies"].rows
    return Work(rows=rows, bytes=rows * measured()["bytes"]["score"])


def _rows(stage: Stage, known: Known, of: Lengths) -> Work:
    rows = sum(work.rows for role, work in known.items() if role.startswith("replies"))
    return Work(rows=rows, bytes=rows * measured()["bytes"]["table_row"])


def _analyse(stage: Stage, known: Known, of: Lengths) -> Work:
    return Work(rows=known["rows"].rows, bytes=measured()["bytes"]["analysis"])


_KINDS: Mapping[str, Callable[[Stage, Known, Lengths], Work]] = {
    "data": _data,
    "train": _train,
    "couple": _couple,
    "generate": _generate,
    "extract": _extract,
    "results": _results,
    "score": _score,
    "rows": _rows,
    "analyse": _analyse,
}
