"""`python -m tools.power`: write docs/power.md, what `emspec power` says of the issues' specs. Takes minutes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "power.md"
SPECS = ("issue200", "issue205")
ASKED = ("--profile", "full", "--draws", "400")
HEAD = """# Power of the issues' designs

What `emspec power` says of the specs in `specs/`, written by `make power-doc` on {date}. Every experiment is simulated
under the noise model that the spec declares (`noise:`, docs/language.md) and judged by the tests that will judge the
real one; a least effect is found by bisection, and its brackets are the nearest effects tried that are clearly on
either side. Times are estimates for one H100. An effect in pp holds at the rate that is named beside it.
"""


def main() -> None:
    """Run the command for each spec that is there, and write the page."""
    found = [name for name in SPECS if (ROOT / "specs" / f"{name}.yaml").exists()]
    PAGE.write_text("\n".join(page(found, datetime.now(UTC).date().isoformat())))


def page(names: list[str], date: str) -> Iterator[str]:
    """Yield the page's parts."""
    yield HEAD.format(date=date)
    for name in names:
        command = ("power", f"specs/{name}.yaml", *ASKED)
        yield f"## specs/{name}.yaml\n\n```\n$ emspec {' '.join(command)}\n{said(command)}```\n"


def said(command: tuple[str, ...]) -> str:
    """Return what the command prints, without spaces at the ends of lines; it must end well."""
    environment = {**os.environ, "COLUMNS": "110"}
    argv = [sys.executable, "-m", "emspec", *command]
    done = subprocess.run(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


if __name__ == "__main__":
    main()
