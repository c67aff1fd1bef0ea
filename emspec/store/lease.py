"""One writer per key: a lock that the kernel frees when its last holder is gone.

All leases are locks on single bytes of one file, at a place that the key decides: taking one makes no file. They are
open-file-description locks (fcntl(2), F_OFD_SETLK), so a descriptor passed on to a worker holds the lock as well.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from dataclasses import dataclass
from pathlib import Path

FLOCK = "hhqqi4x"
"""struct flock on 64-bit Linux: type, whence, start, length, process."""
KEY_DIGITS = 15
"""Hexadecimal digits of the key that make the place of its byte: 60 bits fit an offset."""


@dataclass(frozen=True)
class Lease:
    """A held lock; it lasts until every copy of `descriptor`, here and in workers, is closed."""

    descriptor: int

    @classmethod
    def acquire(cls, file: Path, key: str) -> Lease | None:
        """Take a key's lock at once, or return None while somebody else holds it. Raises OSError for other reasons."""
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        place = int(key[:KEY_DIGITS], 16)
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0))
        except OSError as error:
            os.close(descriptor)
            if error.errno in {errno.EAGAIN, errno.EACCES}:
                return None
            raise
        return cls(descriptor)

    def release(self) -> None:
        """Close this copy of the lock."""
        os.close(self.descriptor)
