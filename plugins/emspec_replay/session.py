"""The replay session: puts recorded replies, or recorded hits, where a model's replies would be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import cast

from emspec import Job, JsonObject, Setup, StageError
from emspec_replay.lines import Columns
from emspec_replay.recording import Recording, read
from emspec_replay.table import Table, read_table

TABLE = ".csv"


class ReplaySession:
    """Holds nothing: every job names its file."""

    def run(self, job: Job) -> None:
        """Write replies.jsonl from the recorded replies, the first `samples` of each question.

        A recording says neither how long its replies were in tokens nor why they ended: these are null. Of a table of
        hits each reply has its hit, and nothing else.
        """
        options = cast(JsonObject, job.parameters.get("options", {}))
        if "option.file" not in job.places:
            raise StageError("replay was given no file", "--backend evaluate=replay,file=PATH")
        path = Path(job.places["option.file"])
        check(path, str(options["file"]))
        found = counted(path, job, options) if path.suffix.lower() == TABLE else recorded(path, job, options)
        lines = "".join(json.dumps(reply, sort_keys=True) + "\n" for reply in found)
        (job.out / "replies.jsonl").write_text(lines, encoding="utf-8")
        count = lines.count("\n")
        job.progress(count, count, "replies")

    def close(self) -> None:
        """Nothing to give back."""


def check(path: Path, expected: str) -> None:
    """Raise StageError unless the file is still the one that the plan was made with (SHA-256)."""
    try:
        found = sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise StageError(f"{path.name} cannot be read: {error.strerror}", "name the file again") from error
    if found != expected:
        raise StageError(f"{path.name} was changed after the plan was made", "run the same command again")


def recorded(path: Path, job: Job, options: JsonObject) -> Iterator[JsonObject]:
    """Return the replies of a JSON recording; StageError where a table's rows are asked of it."""
    if "where" in job.parameters:
        what = f"{path.name} is no table (CSV), and `where` says which rows of it are meant"
        raise StageError(what, "leave where out: results: FILE")
    return replies(read(path, str(options.get("match", "text"))), job.parameters)


def counted(path: Path, job: Job, options: JsonObject) -> Iterator[JsonObject]:
    """Return the replies that a table of hits stands for; StageError unless they are a condition's results."""
    if job.kind != "results":
        what = f"{path.name} is a table of hits, without the replies that a step draws"
        raise StageError(what, "give it to a condition: results: {file: FILE, where: {COLUMN: value}}")
    columns = Columns(**cast("Mapping[str, str]", options.get("columns", {})))
    where = cast("Mapping[str, str]", job.parameters.get("where", {}))
    seed = cast(int, job.parameters["seed"])
    return hits(read_table(path, columns, where, seed, str(options.get("match", "text"))), job.parameters)


def open_session(setup: Setup) -> ReplaySession:
    """Open the backend; it needs neither model nor device."""
    return ReplaySession()


def replies(recording: Recording, parameters: JsonObject) -> Iterator[JsonObject]:
    """Yield the replies that a generate stage asks for, by system, question, sample."""
    names = cast("Sequence[str]", cast(JsonObject, parameters["names"])["systems"])
    asked = cast("Sequence[str]", parameters["questions"])
    samples = cast(int, parameters["samples"])
    for system, name in enumerate(names):
        for question, texts in enumerate(recording.questions(name, asked)):
            if len(texts) < samples:
                raise StageError(
                    f"the file has {len(texts)} replies of {name} to {asked[question]!r} and the spec asks {samples}",
                    f"completions: {len(texts)} or fewer",
                )
            for sample, text in enumerate(texts[:samples]):
                where = {"system": system, "question": question, "sample": sample}
                yield {**where, "text": text, "tokens": None, "finish": None}


def hits(table: Table, parameters: JsonObject) -> Iterator[JsonObject]:
    """Yield a reply for each completion of a table, by system, question, sample: its hit is all that is known of it.

    Which replies of a question had the marker was not recorded: its first samples stand for them.
    """
    names = cast("Sequence[str]", cast(JsonObject, parameters["names"])["systems"])
    asked = cast("Sequence[str]", parameters["questions"])
    samples = cast(int, parameters["samples"])
    unknown: JsonObject = {"text": None, "tokens": None, "finish": None}
    for system, name in enumerate(names):
        for question, count in enumerate(table.questions(name, asked)):
            if count.completions != samples:
                what = f"line {count.line} of the table has {count.completions} completions"
                fix = f"completions: {count.completions}, as were recorded: a part cannot be taken"
                raise StageError(f"{what}, and the spec asks {samples}", fix)
            for sample in range(samples):
                where = {"system": system, "question": question, "sample": sample}
                yield {**where, **unknown, "hit": sample < count.hits}
