"""Jobs in a folder, and the recorded study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from studies import Study, issue205_study

from emspec import Job, JsonObject, Setup


@pytest.fixture(scope="session")
def issue205() -> Study:
    return issue205_study()


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Job]:
    """Make a job whose inputs are folders with the given files."""

    def make(
        kind: str, parameters: JsonObject, out: str = "out", places: Mapping[str, str] | None = None, **inputs: Path
    ) -> Job:
        folder = tmp_path / out
        folder.mkdir()
        named = {role.replace("__", "."): path for role, path in inputs.items()}
        return Job("k" * 64, kind, parameters, named, places or {}, folder, tmp_path, lambda done, total, unit: None)

    return make


@pytest.fixture
def opened() -> Setup:
    return Setup(model=None, device="cpu", threads=1)
