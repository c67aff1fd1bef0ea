"""What a data set promised to be: its rows and checksums."""

from __future__ import annotations

import hashlib
from pathlib import Path

from emspec import JsonObject, StageError


def check_contract(path: Path, contract: JsonObject) -> JsonObject:
    """Compare a rows.jsonl with its contract {rows, md5?, sha256?} and return what it is: rows, md5 and sha256.

    StageError names the first that differs.
    """
    content = path.read_bytes()
    found: JsonObject = {
        "rows": content.count(b"\n"),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    for name, expected in contract.items():
        if found.get(name) != expected:
            raise StageError(
                f"the data set has {name} {found.get(name)}, and its contract says {expected}",
                "the source is another one or has changed: pin its revision, or put the file that the contract means "
                "below the project's folder and name it in the data set: backend: file, source: {file: PATH}",
            )
    return found
