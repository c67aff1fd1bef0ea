"""The plugin catalogue as a table."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from emspec.model.plugin import Catalog


def plugin_table(catalog: Catalog, missing: Mapping[tuple[str, str], tuple[str, ...]]) -> Table:
    """Return a table of plugins; `missing` names, per (kind, name), the libraries that are not there."""
    table = Table(box=None, pad_edge=False)
    for column in ("plugin", "distribution", "version", "brings", "libraries"):
        table.add_column(column)
    for plugin in catalog.plugins:
        mine = [what for what, owner in catalog.brought_by.items() if owner == plugin.name]
        brings = ", ".join(f"{kind} {name}" for kind, name in mine)
        lacking = sorted({library for what in mine for library in missing.get(what, ())})
        state = Text("missing " + ", ".join(lacking), "yellow") if lacking else Text("ok", "green")
        if plugin.broken:
            state = Text(plugin.broken, "red")
        table.add_row(plugin.name, plugin.distribution, plugin.version, brings, state)
    return table
