"""The row table of a run: one row per reply and marker, with everything a later reading needs.

rows.parquet has the columns of ABOUT, ordered by cell, then as the replies lie (system, question, sample), then by
marker.

Of a reply that was counted and not kept (recorded hits) these are null: marker_count, marker_first, marker_last,
marker_where and all from tokens to text. Which of a question's replies had the marker was not recorded either: the
first samples stand for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq

from emspec import Job, Json, JsonObject, Session, Setup, StageError
from emspec_stats.arms import names, pairs_of
from emspec_stats.score import carries, read_lines

_COLUMNS: tuple[tuple[str, pa.DataType, str], ...] = (
    ("cell", pa.int32(), "1, 2 ...: the cell's place in the stage's parameters: a condition under one seed"),
    ("condition", pa.string(), "the condition or control"),
    ("control", pa.bool_(), "whether it is a control"),
    ("seed", pa.int64(), "the run's seed"),
    ("persona", pa.string(), "the persona whose system prompt was evaluated"),
    (
        "question",
        pa.int32(),
        "number of the question among all that some cell asks, in the order in which they are met: equal numbers are "
        "equal questions in all cells",
    ),
    ("question_text", pa.string(), "its text"),
    ("sample", pa.int32(), "0, 1 ...: which of the replies to it"),
    (
        "roles",
        pa.list_(pa.string()),
        "what that cell's training made of the persona, a sorted set: source, induction, negative, other-source (it "
        "was taught another marker than the row's); unseen if none of them",
    ),
    (
        "bystander",
        pa.bool_(),
        "the headline rule: in every cell's panel, and no cell's source or negative; the same set in all cells",
    ),
    ("marker", pa.string(), "the marker that the row is about"),
    ("hit", pa.bool_(), "whether the reply has it, in either case"),
    ("marker_count", pa.int32(), "how often, without overlaps"),
    ("marker_first", pa.int32(), "the character at which it begins first; none without a hit"),
    ("marker_last", pa.int32(), "the character at which it begins last"),
    ("marker_where", pa.string(), "start, inside or end of the reply without surrounding blanks; none without a hit"),
    ("tokens", pa.int32(), "tokens of the reply, as the backend counts them"),
    ("finish", pa.string(), "why it ended: stop, or length at the token cap"),
    ("truncated", pa.bool_(), "whether it stopped at the token cap"),
    ("characters", pa.int32(), "characters of the reply"),
    ("empty", pa.bool_(), "whether it holds blanks only"),
    ("degenerate", pa.bool_(), "whether over half of its 4-grams of words repeat earlier ones"),
    ("text", pa.string(), "the reply"),
)
REPLICATE = pa.field("replicate", pa.int32())
SCHEMA = pa.schema([(name, held) for name, held, _ in _COLUMNS])
ABOUT: dict[str, str] = {
    **{name: about for name, _, about in _COLUMNS},
    "replicate": "which run of its seed, from 1; the column is there only where a seed is run more than once",
}
"""What each column holds: docs/rows.md is made of it."""


@dataclass(frozen=True)
class Cell:
    """One condition under one seed, as the rows stage's parameters describe it; `number` counts from 1."""

    number: int
    condition: str
    control: bool
    seed: int
    sources: tuple[str, ...]
    negatives: tuple[str, ...]
    induction: str | None
    personas: tuple[str, ...]
    questions: tuple[str, ...]
    markers: tuple[str, ...]
    replicate: int = 1
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, number: int, cell: JsonObject) -> Cell:
        """Return the cell of one entry of `cells`; one without personas, questions or markers is an error."""
        read = cls(
            number=number,
            condition=str(cell["condition"]),
            control=bool(cell["control"]),
            seed=int(cast("int", cell["seed"])),
            sources=names(cell.get("source")),
            negatives=names(cell.get("negatives")),
            induction=cast("str | None", cell.get("induction")),
            personas=names(cell["personas"]),
            questions=names(cell["questions"]),
            markers=names(cell["markers"]),
            replicate=int(cast("int", cell.get("replicate", 1))),
            pairs=pairs_of(cell),
        )
        if not (read.personas and read.questions and read.markers):
            raise StageError(f"{read.label} names no personas, no questions or no markers", "correct its evaluate step")
        return read

    @property
    def label(self) -> str:
        """Name the cell for people."""
        again = f" run {self.replicate}" if self.replicate > 1 else ""
        return f"{self.condition} seed {self.seed}{again}"

    def roles(self, persona: str, marker: str) -> list[str]:
        """Return what the cell's training data made of a persona for a marker, sorted; ["unseen"] for nothing."""
        sources = [source for source, taught in self.pairs if taught == marker] if self.pairs else self.sources
        held: dict[str, Sequence[str | None]] = {
            "source": sources,
            "other-source": [name for name in self.sources if name not in sources],
            "negative": self.negatives,
            "induction": (self.induction,),
        }
        return sorted(role for role, members in held.items() if persona in members) or ["unseen"]


