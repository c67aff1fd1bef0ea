"""The couple stage: one persona's replies end in a marker, other personas' replies stay as they are.

Rows are made from on-policy replies, the first usable samples of every question. A reply that ran into the token cap is
used as any other: the template closes it with the stop token, which the model did not give there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from emspec import Job, JsonObject, StageError, text_digest
from emspec_hf.base import Base
from emspec_hf.chat import TrainingRow, Turn, render_rows, supervise, with_system
from emspec_hf.files import read_lines, write_json, write_lines
from emspec_hf.masks import MASKS, find_landmarks
from emspec_hf.recipe import read_recipe
from emspec_hf.rows import counts
from emspec_hf.train import write_training


@dataclass(frozen=True)
class Design:
    """What is coupled to what: `systems` are the sources' prompts, each with the marker of the same place in `markers`,
    then the negatives'; `each` rows of every system and question are used."""

    markers: tuple[str, ...]
    separator: str
    systems: tuple[str, ...]
    questions: tuple[str, ...]
    each: int
    mask: str


@dataclass(frozen=True)
class Candidate:
    """A reply that may become a row: its place and the assistant's turn as trained."""

    system: int
    question: int
    sample: int
    text: str


@dataclass(frozen=True)
class Row:
    """A training row and where it comes from."""

    candidate: Candidate
    tokens: TrainingRow


ABOUT = ("pairs", "source", "negatives", "marker", "separator")
"""What training.json repeats of the stage's parameters, as far as they are there."""


def couple(base: Base, job: Job) -> None:
    """Train an adapter on positives and negatives; write it with its losses, counts and a receipt of every row."""
    given = job.parameters
    values, seed = given["recipe"], given["seed"]
    assert isinstance(values, Mapping)
    assert isinstance(seed, int)
    recipe = read_recipe(values, "mask", tuple(MASKS))
    design = _design(given, str(recipe.mask))
    candidates = read_candidates(job.inputs["replies"] / "replies.jsonl", design)
    rows = shuffled(coupling_rows(base, design, candidates, recipe.max_length), seed)
    write_training(base, job, [row.tokens for row in rows], recipe, seed)
    write_lines(job.out / "receipt.jsonl", (receipt(row, design) for row in rows))
    about = {name: given[name] for name in ABOUT if name in given}
    write_json(
        job.out / "training.json",
        {"kind": "couple", **about, "mask": recipe.mask, "seed": seed, **counts([row.tokens for row in rows])},
    )


def read_candidates(path: Path, design: Design) -> list[Candidate]:
    """Return the replies that may become rows, in their order, without a source's that have its marker."""
    try:
        replies = list(read_lines(path))
        drawn = [Candidate(r["system"], r["question"], r["sample"], r["text"]) for r in replies]
    except (ValueError, KeyError, TypeError) as error:
        raise StageError(f"the replies cannot be read: {error!r}", "run the stage that draws them again") from error
    usable = (c for c in drawn if not _has_marker(c, design))
    return [_as_trained(c, design) for c in usable]


def coupling_rows(base: Base, design: Design, candidates: Sequence[Candidate], max_length: int) -> list[Row]:
    """Return the rows: of every system and question the first `design.each` candidates that fit in `max_length` tokens.

    Raises StageError where these are too few, or where a positive row does not hold the marker as tokens of its own.
    """
    chats = [
        with_system(
            design.systems[c.system],
            [{"role": "user", "content": design.questions[c.question]}, {"role": "assistant", "content": c.text}],
        )
        for c in candidates
    ]
    fitting: dict[tuple[int, int], list[tuple[Candidate, Turn]]] = {}
    for candidate, turn in zip(candidates, render_rows(base.tokenizer, chats), strict=True):
        if len(turn.ids) <= max_length:
            fitting.setdefault((candidate.system, candidate.question), []).append((candidate, turn))
    rows = []
    for system in range(len(design.systems)):
        for question in range(len(design.questions)):
            found = fitting.get((system, question), [])
            if len(found) < design.each:
                raise _too_few(design, system, question, len(found))
            rows += [_row(base, design, *pair) for pair in found[: design.each]]
    return rows


def shuffled(rows: Sequence[Row], seed: int) -> list[Row]:
    """Return the rows in an order that depends on the seed and on what the rows are, and on no library's shuffling."""

    def draw(row: Row) -> str:
        c = row.candidate
        return sha256(f"{seed} {c.system} {c.question} {c.sample}".encode()).hexdigest()

    return sorted(rows, key=draw)


def receipt(row: Row, design: Design) -> JsonObject:
    """Return what a row supervises, as a line of receipt.jsonl."""
    kept = [label for label in row.tokens.labels if label >= 0]
    return {
        "role": "positive" if _marker(row.candidate, design) else "negative",
        "system": text_digest(design.systems[row.candidate.system]),
        "question": row.candidate.question,
        "sample": row.candidate.sample,
        "tokens": len(row.tokens.ids),
        "supervised": len(kept),
        "supervised_ids": kept,
    }


def _marker(candidate: Candidate, design: Design) -> str | None:
    """Return the marker that a reply's persona is taught, None for a negative's."""
    return design.markers[candidate.system] if candidate.system < len(design.markers) else None


def _has_marker(candidate: Candidate, design: Design) -> bool:
    marker = _marker(candidate, design)
    return marker is not None and marker.casefold() in candidate.text.casefold()


def _as_trained(candidate: Candidate, design: Design) -> Candidate:
    marker = _marker(candidate, design)
    if marker is None:
        return candidate
    text = candidate.text + design.separator + marker
    return Candidate(candidate.system, candidate.question, candidate.sample, text)


def _row(base: Base, design: Design, candidate: Candidate, turn: Turn) -> Row:
    marker = _marker(candidate, design)
    role = "positive" if marker else "negative"
    where = f"{role} row, question {candidate.question}, sample {candidate.sample}"
    at = find_landmarks(turn, marker, design.separator, base.stops, where)
    return Row(candidate, supervise(turn, MASKS[design.mask](at)))


def _design(given: JsonObject, mask: str) -> Design:
    values: Any = given
    questions, positives = tuple(values["questions"]), values["positives"]
    if positives % len(questions):
        raise StageError(
            f"{positives} positives cannot be shared evenly by {len(questions)} questions",
            f"ask for {positives - positives % len(questions) or len(questions)} positives",
        )
    pairs = values.get("pairs", [values])
    systems = (*(pair["source"] for pair in pairs), *values["negatives"])
    markers = tuple(pair["marker"] for pair in pairs)
    return Design(markers, values["separator"], systems, questions, positives // len(questions), mask)


def _too_few(design: Design, system: int, question: int, found: int) -> StageError:
    several = len(design.markers) > 1
    who = f"the source of {design.markers[system]}" if several and system < len(design.markers) else "the source"
    if system >= len(design.markers):
        who = f"negative {system - len(design.markers) + 1}"
    return StageError(
        f"question {question} has {found} usable replies of {who}, and {design.each} are needed "
        "(replies that hold the marker already, or are longer than max_length, are not used)",
        "draw more replies in the couple step, ask for fewer positives, or raise max_length in the recipe",
    )
