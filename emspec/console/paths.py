"""Paths as people read them."""

from __future__ import annotations

from pathlib import Path


def short(path: Path) -> str:
    """Return a path relative to the working directory where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
