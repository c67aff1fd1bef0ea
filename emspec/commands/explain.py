"""`emspec explain CODE`."""

from __future__ import annotations

import click
from rich.console import Console
from rich.text import Text

from emspec.console.prose import unwrapped
from emspec.errors import UsageError
from emspec.language import explain


@click.command()
@click.argument("code")
def command(code: str) -> int:
    """Say what the design check CODE looks for, with the reason and the fix."""
    text = explain(code)
    if text is None:
        raise UsageError(f"there is no design check {code}", "emspec check SPEC names the codes that apply to a spec")
    Console(highlight=False).print(Text(unwrapped(text)))
    return 0
