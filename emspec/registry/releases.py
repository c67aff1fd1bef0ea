"""Releasing: writing down the digest of every registry file, so that it does not change any more."""

from __future__ import annotations

from pathlib import Path

from emspec.files import sha256_file, write_atomic
from emspec.registry.files import FOLDERS, names
from emspec.registry.lock import LOCK, release
from emspec.registry.registry import Registry


def release_all(root: Path) -> int:
    """Add what is new in a project's registry to its lock; return how many files it holds.

    The lock stays as it was where a file is malformed (SpecError) or was changed after its release (RegistryError).
    """
    registry = root / "registry"
    files = [f"{folder}/{name}.yaml" for folder in FOLDERS for name in names(registry, folder)]
    text = release(registry, {file: sha256_file(registry / file) for file in files})
    Registry(root).verify()
    write_atomic(registry / LOCK, text.encode())
    return len(files)
