"""What was begun, and what to type next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from emspec.console.paths import short
from emspec.console.problems import print_problems
from emspec.errors import Problem


def print_written(console: Console, paths: Sequence[Path], following: Sequence[str]) -> None:
    """Print the files that were written, and the commands that come next."""
    for path in paths:
        console.print(Text(f"wrote {short(path.absolute())}"), soft_wrap=True)
    console.print("next:")
    for line in following:
        console.print(Text(f"   {line}", "cyan"), soft_wrap=True)


def print_condition(console: Console, spec: Path, name: str, findings: Sequence[Problem]) -> None:
    """Print that a condition was added, and what the design checks find that they did not find before."""
    console.print(Text(f"added {name} to {spec}"), soft_wrap=True)
    print_problems(console, findings)
    console.print("next:")
    console.print(Text(f"   emspec plan {spec}", "cyan"), soft_wrap=True)
