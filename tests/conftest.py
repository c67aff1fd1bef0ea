"""What all tests share: the project's place, and the figures that long tests leave in docs/figures.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
FIGURES = PROJECT / "docs" / "figures.md"
HEAD = """# Measured figures

Written by `make test-long`; each row is the last time that its figure was measured. Two CPU cores, no GPU.

| what | measured | target | date |
|---|---|---|---|
"""

Measured = Callable[[str, str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write anew what the golden specs give")


@pytest.fixture(scope="session")
def project() -> Path:
    return PROJECT


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> Iterator[Measured]:
    """Return a function that notes a figure (what, measured, target); long runs write them down, others show them."""
    noted: dict[str, str] = {}

    def note(what: str, value: str, target: str) -> None:
        noted[what] = f"| {what} | {value} | {target} | {datetime.now(UTC):%Y-%m-%d} |"

    yield note
    if noted and request.config.getoption("markexpr") == "long":
        _write(noted)


def _write(noted: dict[str, str]) -> None:
    known = [line for line in FIGURES.read_text().splitlines() if line.startswith("| ")] if FIGURES.exists() else []
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in known if not line.startswith("| what |")}
    FIGURES.write_text(HEAD + "\n".join({**rows, **noted}.values()) + "\n")
