"""The replay session: puts recorded replies where a model's would be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import cast

from emspec import Job, JsonObject, Setup, StageError
from emspec_replay.recording import Recording, read


class ReplaySession:
    """Holds nothing: every job names its file."""

    def run(self, job: Job) -> None:
        """Write replies.jsonl from the recorded replies, the first `samples` of each question.

        A recording says neither how long its replies were in tokens nor why they ended: `tokens` counts words, blank to
        blank, and `finish` is always "stop".
        """
        options = cast(JsonObject, job.parameters.get("options", {}))
        if "option.file" not in job.places:
            raise StageError("replay was given no file", "--backend evaluate=replay,file=PATH")
        check(Path(job.places["option.file"]), str(options["file"]))
        recording = read(Path(job.places["option.file"]), str(options.get("match", "text")))
        lines = "".join(json.dumps(reply, sort_keys=True) + "\n" for reply in replies(recording, job.parameters))
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
                yield {**where, "text": text, "tokens": len(text.split()), "finish": "stop"}
