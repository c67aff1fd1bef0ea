"""Problems and errors as text: place, line, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from emspec.console.paths import short
from emspec.errors import EmspecError, Place, Problem, SpecError

COLOURS = {"error": "bold red", "warning": "yellow"}


def print_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Print each problem with its place, the line it is about, and its fix."""
    lines = {p.place.file: _lines(p.place.file) for p in problems if p.place}
    for problem in problems:
        console.print(problem_text(problem, lines.get(problem.place.file, []) if problem.place else []), soft_wrap=True)


def problem_text(problem: Problem, lines: Sequence[str]) -> Text:
    """Return a problem as text: `file:line:col: severity code message`, the marked line, the fix."""
    text = Text()
    if problem.place:
        text.append(f"{short(Path(problem.place.file))}:{problem.place.line}:{problem.place.column}: ", "bold")
    text.append(f"{problem.severity} {problem.code} ", COLOURS[problem.severity])
    text.append(problem.message)
    if problem.place and 0 < problem.place.line <= len(lines):
        text.append(_excerpt(problem.place, lines[problem.place.line - 1]))
    if problem.fix:
        text.append(f"\n   {problem.fix}", "cyan")
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


def _excerpt(place: Place, line: str) -> str:
    shown = line.replace("\t", " ").rstrip()
    width = max(1, (place.end or place.column + 1) - place.column)
    number = f"{place.line:4d}"
    return f"\n{number} | {shown}\n{' ' * len(number)} | {' ' * (place.column - 1)}{'^' * width}"


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
