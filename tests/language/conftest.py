"""A small project with its own registry, to be written to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from catalogs import golden_catalog

from emspec.language import load
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return golden_catalog()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the golden project that a test may write to, its registry apart."""
    for name in ("registry", "data"):
        (tmp_path / name).symlink_to(GOLDEN / name)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "profiles").symlink_to(GOLDEN / "specs" / "profiles")
    return tmp_path


Compile = Callable[..., Experiment]


@pytest.fixture
def compiled(project: Path, catalog: Catalog) -> Compile:
    """Return a function that loads the good spec with pieces of its text replaced, under a profile."""

    def load_changed(*changes: tuple[str, str], profile: str = "full", **selection: object) -> Experiment:
        text = (GOLDEN / "specs" / "good.yaml").read_text()
        for old, new in changes:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the good spec"
            text = text.replace(old, new)
        spec = project / "specs" / "spec.yaml"
        spec.write_text(text)
        return load(spec, profile=profile, catalog=catalog, **selection)

    return load_changed
