"""Data stages of the backend file: a local JSON Lines file, as it is."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from emspec import Job, Session, Setup, StageError
from emspec_hf.contract import check_contract


class FileSession:
    """Copies files, one stage after another."""

    def run(self, job: Job) -> None:
        """Copy the file to rows.jsonl; StageError where it is gone, changed since the plan, or breaks its contract."""
        source, contract = job.parameters["source"], job.parameters["contract"]
        assert isinstance(source, Mapping)
        assert isinstance(contract, Mapping)
        given = Path(job.places["option.file"])
        path = job.out / "rows.jsonl"
        try:
            shutil.copyfile(given, path)
        except OSError as error:
            raise StageError(f"the data file {given} cannot be read: {error.strerror}", "put it back") from error
        if hashlib.sha256(path.read_bytes()).hexdigest() != source["file"]:
            raise StageError(f"the data file {given} changed after the plan was made", "run the command again")
        check_contract(path, contract)

    def close(self) -> None:
        """Nothing is held."""


def open_session(setup: Setup) -> Session:
    """Open a session; there is nothing to load."""
    return FileSession()
