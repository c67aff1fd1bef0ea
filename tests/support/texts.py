"""Whole texts held against files."""

from __future__ import annotations

from pathlib import Path

import pytest


def golden_text(path: Path, text: str, request: pytest.FixtureRequest) -> str:
    """Return the text that a golden file holds, written anew where that is asked for (--write-golden)."""
    if request.config.getoption("write_golden"):
        path.write_text(text)
    return path.read_text()
