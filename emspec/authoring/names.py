"""Names of what is begun, and the files that it is written to."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from emspec.errors import UsageError
from emspec.files import write_atomic

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
MODULE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def checked(name: str, pattern: re.Pattern[str], expected: str, example: str) -> str:
    """Return a name that fits; UsageError for one that does not."""
    if not pattern.fullmatch(name):
        raise UsageError(f"{name[:60] or 'an empty text'} cannot be a name here", f"use {expected}: {example}")
    return name


def template(name: str) -> Template:
    """Return one of the room's templates; `$word` in it is filled in."""
    return Template((Path(__file__).parent / "templates" / name).read_text(encoding="utf-8"))


def write_text(path: Path, text: str) -> None:
    """Write a text in one step, line ends as they are in it; UsageError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, text.encode())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "allow writing there") from error
