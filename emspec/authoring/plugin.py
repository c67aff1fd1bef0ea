"""`emspec new plugin`: a whole small package that brings a backend or a hypothesis test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from emspec.authoring.names import MODULE, checked, template
from emspec.errors import UsageError

KINDS = ("backend", "test")
_FILES: Mapping[str, Mapping[str, str]] = {
    "backend": {
        "pyproject.toml": "pyproject.txt",
        "README.md": "readme.txt",
        "$module/__init__.py": "backend/shell.txt",
        "$module/session.py": "backend/session.txt",
        "tests/test_session.py": "backend/check.txt",
    },
    "test": {
        "pyproject.toml": "pyproject.txt",
        "README.md": "readme.txt",
        "$module/__init__.py": "test/shell.txt",
        "$module/decide.py": "test/decide.txt",
        "tests/test_decide.py": "test/check.txt",
    },
}
"""The files of a package of each kind, and the templates that they are made of."""
_USE = {"backend": "--backend evaluate={name}", "test": "hypotheses: {{H1: {{test: {name}, limit: 10pp}}}}"}


def new_plugin(folder: Path, name: str, kind: str, taken: Collection[str]) -> Path:
    """Write the package emspec-NAME below a folder and return where it is.

    UsageError where something is there, where the name cannot be a module's, or where an installed plugin has it.
    """
    checked(name, MODULE, "small letters, digits and _, a letter first, 40 at most", "parrot")
    if name in taken:
        raise UsageError(f"an installed plugin is called {name}", "choose another name; emspec plugins lists them")
    words = {"name": name, "module": f"emspec_{name}", "dist": f"emspec-{name.replace('_', '-')}", "kind": kind}
    words["use"] = _USE[kind].format(name=name)
    target = folder / words["dist"]
    if target.exists():
        raise UsageError(f"{target} is there already", "choose another name, or another folder: --into FOLDER")
    _write(
        target, {_path(path, words): template(f"plugin/{one}").substitute(words) for path, one in _FILES[kind].items()}
    )
    return target


def _path(path: str, words: Mapping[str, str]) -> str:
    return path.replace("$module", words["module"])


def _write(target: Path, files: Mapping[str, str]) -> None:
    """Write all files of a package, or none."""
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        for path, text in files.items():
            (aside / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / path).write_text(text, encoding="utf-8")
        aside.rename(target)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise UsageError(
            f"{target} cannot be written: {error.strerror}", "name another folder: --into FOLDER"
        ) from error
