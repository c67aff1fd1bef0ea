"""`emspec plugins`."""

from __future__ import annotations

import click
from rich.console import Console

from emspec.console.plugins import plugin_table
from emspec.plugins import discover
from emspec.run.preflight import missing_libraries


@click.command()
def command() -> int:
    """List the installed plugins: version, what they bring, whether their libraries are there."""
    catalog, _ = discover()
    missing = {what: missing_libraries(backend) for what, backend in catalog.backends.items()}
    Console(highlight=False).print(plugin_table(catalog, missing))
    return 1 if any(plugin.broken for plugin in catalog.plugins) else 0
