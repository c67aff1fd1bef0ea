"""`emspec registry list | show | diff | add | import | verify | release`."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from emspec.commands.additions import add, import_command
from emspec.commands.common import format_option
from emspec.console.registry import (
    difference_json,
    items_json,
    print_difference,
    print_items,
    print_shown,
    shown_json,
)
from emspec.registry import Registry, find_project, release_all
from emspec.registry.catalogue import items, show
from emspec.registry.differences import difference
from emspec.registry.files import FOLDERS


@click.group()
def command() -> None:
    """Look into the project's registry, add to it, check it, or release what is new in it."""


command.add_command(add)
command.add_command(import_command)


@command.command("list")
@click.argument("folder", required=False)
@format_option
def list_command(folder: str | None, form: str) -> int:
    """List what the registry, or one FOLDER of it, holds."""
    found = items(_registry(), [folder] if folder else FOLDERS)
    if form == "json":
        click.echo(items_json(found))
    else:
        print_items(Console(highlight=False), found)
    return 0


@command.command("show")
@click.argument("name")
@format_option
def show_command(name: str, form: str) -> int:
    """Show what NAME stands for.

    A persona or a panel is one of the newest version, unless NAME says another: personas/1.0.0/villain.
    """
    found = show(_registry(), name)
    if form == "json":
        click.echo(shown_json(found))
    else:
        print_shown(Console(highlight=False), found)
    return 0


@command.command("diff")
@click.argument("first")
@click.argument("second")
@format_option
def diff_command(first: str, second: str, form: str) -> int:
    """Show what differs between two versions of the personas, two recipes, two question sets ..."""
    found = difference(_registry(), first, second)
    if form == "json":
        click.echo(difference_json(found))
    else:
        print_difference(Console(highlight=False), found)
    return 0


@command.command()
def verify() -> int:
    """Read every file of the registry, and compare the released ones with the lock."""
    registry = _registry()
    registry.verify()
    drafts = [f"{item.folder}/{item.name}" for item in items(registry) if not item.released]
    click.echo("the registry is whole" + (f"; not released yet: {', '.join(drafts)}" if drafts else ""))
    return 0


@command.command()
def release() -> int:
    """Write the digest of every new file to the lock: from then on the file does not change any more."""
    click.echo(f"{release_all(find_project(Path.cwd()).root)} files are released")
    return 0


def _registry() -> Registry:
    return Registry(find_project(Path.cwd()).root)
