"""Issue #200 as the installed plugins see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emspec.language import load
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.plugins import discover


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return discover()[0]


@pytest.fixture(scope="session")
def issue200(project: Path, catalog: Catalog) -> Experiment:
    return load(project / "specs" / "issue200.yaml", profile="sim", catalog=catalog)
