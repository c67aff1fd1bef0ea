"""`emspec verify`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from emspec.commands.common import out_option
from emspec.console.paths import short
from emspec.errors import StoreError
from emspec.registry import find_project
from emspec.run.results import STORE
from emspec.store import Store


@click.command()
@out_option
def command(out: Path | None) -> int:
    """Compare every stored artifact with its digests; damaged ones are moved aside and made again by the next run."""
    console = Console(highlight=False)
    store = _store(out or find_project(Path.cwd()).root / "out")
    keys = store.keys()
    damaged = 0
    for key in keys:
        what = store.heal(key)
        if what:
            damaged += 1
            console.print(f"damaged: {key} ({what})", soft_wrap=True)
    console.print(f"{len(keys)} artifacts, {damaged} damaged")
    return 4 if damaged else 0


def _store(out: Path) -> Store:
    """Return the store of an output folder that has one."""
    if not (out / STORE / "results").is_dir():
        raise StoreError(f"{short(out)} holds no store", "name the folder that emspec run wrote to: --out FOLDER")
    return Store(out / STORE)
