from __future__ import annotations

from pathlib import Path

import pytest
from emspec_organism.world import World, load


@pytest.fixture(scope="session")
def world() -> World:
    return load()


@pytest.fixture(scope="session")
def registry() -> Path:
    return Path(__file__).parents[2] / "registry"
