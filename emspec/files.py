"""What rooms that do not know each other do with files."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_regular(path: Path) -> bool:
    """Return whether a file is there; False too for a path that cannot be one's, such as one that is too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Return whether a folder is there; False too for a path that cannot be one's."""
    try:
        return path.is_dir()
    except OSError:
        return False


def read_regular(path: Path, most: int) -> bytes:
    """Return a file's bytes, at most one more than `most`; OSError, and no waiting, for what is no regular file.

    A pipe would be waited for until somebody writes to it, a device may never end.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from None
    with os.fdopen(number, "rb") as stream:
        mode = os.fstat(number).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "a pipe or a device, no file")
        return stream.read(most + 1)


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file aside, bring it to disk, and put it in place in one step."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)


def row_facts(path: Path) -> Mapping[str, int | str]:
    """Return what a rows.jsonl is: its number of rows (lines), md5 and sha256."""
    content = path.read_bytes()
    return {
        "rows": content.count(b"\n"),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def contract_faults(found: Mapping[str, int | str], contract: Mapping[str, object]) -> tuple[str, ...]:
    """Return in what rows are not what a data set's contract {rows, md5?, sha256?} says, a phrase for each."""
    return tuple(
        f"{name} {found.get(name)}, and its contract says {expected}"
        for name, expected in contract.items()
        if found.get(name) != expected
    )


def write_aside(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a file aside, and put it in place in one step; nothing stays of one that it could not make."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
