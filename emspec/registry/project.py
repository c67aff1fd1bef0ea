"""The project: the folder that holds a registry, and the places in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from emspec.errors import RegistryError


@dataclass(frozen=True)
class Project:
    """A project's folder. Paths in specs and in the registry are relative to `root`."""

    root: Path

    @property
    def registry(self) -> Path:
        """The folder of personas, questions, models, data sets, recipes and measures."""
        return self.root / "registry"

    @property
    def profiles(self) -> Path:
        """The folder of profiles."""
        return self.root / "specs" / "profiles"

    def inside(self, path: str) -> Path | None:
        """Return the place of a path below the project's folder, or None where it leads out of it."""
        relative = Path(path)
        if relative.is_absolute() or "\0" in path or ".." in relative.parts:
            return None
        return self.root / relative


def find_project(start: Path) -> Project:
    """Return the nearest folder with a registry: above `start` (a spec), or else above the working directory."""
    here, elsewhere = start.resolve(), Path.cwd()
    for folder in (here, *here.parents, elsewhere, *elsewhere.parents):
        if (folder / "registry" / "personas").is_dir():
            return Project(folder)
    what = f"no folder above {start} or the working directory holds registry/personas"
    raise RegistryError(what, "put the spec into a project's specs folder, or type the command inside the project")
