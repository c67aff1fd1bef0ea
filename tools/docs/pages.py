"""Which pages there are, and what each is made of."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from emspec.console.schemas import schema_text
from emspec.hookspecs import GROUP
from emspec.language import whole_profile, whole_registry, whole_spec
from emspec.model.plugin import Catalog
from emspec.plugins import ask, join
from emspec.registry import FOLDERS
from tools.docs import cli, codes, hooks, language, rows

SHIPPED = "emspec"
"""The distribution whose plugins the pages describe; whatever else is installed is left out of them."""


def pages(root: Path) -> Mapping[str, str]:
    """Return the text of each generated page by its name below docs/; `root` is the project, for its examples."""
    catalog = shipped()
    return {
        "cli.md": cli.page(),
        "codes.md": codes.page(),
        "hooks.md": hooks.page(),
        "language.md": language.page(catalog, root),
        "rows.md": rows.page(),
        "schema/spec.schema.json": schema_text(whole_spec(catalog)),
        "schema/profile.schema.json": schema_text(whole_profile(catalog)),
        **{f"schema/registry/{folder}.schema.json": schema_text(whole_registry(folder)) for folder in FOLDERS},
    }


def shipped() -> Catalog:
    """Return the catalogue of the plugins that come with emspec."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    return join([ask(point) for point in points if point.dist and point.dist.name == SHIPPED])
