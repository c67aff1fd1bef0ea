"""A session on the tiny model, and a way to run one stage in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from emspec_hf.session import open_session
from hf_tiny import IDENTITY, Run, tiny_model, tiny_tokenizer

from emspec import Job, Session, Setup


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = tiny_tokenizer()
    tiny_model(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def setup(model_folder: Path) -> Setup:
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in model_folder.iterdir()}
    about = {
        "identity": {"files": files, "dtype": "float32"},
        "hub": None,
        "revision": None,
        "folder": str(model_folder),
    }
    return Setup({**about, "dtype": "float32"}, "cpu", 1)


@pytest.fixture(scope="session")
def session(setup: Setup) -> Session:
    return open_session(setup)


@pytest.fixture
def run(session: Session, tmp_path: Path) -> Run:
    """Run a stage on the tiny model and return the folder of its files."""
    made: list[int] = []

    def go(kind: str, parameters: Mapping[str, Any], *, on: Session | None = None, **inputs: Path) -> Path:
        made.append(1)
        folder = tmp_path / f"stage{len(made)}"
        (folder / "out").mkdir(parents=True)
        options = {"batch_tokens": 131072} if kind == "generate" else {"gradient_checkpointing": False}
        given = {"model": IDENTITY, "options": options, **parameters}
        roles = {role.replace("_", "."): path for role, path in inputs.items()}
        job = Job("key", kind, given, roles, {}, folder / "out", folder / "log", lambda *_: None)
        (on or session).run(job)
        return folder / "out"

    return go
