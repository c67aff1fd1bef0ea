"""Projects of their own for tests that write to a registry."""

from __future__ import annotations

import shutil
from pathlib import Path

from emspec.registry import Registry

GOLDEN = Path(__file__).parents[1] / "golden"


def released_copy(folder: Path) -> Path:
    """Copy the golden project's registry and data, without the drafts in it; return the folder."""
    for name in ("registry", "data"):
        shutil.copytree(GOLDEN / name, folder / name)
    released = Registry(folder).released
    for path in (folder / "registry").glob("*/*.yaml"):
        if path.relative_to(folder / "registry").as_posix() not in released:
            path.unlink()
    return folder


def copied_project(folder: Path) -> Path:
    """Copy the project's own registry and specs to a folder of their own; return it."""
    root = folder / "project"
    for name in ("registry", "specs"):
        shutil.copytree(GOLDEN.parents[1] / name, root / name)
    (root / "data").mkdir()
    return root
