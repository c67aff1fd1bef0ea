"""`emspec registry verify | release`."""

from __future__ import annotations

from pathlib import Path

import click

from emspec.registry import Registry, find_project, release_all


@click.group()
def command() -> None:
    """Check the project's registry, or release what is new in it."""


@command.command()
def verify() -> int:
    """Read every file of the registry, and compare the released ones with the lock."""
    Registry(find_project(Path.cwd()).root).verify()
    click.echo("the registry is whole")
    return 0


@command.command()
def release() -> int:
    """Write the digest of every new file to the lock: from then on the file does not change any more."""
    click.echo(f"{release_all(find_project(Path.cwd()).root)} files are released")
    return 0
