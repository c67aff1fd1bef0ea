"""A plan, laid over the store's state, as text."""

from __future__ import annotations

from collections import Counter, defaultdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from emspec.model.experiment import CoupleStep, Experiment
from emspec.model.plan import Plan
from emspec.run.survey import Survey

DIGITS = 8
"""How much of a digest is shown."""


def print_plan(console: Console, plan: Plan, survey: Survey) -> None:
    """Print what the run would do."""
    print_head(console, plan)
    console.print(_steps(plan, survey))
    console.print(_sessions(plan, survey))
    for line in (*_resolved(plan.experiment), *_attainable(plan), _count(plan, survey)):
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


def _steps(plan: Plan, survey: Survey) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("step", "kind", "backend", "stages", "hit", "run"):
        table.add_column(name, justify="right" if name in {"stages", "hit", "run"} else "left")
    groups: dict[tuple[str, str, str], Counter[str]] = {}
    for key, stage in plan.stages.items():
        groups.setdefault((stage.step, stage.kind, stage.backend), Counter())[survey.states[key]] += 1
    for (step, kind, backend), states in groups.items():
        table.add_row(step, kind, backend, str(states.total()), str(states.total() - states["run"]), str(states["run"]))
    return table


def _sessions(plan: Plan, survey: Survey) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("session", "model", "device", "stages to run"):
        table.add_column(name, justify="right" if name == "stages to run" else "left")
    counts = Counter(plan.stages[key].session for key in survey.keys("run"))
    for session, stages in counts.items():
        model = plan.experiment.model.name if session.model else "-"
        table.add_row(session.target.partition(":")[0], model, session.device, str(stages))
    return table


def _resolved(experiment: Experiment) -> list[str]:
    """Return a line for each rule that a couple step's negatives came from."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for condition in experiment.conditions:
        for step in condition.steps:
            if isinstance(step, CoupleStep):
                names = ", ".join(persona.name for persona in step.negatives)
                lines[f"{step.name}: source {step.source.name}, negatives {names} ({step.negatives_rule})"].append(
                    condition.name
                )
    if len(lines) == 1:
        return list(lines)
    return [f"{line}: {', '.join(conditions)}" for line, conditions in lines.items()]


def _attainable(plan: Plan) -> list[str]:
    lines = []
    for name, attainable in plan.attainable.items():
        floor = f"least attainable p {attainable.floor:.4g}" if attainable.floor is not None else "no least p"
        lines.append("; ".join([f"{name}: {floor}", *attainable.remarks]))
    return lines


def _count(plan: Plan, survey: Survey) -> str:
    to_run = len(survey.keys("run"))
    hits = len(plan.stages) - to_run
    experiment = plan.experiment
    accepted = sum(problem.code in experiment.accepted for problem in experiment.problems)
    problems = f"{len(experiment.problems)} warning(s), {accepted} accepted: emspec check"
    warned = f"; {problems}" if experiment.problems else ""
    return f"{len(plan.cells)} cells, {len(plan.stages)} stages: {hits} there already, {to_run} to run{warned}"
