"""A small project with its own registry, and a catalogue of backends and tests that nothing need import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emspec.language import load
from emspec.model.attainable import Attainable
from emspec.model.experiment import Experiment, Hypothesis
from emspec.model.plugin import Backend, Catalog, TestKind

GOLDEN = Path(__file__).parents[1] / "golden"
FRACTION = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
NAME = {"type": "string", "minLength": 1}


def options(required: tuple[str, ...] = (), **properties: object) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def attainable(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    return Attainable(None)


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
    parameters = {
        "self-leakage": options(),
        "invariance": options(("margin",), margin=FRACTION, marker=NAME),
        "immunity": options(
            ("persona", "condition"), persona=NAME, condition=NAME, margin={**FRACTION, "default": 0.05}
        ),
    }
    tests = {name: TestKind(name, "1", "nowhere:decide", one, attainable) for name, one in parameters.items()}
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
