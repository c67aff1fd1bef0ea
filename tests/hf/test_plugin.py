from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import emspec_hf
from emspec_hf import emspec_backends
from jsonschema import Draft202012Validator

from emspec import Session, Setup


def test_what_it_brings() -> None:
    backends = {(backend.kind, backend.name): backend for backend in emspec_backends()}
    on_weights = {("train", "hf"), ("couple", "hf"), ("generate", "hf")}
    assert set(backends) == {*on_weights, ("probe", "hf"), ("adapter", "hf"), ("data", "hub"), ("data", "file")}
    assert {key for key, one in backends.items() if one.loads_model} == {*on_weights, ("probe", "hf")}
    assert len({backends[key].target for key in on_weights}) == 1
    assert backends["probe", "hf"].target != backends["train", "hf"].target


def test_targets_and_options_are_sound() -> None:
    for backend in emspec_backends():
        module, _, name = backend.target.partition(":")
        assert callable(getattr(import_module(module), name))
        Draft202012Validator.check_schema(dict(backend.options))
        properties = backend.options["properties"]
        assert all("default" in rule for rule in properties.values())  # type: ignore[union-attr]


def test_a_session_without_a_model_closes() -> None:
    for backend in emspec_backends():
        if backend.kind == "data":
            module, _, name = backend.target.partition(":")
            session: Session = getattr(import_module(module), name)(Setup(None, "cpu", 1))
            session.close()


def test_the_shell_is_cheap() -> None:
    code = "import sys, emspec_hf; print(sorted({'torch', 'transformers', 'peft', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert emspec_hf.__doc__
