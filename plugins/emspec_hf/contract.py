"""What a data set promised to be: its rows and checksums."""

from __future__ import annotations

from pathlib import Path

from emspec import JsonObject, StageError, contract_faults, row_facts


def check_contract(path: Path, contract: JsonObject) -> JsonObject:
    """Compare a rows.jsonl with its contract {rows, md5?, sha256?} and return what it is: rows, md5 and sha256.

    StageError names everything that differs.
    """
    found = row_facts(path)
    faults = contract_faults(found, contract)
    if faults:
        raise StageError(
            f"the data set has {'; it has '.join(faults)}",
            "the source is another one or has changed: pin its revision in a new data set, or hand over the file that "
            "the contract means: emspec data fetch NAME --file FILE",
        )
    return found
