"""`emspec schema [spec | profile | registry FOLDER]`."""

from __future__ import annotations

import click

from emspec.console.schemas import schema_text
from emspec.language import whole_profile, whole_registry, whole_spec
from emspec.plugins import discover
from emspec.registry import FOLDERS


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> int:
    """Print the JSON Schema that holds with the installed plugins; without a subcommand that of specs.

    Editors complete and check from it. A file says which one is its own in its first line:
    `# yaml-language-server: $schema=../docs/schema/spec.schema.json`.
    """
    return 0 if context.invoked_subcommand else _print_spec()


@command.command()
def spec() -> int:
    """Print the schema of specs: the language, every plugin's options and every test's parameters."""
    return _print_spec()


@command.command()
def profile() -> int:
    """Print the schema of profiles."""
    click.echo(schema_text(whole_profile(discover()[0])), nl=False)
    return 0


@command.command()
@click.argument("folder", type=click.Choice(FOLDERS))
def registry(folder: str) -> int:
    """Print the schema of the files in a FOLDER of the registry."""
    click.echo(schema_text(whole_registry(folder)), nl=False)
    return 0


def _print_spec() -> int:
    click.echo(schema_text(whole_spec(discover()[0])), nl=False)
    return 0
