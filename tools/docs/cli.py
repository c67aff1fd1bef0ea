"""docs/cli.md: every command with its arguments and options, as click has them."""

from __future__ import annotations

from collections.abc import Iterator

import click

from emspec.cli import cli
from tools.docs.markdown import block, code, head, table


def page() -> str:
    """Return the page: the group, then each command in the order of `emspec --help`."""
    return "\n".join([head("The command line", "the commands' own help"), *_command(cli, "emspec", None, 2)])


def _command(command: click.Command, name: str, parent: click.Context | None, level: int) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    path = context.command_path
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    yield f"{'#' * level} {path}\n"
    yield block(usage)
    yield f"{_text(command.help or '')}\n"
    options = [record for one in command.get_params(context) if (record := one.get_help_record(context))]
    shown = [(code(option), meaning) for option, meaning in options if meaning and "--help" not in option]
    if shown:
        yield table(["option", "meaning"], shown)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found:
                yield from _command(found, inner, context, min(level + 1, 4))


def _text(text: str) -> str:
    """Return a command's help as paragraphs, with its argument names as they are."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))
