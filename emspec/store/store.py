"""The store itself: look up, lease, attempt, commit, verify."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emspec.errors import StoreError
from emspec.files import sha256_file
from emspec.model.json import Json, JsonObject, canonical
from emspec.model.stage import Manifest, Output
from emspec.store.files import MANIFEST, sync
from emspec.store.lease import Lease

SYNC_SECONDS = 1.0
"""Least time between two grouped syncs: a kill loses nothing, what a power cut takes is found by digest and remade."""


@dataclass(frozen=True)
class Attempt:
    """One try at a stage: what is written below `out` becomes the artifact, `log` is kept where it fails."""

    key: str
    out: Path

    @property
    def log(self) -> Path:
        """The file for what goes wrong."""
        return self.out.with_suffix(".log")


class Store:
    """Artifacts by key below one folder. Safe for several runners at once on a local file system."""

    def __init__(self, root: Path, *, make: bool = True) -> None:
        """Open the store, and make its folders, unless it is only looked into (`make` false)."""
        self.root = root
        self._results = str(root / "results")
        self._synced = time.monotonic()
        if not make:
            return
        try:
            for name in ("results", "attempts"):
                (root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the store {root} cannot be made: {error.strerror}", "name another with --out") from error

    def folder(self, key: str) -> Path:
        """Return where a key's artifact lies, or would lie."""
        return self.root / "results" / key[:2] / key

    def lookup(self, key: str) -> Manifest | None:
        """Return the manifest of a finished stage whose files have the sizes it says, or None."""
        manifest = self._recorded(key)
        if manifest is None:
            return None
        folder = f"{self._results}/{key[:2]}/{key}"
        try:
            whole = all(os.stat(f"{folder}/{o.name}").st_size == o.size for o in manifest.outputs)  # noqa: PTH116
        except OSError:
            return None
        return manifest if whole else None

    def damage(self, manifest: Manifest) -> str | None:
        """Compare an artifact's bytes with its manifest; return the name of the first file that differs, or None."""
        folder = self.folder(manifest.key)
        for output in manifest.outputs:
            try:
                if sha256_file(folder / output.name) != output.sha256:
                    return output.name
            except OSError:
                return output.name
        return None

    def discard(self, key: str) -> None:
        """Move a result that cannot be trusted out of the way, under the key's lease."""
        (self.root / "damaged").mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self.folder(key).rename(self.root / "damaged" / f"{key}-{uuid.uuid4().hex[:8]}")

    def heal(self, key: str) -> str | None:
        """Move a result aside that is not what its manifest says; return the name of the file that is wrong, or None.

        Looks a second time under the lease: meanwhile another runner may have made the result again. A damaged result
        that another runner holds is named and left to it.
        """
        wrong = self._wrong(key)
        lease = self.lease(key) if wrong else None
        if lease is None:
            return wrong
        try:
            wrong = self._wrong(key)
            if wrong:
                self.discard(key)
            return wrong
        finally:
            lease.release()

    def lease(self, key: str) -> Lease | None:
        """Take the key's lease, or return None while another runner holds it."""
        return Lease.acquire(self.root / "leases", key)

    def holder(self, key: str) -> str:
        """Return the process id of a runner with an attempt at the key, or "?"."""
        return next((path.name.split("-")[1] for path in self._attempts(key)), "?")

    def begin(self, key: str) -> Attempt:
        """Start an attempt, under the key's lease; what earlier attempts left half-made is removed, their logs stay."""
        for earlier in self._attempts(key):
            shutil.rmtree(earlier, ignore_errors=True)
        out = self.root / "attempts" / f"{key}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        out.mkdir()
        return Attempt(key, out)

    def commit(
        self, attempt: Attempt, document: JsonObject, outputs: tuple[Output, ...], record: JsonObject
    ) -> Manifest:
        """Turn an attempt into the key's result. Of two committers the first wins, and both get its manifest."""
        manifest = Manifest(attempt.key, document, outputs, record)
        (attempt.out / MANIFEST).write_text(_text(manifest))
        folder = self.folder(attempt.key)
        folder.parent.mkdir(exist_ok=True)
        if folder.exists() and self.lookup(attempt.key) is None:
            self.discard(attempt.key)
        try:
            attempt.out.rename(folder)
        except OSError:
            first = self.lookup(attempt.key)
            if first is None:
                raise
            manifest = first
            shutil.rmtree(attempt.out, ignore_errors=True)
        if time.monotonic() - self._synced >= SYNC_SECONDS:
            self.flush()
        return manifest

    def abandon(self, attempt: Attempt) -> None:
        """Remove what a failed attempt wrote; its log stays."""
        shutil.rmtree(attempt.out, ignore_errors=True)

    def flush(self) -> None:
        """Bring everything committed to disk."""
        sync(self.root)
        self._synced = time.monotonic()

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all results, sorted."""
        return tuple(sorted(path.name for path in (self.root / "results").glob("??/*")))

    def recorded(self) -> Iterator[Manifest]:
        """Yield every result's manifest as it is written; whether the files beside it are whole is not looked at."""
        return (manifest for manifest in map(self._recorded, self.keys()) if manifest)

    def _recorded(self, key: str) -> Manifest | None:
        """Return what a key's manifest says, unchecked; None where there is none or it cannot be used."""
        try:
            with open(f"{self._results}/{key[:2]}/{key}/{MANIFEST}", "rb") as stream:  # noqa: PTH123 - plain strings: a plan looks up every stage
                manifest = _manifest(stream.read())
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return manifest if manifest.key == key else None

    def _wrong(self, key: str) -> str | None:
        """Return the name of a result's first damaged file; None where it is whole, or where there is no result."""
        manifest = self._recorded(key)
        if manifest is None:
            return MANIFEST if self.folder(key).exists() else None
        return self.damage(manifest)

    def _attempts(self, key: str) -> list[Path]:
        """Return the folders of attempts at a key, also those that a kill left behind."""
        with os.scandir(self.root / "attempts") as entries:
            return [Path(entry.path) for entry in entries if entry.name.startswith(key) and entry.is_dir()]


def _text(manifest: Manifest) -> str:
    outputs: list[Json] = [{"name": o.name, "size": o.size, "sha256": o.sha256} for o in manifest.outputs]
    document: JsonObject = {
        "key": manifest.key,
        "document": manifest.document,
        "outputs": outputs,
        "record": manifest.record,
    }
    return canonical(document)


def _manifest(content: bytes) -> Manifest:
    value = json.loads(content)
    outputs = tuple(Output(o["name"], o["size"], o["sha256"]) for o in value["outputs"])
    return Manifest(value["key"], value["document"], outputs, value["record"])
