"""`emspec verify`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from emspec.registry import find_project
from emspec.store import Store


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder of store and runs; by default the project's out.")
def command(out: Path | None) -> int:
    """Compare every stored artifact with its digests; damaged ones are moved aside and made again by the next run."""
    console = Console(highlight=False)
    store = Store((out or find_project(Path.cwd()).root / "out") / "store")
    keys = store.keys()
    damaged = 0
    for key in keys:
        what = store.heal(key)
        if what:
            damaged += 1
            console.print(f"damaged: {key} ({what})", soft_wrap=True)
    console.print(f"{len(keys)} artifacts, {damaged} damaged")
    return 4 if damaged else 0
