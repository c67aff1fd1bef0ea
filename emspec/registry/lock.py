"""The lock: digests of the registry's released files, which do not change any more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from emspec.errors import RegistryError
from emspec.source import read

LOCK = "lock.yaml"
_HEADER = "# SHA-256 of every released file. A released file never changes: add a new version or name instead.\n"


def locked(registry: Path) -> Mapping[str, str]:
    """Return the digest of each released file, by its path relative to the registry's folder."""
    path = registry / LOCK
    if not path.is_file():
        raise RegistryError(f"{path} is missing", "bring it back from version control")
    data = read(path).data
    files = data.get("files") if isinstance(data, Mapping) else None
    if not isinstance(files, Mapping) or not all(isinstance(one, str) for one in files.values()):
        raise RegistryError(
            f"{path} must hold `files:`, a mapping of path to SHA-256", "bring it back from version control"
        )
    return files


def check(registry: Path, name: str, digest: str, released: Mapping[str, str]) -> None:
    """Raise RegistryError where the file `name` is released and its digest is another one."""
    if released.get(name, digest) != digest:
        what = f"{registry / name} was changed after its release (it is locked in {LOCK})"
        fix = f"undo it (git checkout {registry.name}/{name}) and put the change into a new version (another file)"
        raise RegistryError(what, fix)


def release(registry: Path, digests: Mapping[str, str]) -> str:
    """Return the lock's text with the files of `digests` added; RegistryError where one changed after its release."""
    released = locked(registry) if (registry / LOCK).is_file() else {}
    for name, digest in digests.items():
        check(registry, name, digest, released)
    lines = (f"  {name}: {digest}\n" for name, digest in sorted({**released, **digests}.items()))
    return f"{_HEADER}files:\n{''.join(lines)}"
