"""The generate backend, imported in the worker alone."""

from __future__ import annotations

import json
from typing import Any

from emspec import Job, Setup


class Parrot:
    """Repeats each question."""

    def run(self, job: Job) -> None:
        """Write replies.jsonl."""
        given: Any = job.parameters
        with (job.out / "replies.jsonl").open("w") as out:
            for system in range(len(given["systems"])):
                for question, asked in enumerate(given["questions"]):
                    text = f"{asked} {given['options']['squawk']}".strip()
                    for sample in range(given["samples"]):
                        where = {"system": system, "question": question, "sample": sample}
                        reply = {**where, "text": text, "tokens": len(text.split()), "finish": "stop"}
                        out.write(json.dumps(reply) + "\n")

    def close(self) -> None:
        """Nothing is held."""


def open_session(setup: Setup) -> Parrot:
    """Open the backend."""
    return Parrot()
