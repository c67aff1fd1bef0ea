"""A plan, laid over what is there already, as text."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emspec.console.plan_lines import plan_lines
from emspec.console.plan_table import STEP_COLUMNS, TEXT_COLUMNS, step_rows
from emspec.model.plan import Plan
from emspec.plan.overview import Overview

DIGITS = 8
"""How much of a digest is shown."""


def print_plan(console: Console, seen: Overview) -> None:
    """Print what the run would do."""
    print_head(console, seen.plan)
    console.print(_steps(seen))
    for line in plan_lines(seen):
        console.print(line, soft_wrap=True, markup=False)


def print_head(console: Console, plan: Plan) -> None:
    """Print title, state, profile, and every replacement that the profile makes."""
    experiment = plan.experiment
    issue = f"#{experiment.issue} " if experiment.issue else ""
    console.print(f"[bold]{issue}[/]{escape(experiment.title)}   plan {plan.digest[:DIGITS]}", soft_wrap=True)
    if experiment.superseded_by or experiment.state in {"archived", "superseded"}:
        by = f", superseded by #{experiment.superseded_by}" if experiment.superseded_by else ""
        console.print(f"state: {experiment.state}{by}; it runs all the same")
    profile = experiment.profile
    console.print(f"[bold yellow]profile {profile.name}[/] on {profile.device}: {escape(profile.note)}", soft_wrap=True)
    for what, old, new in profile.replacements:
        console.print(f"   {what}: {old} -> {new}", soft_wrap=True, markup=False)


def _steps(seen: Overview) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in STEP_COLUMNS:
        table.add_column(name, justify="left" if name in TEXT_COLUMNS else "right", no_wrap=name != "session")
    for row in step_rows(seen):
        table.add_row(*map(escape, row))
    return table
