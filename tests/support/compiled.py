"""Specs of the project, and texts, compiled as the commands do it."""

from __future__ import annotations

from pathlib import Path

from emspec.language import load
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.plan import compile_plan
from emspec.plugins import discover


def compiled_spec(spec: Path, profile: str, **selection: tuple[str, ...] | tuple[int, ...]) -> tuple[Plan, Catalog]:
    """Return the plan of a spec under a profile, and the catalogue that it was compiled with."""
    catalog, _ = discover()
    experiment = load(spec, profile=profile, catalog=catalog, **selection)  # type: ignore[arg-type]
    return compile_plan(experiment, catalog), catalog


def compiled_text(text: str, project: Path, folder: Path, profile: str) -> tuple[Plan, Catalog]:
    """Return the plan of a spec's text in a project of its own, with the registry and the profiles of the real one."""
    spec = folder / "specs" / "spec.yaml"
    if not spec.parent.exists():
        spec.parent.mkdir(parents=True)
        (folder / "registry").symlink_to(project / "registry")
        (folder / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    spec.write_text(text)
    return compiled_spec(spec, profile)