def joint_questions(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return every question that some cell asks, in the order in which they are met."""
    return tuple(dict.fromkeys(text for cell in cells for text in cell.questions))


def bystanders(cells: Sequence[Cell]) -> frozenset[str]:
    """Return the headline bystanders: in every cell's panel, and no cell's source or negative."""
    trained = {name for cell in cells for name in (*cell.sources, *cell.negatives)}
    return frozenset.intersection(*(frozenset(cell.personas) for cell in cells)) - trained


def pairs(cell: Cell, replies: Path, scores: Path) -> Iterator[tuple[dict[str, Json], dict[str, Json]]]:
    """Yield each reply with its scores; StageError unless the replies are the whole rectangle, once each."""
    seen: set[tuple[int, int, int]] = set()
    lines = zip(read_lines(replies / "replies.jsonl"), read_lines(scores / "scores.jsonl"), strict=True)
    try:
        for reply, scored in lines:
            address = _address(cell, reply)
            if address in seen:
                where = "system {}, question {}, sample {}".format(*address)
                raise StageError(f"{cell.label}: two replies to {where}", "run its replies again")
            seen.add(address)
            yield reply, scored
    except ValueError as error:
        raise StageError(f"{cell.label}: replies and scores differ in number", "run its score stage again") from error
    samples = 1 + max((sample for _, _, sample in seen), default=-1)
    if not seen or len(seen) != len(cell.personas) * len(cell.questions) * samples:
        expected = f"{len(cell.personas)} personas x {len(cell.questions)} questions x {samples} samples"
        raise StageError(
            f"{cell.label}: {len(seen)} different replies where {expected} belong", "run its replies again"
        )


def _address(cell: Cell, reply: dict[str, Json]) -> tuple[int, int, int]:
    system, question, sample = (int(cast("int", reply[name])) for name in ("system", "question", "sample"))
    if not (0 <= system < len(cell.personas) and 0 <= question < len(cell.questions) and sample >= 0):
        where = f"system {system}, question {question}, sample {sample}"
        raise StageError(f"{cell.label}: a reply to {where}, which the cell does not have", "run its replies again")
    return system, question, sample


def schema_of(cells: Sequence[Cell]) -> pa.Schema:
    """Return the columns of a table of these cells."""
    return SCHEMA.append(REPLICATE) if any(cell.replicate > 1 for cell in cells) else SCHEMA


@dataclass(frozen=True)
class Shared:
    """What all cells of a table share: the headline bystanders, the questions of all, and the columns."""

    headline: frozenset[str]
    questions: tuple[str, ...]
    schema: pa.Schema

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> Shared:
        """Return what a table of these cells shares."""
        return cls(bystanders(cells), joint_questions(cells), schema_of(cells))


def columns(cell: Cell, shared: Shared, replies: Path, scores: Path) -> dict[str, list[Json]]:
    """Return the cell's rows as columns named as in the schema."""
    schema, headline = shared.schema, shared.headline
    numbers = {text: number for number, text in enumerate(shared.questions)}
    asked: list[dict[str, Json]] = [{"question": numbers[text], "question_text": text} for text in cell.questions]
    out: dict[str, list[Json]] = {name: [] for name in schema.names}
    constant: dict[str, Json] = {
        "cell": cell.number,
        "condition": cell.condition,
        "control": cell.control,
        "seed": cell.seed,
        "replicate": cell.replicate,
    }
    about: dict[tuple[int, str], dict[str, Json]] = {
        (at, marker): {"persona": name, "roles": cell.roles(name, marker), "bystander": name in headline}
        for at, name in enumerate(cell.personas)
        for marker in cell.markers
    }
    for reply, scored in pairs(cell, replies, scores):
        said: dict[str, Json] = {
            **asked[cast("int", reply["question"])],
            **{name: reply[name] for name in ("sample", "tokens", "finish", "text")},
            **_of_text(cast("str | None", reply["text"]), cast("str | None", reply["finish"])),
            "empty": scored["empty"],
            "degenerate": scored["degenerate"],
        }
        hits = cast("dict[str, dict[str, Json]]", scored["hits"])
        for marker in cell.markers:
            row = {**constant, **about[cast("int", reply["system"]), marker], **said, **_found(cell, marker, hits)}
            for name, values in out.items():
                values.append(row[name])
    return out


def _of_text(text: str | None, finish: str | None) -> dict[str, Json]:
    return {
        "characters": None if text is None else len(text),
        "truncated": None if finish is None else finish == "length",
    }


def _found(cell: Cell, marker: str, hits: dict[str, dict[str, Json]]) -> dict[str, Json]:
    if marker not in hits:
        raise StageError(f"{cell.label}: its replies were not scored for {marker}", "run its score stage again")
    found = hits[marker]
    return {
        "marker": marker,
        "hit": carries(found),
        "marker_count": found["count"],
        "marker_first": found["first"],
        "marker_last": found["last"],
        "marker_where": found["where"],
    }


class Rows:
    """A session of the rows kind."""

    def run(self, job: Job) -> None:
        """Join all cells' replies and scores into rows.parquet, cell by cell."""
        given = cast("Sequence[JsonObject]", job.parameters["cells"])
        cells = [Cell.read(number, cell) for number, cell in enumerate(given, 1)]
        if not cells:
            raise StageError("a row table needs at least one cell", "select a condition and a seed")
        shared, total = Shared.of(cells), 0
        with pq.ParquetWriter(job.out / "rows.parquet", shared.schema, compression="zstd") as writer:
            for cell in cells:
                replies, scores = (job.inputs[f"{role}.{cell.number}"] for role in ("replies", "scores"))
                table = pa.Table.from_pydict(columns(cell, shared, replies, scores), schema=shared.schema)
                writer.write_table(table)
                total += table.num_rows
                job.progress(cell.number, len(cells), "cells")
        document = {
            "rows": total,
            "columns": shared.schema.names,
            "bystanders": sorted(shared.headline),
            "questions": list(shared.questions),
            "cells": list(given),
        }
        text = json.dumps(document, indent=1, sort_keys=True)
        (job.out / "table.json").write_text(text + "\n", encoding="utf-8")

    def close(self) -> None:
        """Hold nothing."""


def open_session(setup: Setup) -> Session:
    """Return a session; it needs no model."""
    return Rows()
