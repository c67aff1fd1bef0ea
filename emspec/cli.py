"""The command line: the group, its lazily loaded commands, and the one place where an error becomes text and a code."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console

from emspec.console.problems import print_error
from emspec.errors import EmspecError

COMMANDS = {
    "check": "Find what is wrong with a spec, and its design flaws.",
    "data": "List the data sets, or make one before a run needs it.",
    "diff": "Compare two specs, or two versions of one: design, stages, comparable results.",
    "explain": "Say what a design check looks for, with an example and the fix.",
    "lock": "Fix the analysis of a spec before its first result.",
    "new": "Begin a spec, a condition, a persona or a plugin.",
    "plan": "Show what a run would do, and what is there already.",
    "power": "Say what the hypothesis tests could find, and what would let them find more.",
    "plugins": "List the installed plugins and what they bring.",
    "registry": "Look into the registry, add to it, check it, or release what is new.",
    "rows": "Show or export the replies of a run, row by row.",
    "run": "Execute a spec and judge its hypotheses.",
    "schema": "Print the JSON Schema of specs, profiles or registry files, for editors.",
    "verify": "Compare every stored artifact with its digests.",
}
INTERRUPTED = 130
CLOSED = 141
"""As a shell says of a tool that SIGPIPE ended."""


class LazyGroup(click.Group):
    """A group whose commands are modules of emspec.commands, imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"emspec.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a closed output leaves as rich lets it leave, for click would hide what it was."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise SystemExit(CLOSED) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="emspec")
def cli() -> None:
    """Run emergent-misalignment experiments from a written specification.

    Exit codes: 0 done; 2 the spec or the options are wrong; 3 something that the run needs is missing; 4 the store
    cannot be used; 5 stages failed; 130 interrupted; 141 the reader of the output went away.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every error that a user can cause ends here, as text and an exit code."""
    _make_printable()
    console = Console(stderr=True, highlight=False)
    try:
        status = cli.main(args=arguments, prog_name="emspec", standalone_mode=False)
    except EmspecError as error:
        print_error(console, error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        console.print("interrupted; the same command goes on from here")
        sys.exit(INTERRUPTED)
    except (BrokenPipeError, SystemExit) as error:
        sys.exit(_left(console, error))
    except Exception as error:
        console.print(_unforeseen(error), markup=False, soft_wrap=True)
        sys.exit(EmspecError.exit_code)
    sys.exit(status if isinstance(status, int) else 0)


def _make_printable() -> None:
    """Let a terminal that cannot show a character show its number, in place of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _left(console: Console, error: BrokenPipeError | SystemExit) -> int:
    """Return the exit code where the output was closed: rich makes a SystemExit of it, in the course of the first."""
    if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
        return error.code if isinstance(error.code, int) else EmspecError.exit_code
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered must not fail once more
    console.print("the output was closed before the end")
    return CLOSED


def _unforeseen(error: Exception) -> str:
    """Return what to say of an error that no command expects."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO):
        return f"error the output cannot be written: {error.strerror}\n   make room, or write it elsewhere"
    return f"error: a fault in emspec itself; please report it with {_kept(traceback.format_exc())}"


def _kept(text: str) -> str:
    """Write a traceback to a file of its own and return the file's name, or the text itself where no file can be."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="emspec-", suffix=".log", delete=False) as stream:
            stream.write(text)
            return stream.name
    except OSError:
        return text
