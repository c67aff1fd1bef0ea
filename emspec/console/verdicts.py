"""What a run found, as text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from emspec.console.paths import short
from emspec.model.experiment import ProfileNote
from emspec.report.verdicts import VerdictRow
from emspec.run.work import Failure

GIVEN_RUNS = "given these runs"
"""What the interval of single runs says of itself (Finding.given)."""
COLOURS = {"supported": "green", "contradicted": "red", "inconclusive": "yellow", "untestable": "magenta"}


def banner(profile: ProfileNote, announced: str) -> Panel:
    """Return the banner that says under which profile the results come about."""
    lines = [announced] if announced else []
    text = Text("\n".join([*lines, f"{profile.name} profile: {profile.note}"]))
    return Panel(text, border_style="yellow", expand=False)


def print_verdicts(console: Console, rows: Sequence[VerdictRow], profile: ProfileNote) -> None:
    """Print the verdict table, and the reasons beneath it; nothing where the spec states no hypothesis."""
    if not rows:
        return
    table = Table(box=None, pad_edge=False, title=f"Verdicts ({profile.name} profile)", title_justify="left")
    for name in ("", "verdict", "effect", "interval", "p", "least p"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        verdict = Text(row.verdict, COLOURS[row.verdict])
        table.add_row(row.hypothesis, verdict, row.effect, _marked(row.interval), row.p, row.floor)
    console.print(table)
    if any(_marked(row.interval) != row.interval for row in rows):
        console.print(Text(f"* {GIVEN_RUNS}, whose noise is not in the interval", "dim"), soft_wrap=True)
    for row in rows:
        console.print(Text.assemble((f"{row.hypothesis} {row.test} ", "bold"), row.claim), soft_wrap=True)
        for line in (row.reason, row.registered, f"confidence {row.confidence}" if row.confidence else ""):
            if line:
                console.print(Text(f"   {line}"), soft_wrap=True)


def _marked(interval: str) -> str:
    """Return an interval with a star in place of what it is given, so that the table stays narrow."""
    return interval.replace(f", {GIVEN_RUNS})", ")*")


def print_report_path(console: Console, folder: Path) -> None:
    """Print where the report lies."""
    console.print(f"report: {short(folder / 'report.html')}", soft_wrap=True, markup=False)


def failure_text(failure: Failure, label: str) -> Group:
    """Return a failed stage: what it was, why, what to do, and where the log is."""
    lines = [Text.assemble(("failed ", "bold red"), f"{label} ({failure.kind}): {failure.message}")]
    if failure.fix:
        lines.append(Text(f"   {failure.fix}", "cyan"))
    if failure.skipped:
        lines.append(Text(f"   {len(failure.skipped)} stages that need it were skipped"))
    if failure.log:
        lines.append(Text(f"   log: {short(Path(failure.log))}"))
    return Group(*lines)
