"""A small project with its own registry, and a catalogue of the real tests and of backends that nothing need import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import emspec_stats
import pytest

from emspec.language import load
from emspec.model.experiment import Experiment
from emspec.model.plugin import Backend, Catalog

GOLDEN = Path(__file__).parents[1] / "golden"


def options(required: tuple[str, ...] = (), **properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _catalog() -> Catalog:
    rate = {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5}
    file = {"type": "string", "format": "path"}
    match = {"enum": ["text", "position"], "default": "text"}
    backends = [
        *(Backend(kind, "hf", "1", "nowhere:run") for kind in ("train", "couple", "generate")),
        Backend("generate", "vllm", "1", "nowhere:run"),
        Backend("generate", "sim", "1", "nowhere:run", options(rate=rate, seed={"type": "integer", "default": 0})),
        Backend("generate", "replay", "1", "nowhere:run", options(("file",), file=file, match=match)),
        Backend("score", "stats", "1", "nowhere:run"),
        Backend("data", "hub", "1", "nowhere:run"),
    ]
    tests = {kind.name: kind for kind in emspec_stats.emspec_tests()}
    return Catalog({(backend.kind, backend.name): backend for backend in backends}, tests)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return _catalog()


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
