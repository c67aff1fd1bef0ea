"""Problems and errors as text: place, line, what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from emspec.console.paths import short
from emspec.errors import EmspecError, Place, Problem, SpecError
from emspec.files import read_regular
from emspec.source import MAX_BYTES

COLOURS = {"error": "bold red", "warning": "yellow"}
SHOWN = 100
"""Problems that are printed for people."""
WIDE, AROUND = 200, 70
"""Characters: of a line longer than WIDE only what stands so near its problem is shown."""


def print_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Print each problem with its place, the line it is about, and its fix; of very many the first only."""
    lines = {p.place.file: _lines(p.place.file) for p in problems[:SHOWN] if p.place}
    for problem in problems[:SHOWN]:
        console.print(problem_text(problem, lines.get(problem.place.file, []) if problem.place else []), soft_wrap=True)
    if len(problems) > SHOWN:
        console.print(
            f"and {len(problems) - SHOWN:,} more: mend these first, or see all with emspec check --format json"
        )


def problem_text(problem: Problem, lines: Sequence[str]) -> Text:
    """Return a problem as text: `file:line:col: severity code message`, the marked line, the fix."""
    text = Text()
    if problem.place:
        text.append(f"{short(Path(problem.place.file))}:{problem.place.line}:{problem.place.column}: ", "bold")
    text.append(f"{problem.severity} {problem.code} ", COLOURS[problem.severity])
    text.append(visible(problem.message))
    if problem.place and 0 < problem.place.line <= len(lines):
        text.append(_excerpt(problem.place, lines[problem.place.line - 1]))
    if problem.fix:
        text.append(f"\n   {visible(problem.fix)}", "cyan")
    text.append(f"   emspec explain {problem.code}", "dim")
    return text


def page_of(code: str) -> str:
    """Return the page of a code in the docs; `emspec explain` prints the same text."""
    return f"docs/codes.md#{code.lower()}"


def print_error(console: Console, error: EmspecError) -> None:
    """Print an error and the next thing to type."""
    if isinstance(error, SpecError):
        print_problems(console, error.problems)
        return
    console.print(Text("error ", "bold red") + Text(error.message), soft_wrap=True)
    if error.fix:
        console.print(Text(f"   {error.fix}", "cyan"), soft_wrap=True)


def visible(text: str) -> str:
    """Return a text with control characters, which a terminal would obey, as their escapes."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda match: f"\\x{ord(match[0]):02x}", text)


def _excerpt(place: Place, line: str) -> str:
    """Return the line with the place marked, wide and combining characters measured as a terminal shows them."""
    shown = line.replace("\t", " ").rstrip()
    start, end = place.column - 1, max(place.column, (place.end or place.column + 1) - 1)
    before, marked, after = shown[:start], shown[start:end], shown[end:]
    if len(shown) > WIDE:
        before, marked, after = f"...{before[-AROUND:]}", marked[:AROUND], f"{after[:AROUND]}..."
    number = f"{place.line:4d}"
    under = " " * cell_len(before) + "^" * max(1, cell_len(marked))
    return f"\n{number} | {before}{marked}{after}\n{' ' * len(number)} | {under}"


def _lines(file: str) -> list[str]:
    """Return a file's lines as YAML has them; places beyond them have no excerpt."""
    try:
        text = read_regular(Path(file), MAX_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return []
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
