"""Versions of the personas: their order, and the one that comes next."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emspec.errors import UsageError

_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})[.](0|[1-9][0-9]{0,5})[.](0|[1-9][0-9]{0,5})")


def newest(versions: Iterable[str]) -> str | None:
    """Return the newest of some versions, or None where there is none."""
    ordered = in_order(versions)
    return ordered[-1] if ordered else None


def in_order(versions: Iterable[str]) -> list[str]:
    """Return versions from the oldest to the newest: 1.9.0 comes before 1.10.0."""
    return sorted((one for one in versions if _VERSION.fullmatch(one)), key=_numbers)


def after(version: str | None) -> str:
    """Return the version that adds to another: the next minor one; 1.0.0 where there is none yet."""
    if version is None:
        return "1.0.0"
    major, minor, _ = _numbers(version)
    return f"{major}.{minor + 1}.0"


def checked(version: str, known: Iterable[str]) -> str:
    """Return a version; UsageError where it is none."""
    if not _VERSION.fullmatch(version):
        what = f"{version or 'an empty text'} is no version: three numbers with points between, without leading zeros"
        raise UsageError(what, f"for example --version {after(newest(known))}")
    return version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
