"""The option --output: a command's text in a file instead of on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from emspec.errors import UsageError
from emspec.files import write_aside, write_atomic

F = TypeVar("F", bound=Callable[..., Any])
TERMINAL = "-"
FIX = "name a file in a folder that is there, for example --output plan.md"


def output_option(command: F) -> F:
    """Add the option --output, which becomes the parameter `output`: a path that can be written to, or None."""
    return click.option(
        "--output",
        callback=lambda _context, _option, text: _file(text),
        metavar="FILE",
        help="Write to a file; - is the terminal.",
    )(command)


def write_out(text: str, output: Path | None, spec: Path) -> None:
    """Write a command's text to the file, whole or not at all, or to the terminal.

    UsageError where it cannot be written there, or where it would take the place of the spec that it tells of.
    """
    if output is None:
        click.echo(text, nl=False, color=True)
        return
    if output == spec.resolve():
        raise UsageError(f"--output {output} is the spec itself", FIX)
    _write(output, text)


def write_lines(lines: Iterable[str], output: Path | None) -> None:
    """Write lines, each with its end, to the file, whole or not at all, or as they come to the terminal.

    They are UTF-8 there too, whatever it shows: what reads them on has to get them as they are.
    """
    if output is not None:
        _write(output, "".join(lines))
        return
    stream = sys.stdout.buffer
    for line in lines:
        stream.write(line.encode())
    stream.flush()


def write_by(write: Callable[[Path], None], output: Path) -> None:
    """Let `write` make the file, whole or not at all."""
    try:
        write_aside(output, write)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {_reason(error)}", FIX) from error


def stop_at_existing(output: Path | None, *, overwrite: bool) -> None:
    """Raise UsageError where the file is there already and may not be replaced."""
    if output is not None and output.exists() and not overwrite:
        raise UsageError(f"--output {output} is there already", "name another file, or add --overwrite")


def _write(output: Path, text: str) -> None:
    try:
        write_atomic(output, text.encode())
    except OSError as error:
        raise UsageError(f"cannot write {output}: {_reason(error)}", FIX) from error


def _file(text: str | None) -> Path | None:
    """Return the file that a text names, links followed; UsageError where no file can be."""
    if text in (None, TERMINAL):
        return None
    if not text:
        raise UsageError("--output names no file", FIX)
    named = Path(text)
    try:
        path, there, folder = named.resolve(), named.exists(), named.parent.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(f"--output is no file's name: {_reason(error)}", FIX) from None
    if there and named.is_dir():
        raise UsageError(f"--output {text} is a folder", FIX)
    if there and not named.is_file():
        raise UsageError(f"--output {text} is a pipe or a device, no file", "leave --output away, and redirect with >")
    if not folder:
        raise UsageError(f"--output {text}: there is no folder {named.parent}", FIX)
    return path


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
