"""A data set from a user's file, in place of the backend that would make it: held to the same contract."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from emspec.errors import RunFailed, StoreError, UsageError
from emspec.files import contract_faults, row_facts
from emspec.model.json import JsonObject
from emspec.model.stage import Stage
from emspec.run.contract import breach
from emspec.run.execute import unwritable
from emspec.store import Attempt, Store
from emspec.store.files import describe

ROWS = "rows.jsonl"
CHECKSUMS = frozenset({"md5", "sha256"})


def can_be_handed_over(stage: Stage) -> bool:
    """Return whether a file can stand for a data set: only where a checksum says that it is the right one."""
    return bool(CHECKSUMS & _contract(stage).keys())


def checked(stage: Stage, name: str, store: Store) -> Mapping[str, int | str]:
    """Return what the rows of a finished data stage are; RunFailed where its backend broke the contract."""
    facts = row_facts(store.folder(stage.key) / ROWS)
    faults = contract_faults(facts, _contract(stage))
    if faults:
        what = f"the backend {stage.backend} made other rows than those of {name}: it has {'; it has '.join(faults)}"
        raise RunFailed(what, "emspec plugins names the plugin that brings it: have it mended")
    return facts


def hand_over(stage: Stage, name: str, file: Path, store: Store) -> None:
    """Commit a copy of `file` as the result of a data stage; a result that is there already stays.

    UsageError where the file is not what the contract says, with all that differs, or where no checksum holds it.
    """
    if not can_be_handed_over(stage):
        what = f"the data set {name} has no checksum, so that nothing tells whether a file is the right one"
        raise UsageError(what, "fetch it, or give a data set of its own the line sha256: ... and hand the file to that")
    store.heal(stage.key)
    lease = store.lease(stage.key)
    if lease is None:
        what = f"the data set {name} is in the hands of process {store.holder(stage.key)}"
        raise StoreError(what, "wait for it to end, then type the same command")
    try:
        if store.lookup(stage.key) is None:
            _commit(store.begin(stage.key), stage, name, file, store)
            store.flush()
    except OSError as error:
        raise unwritable(error) from error
    finally:
        lease.release()


def _commit(attempt: Attempt, stage: Stage, name: str, file: Path, store: Store) -> None:
    copy = attempt.out / ROWS
    try:
        try:
            shutil.copyfile(file, copy)
        except OSError as error:
            if error.filename != str(file):
                raise
            raise UsageError(f"{file} cannot be read: {error.strerror}", "check the path") from error
        faults = contract_faults(row_facts(copy), _contract(stage))
        if faults:
            what = f"{file} is not the data set {name}: it has {'; it has '.join(faults)}"
            raise UsageError(what, f"find the file that registry/datasets/{name}.yaml means; nothing was taken over")
        outputs = describe(attempt.out)
        fault = breach(stage, outputs, attempt.out)
        if fault:
            raise UsageError(f"{file} is no JSON Lines file of chats: {fault}", "one JSON object a line")
    except BaseException:
        store.abandon(attempt)
        raise
    store.commit(attempt, stage.document, outputs, {"label": stage.label, "handed_over": file.name})


def _contract(stage: Stage) -> JsonObject:
    contract = stage.parameters["contract"]
    assert isinstance(contract, Mapping)
    return contract
