"""A plan as a Markdown document: what a researcher would paste into the issue before the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePath

from emspec.console.markdown_design import (
    base_of,
    condition_lines,
    gate_lines,
    hypothesis_lines,
    measure_lines,
    step_lines,
)
from emspec.console.plan_lines import cost_lines, resolved_lines
from emspec.console.plan_mermaid import plan_mermaid
from emspec.console.plan_table import STEP_COLUMNS, step_rows
from emspec.console.testability import evaluated_in, role_texts
from emspec.console.units import NONE
from emspec.errors import Problem
from emspec.marked import escaped, table_lines
from emspec.model.experiment import Experiment
from emspec.model.testability import PanelRole, roles_in
from emspec.plan.brief import datasets_of, personas_of, questions_of
from emspec.plan.overview import Overview

DIGITS = 8
"""How much of a digest is shown."""


def plan_markdown(seen: Overview, full: bool = False) -> str:
    """Return the plan as Markdown: hypotheses, conditions, steps, roles, stages, costs, warnings, graph (`full`: of all
    stages)."""
    experiment = seen.plan.experiment
    issue = f"#{experiment.issue} " if experiment.issue else ""
    lines = [f"# {escaped(issue + experiment.title)}", "", *_stamp(seen)]
    for title, section in (
        ("Hypotheses", hypothesis_lines(seen)),
        ("Conditions", condition_lines(experiment)),
        (f"Steps of {base_of(experiment)}", step_lines(experiment)),
        ("Resolved negatives", (f"- {escaped(line)}" for line in resolved_lines(experiment))),
        ("Personas", _personas(seen)),
        ("Questions and data", _inputs(experiment)),
        ("Stages and cost", _costs(seen)),
        ("Design warnings", _warnings(experiment)),
    ):
        found = list(section)
        lines += ["", f"## {escaped(title)}", "", *found] if found else []
    return "\n".join([*lines, "", "## Graph", "", "```mermaid", plan_mermaid(seen, full) + "```", ""])


def _stamp(seen: Overview) -> Iterator[str]:
    experiment, profile = seen.plan.experiment, seen.plan.experiment.profile
    yield f"- plan: `{seen.plan.digest[:DIGITS]}`"
    yield f"- profile: {escaped(profile.name)} on {escaped(profile.device)}, {escaped(profile.note)}"
    yield f"- model: {escaped(experiment.model.name)}; personas: version {escaped(experiment.personas_version)}"
    times = f", each {experiment.replicates} times" if experiment.replicates > 1 else ""
    seeds = f"{', '.join(map(str, experiment.seeds))}{times}"
    yield f"- seeds: {seeds}; baseline: {escaped(experiment.baseline or 'none')}"
    yield from (f"- {escaped(line)}" for line in (*gate_lines(experiment), *measure_lines(experiment)))
    by = f", superseded by #{experiment.superseded_by}" if experiment.superseded_by else ""
    others = {"follows": experiment.follows, "supersedes": experiment.supersedes}
    said = (f"; {what} {', '.join(f'#{number}' for number in numbers)}" for what, numbers in others.items() if numbers)
    yield f"- state: {escaped(experiment.state)}{by}{''.join(said)}"
    yield from (
        f"- the profile replaces {escaped(what)}: {escaped(f'{old} -> {new}')}"
        for what, old, new in profile.replacements
    )


def _personas(seen: Overview) -> Iterator[str]:
    experiment = seen.plan.experiment
    people = personas_of(experiment)
    panel = {one.name for condition in experiment.conditions for step in condition.evaluations for one in step.panel}
    roles = roles_in(experiment, (one.name for one in people))
    if people:
        yield from table_lines(
            ("persona", "bystander", "roles", "SHA-256", "system prompt"),
            (
                (one.name, *_role(role, one.name in panel), one.digest[:DIGITS], one.text)
                for one, role in zip(people, roles, strict=True)
            ),
        )


def _role(role: PanelRole, in_panel: bool) -> tuple[str, str]:
    if in_panel:
        return "yes" if role.bystander else "no", "; ".join(role_texts(role, evaluated_in(role)))
    known = replace(role, unseen=())
    return "not in the panel", "; ".join(role_texts(known, evaluated_in(role))) if role.roles else NONE


def _inputs(experiment: Experiment) -> Iterator[str]:
    for questions in questions_of(experiment):
        count, digest = len(questions.questions), questions.digest[:DIGITS]
        yield f"- questions {escaped(questions.name)}: {count}, SHA-256 `{digest}`"
    for data in datasets_of(experiment).values():
        contract = ", ".join(f"{name} {value}" for name, value in data.contract.items())
        yield f"- data {escaped(data.name)} by {escaped(data.backend)}: {escaped(contract)}"


def _costs(seen: Overview) -> Iterator[str]:
    yield from table_lines(STEP_COLUMNS, step_rows(seen))
    yield ""
    yield from (f"- {escaped(line)}" for line in cost_lines(seen))
    if seen.cost.sources:
        yield from ("", "The estimate rests on:", "")
        yield from (f"- {escaped(source)}" for source in seen.cost.sources)


def _warnings(experiment: Experiment) -> Iterator[str]:
    if not experiment.problems:
        return
    accepted = sum(one.code in experiment.accepted for one in experiment.problems)
    yield from (f"{accepted} accepted, {len(experiment.problems) - accepted} open.", "")
    ordered = sorted(experiment.problems, key=lambda problem: problem.code in experiment.accepted)
    rows = ((one.code, _place(one), one.message, experiment.accepted.get(one.code, "open"), one.fix) for one in ordered)
    yield from table_lines(("check", "place", "finding", "accepted because", "fix"), rows)


def _place(problem: Problem) -> str:
    return f"{PurePath(problem.place.file).name}:{problem.place.line}" if problem.place else NONE
