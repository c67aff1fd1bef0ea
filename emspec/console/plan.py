"""A plan, laid over what is there already, as text."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emspec.console.plan_lines import plan_lines
from emspec.console.units import NONE, bytes_text, count_text, span_text
from emspec.model.plan import Plan
from emspec.plan.overview import NOT_INSTALLED, Overview, StepLine

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
    left = {"step", "session"}
    for name in ("step", "stages", "hit", "run", "session", "tokens", "time", "disk"):
        table.add_column(name, justify="left" if name in left else "right", no_wrap=name != "session")
    for step in seen.steps:
        runs = bool(step.runs)
        time = "not known" if step.seconds is None else span_text(step.seconds)
        figures = (count_text(step.tokens), time, bytes_text(step.bytes)) if runs else (NONE, NONE, NONE)
        counts = (str(step.stages), str(step.hits), str(step.runs))
        table.add_row(step.step, *counts, _session(step), *figures)
    return table


def _session(step: StepLine) -> str:
    if step.backend == NOT_INSTALLED:
        return f"no {step.kind} backend installed"
    return f"{step.backend} on {step.device}" if step.loads_model else step.backend
