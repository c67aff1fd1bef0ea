"""What is said of a plan below its table of steps, a line each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from emspec.console.units import bytes_text, span_text
from emspec.model.experiment import Experiment
from emspec.model.json import Json, JsonObject
from emspec.model.plan import Plan
from emspec.model.step import CoupleStep
from emspec.plan.overview import Overview

MOST_SESSIONS = 6
MOST_SHOWN = 6


def plan_lines(seen: Overview) -> tuple[str, ...]:
    """Return what is said below the table of steps, a line each."""
    return (
        *cost_lines(seen),
        *waiting_lines(seen.plan),
        *resolved_lines(seen.plan.experiment),
        *attainable_lines(seen.plan),
        *warnings_line(seen),
    )


def cost_lines(seen: Overview) -> tuple[str, ...]:
    """Return what is said of sessions, results that are there, totals, and what is missing for a run."""
    made, lacking = made_lines(seen), lacking_lines(seen)
    return (*session_lines(seen), *made, total_line(seen), *untimed_line(seen), *lacking)


def session_lines(seen: Overview) -> tuple[str, ...]:
    """Return how the models are loaded, in order, and how long that takes; nothing where none is."""
    loaded = [session for session in seen.cost.sessions if session.key.model and session.key.target]
    if not loaded:
        return ()
    names = [f"{seen.plan.stages[one.stages[0]].backend} {len(one.stages)}" for one in loaded]
    opening = span_text(sum(one.start for one in loaded))
    loads = f"{len(loaded)} load{'s' if len(loaded) > 1 else ''} of {seen.plan.experiment.model.name}"
    shown = " > ".join(names[:MOST_SESSIONS]) + (" > ..." if len(names) > MOST_SESSIONS else "")
    return (f"{loads}, stages each: {shown}; {opening} of the time goes into it",)


def made_lines(seen: Overview) -> tuple[str, ...]:
    """Return what is there already under another name: results of another spec, or of a condition called otherwise."""
    pairs: dict[tuple[str, str], None] = {}
    for step in seen.steps:
        end = f" {step.step}"
        pairs.update(dict.fromkeys((here.removesuffix(end), then.removesuffix(end)) for here, then in step.made))
    shown = [f"{here} (made as {then})" for here, then in pairs][:MOST_SHOWN]
    more = f" and {len(pairs) - MOST_SHOWN} more" if len(pairs) > MOST_SHOWN else ""
    return (f"there already under other names: {', '.join(shown)}{more}",) if shown else ()


def waiting_lines(plan: Plan) -> tuple[str, ...]:
    """Return what a gate decides on, or for which conditions it opened; nothing where there is none."""
    gate, opened = plan.experiment.gate, plan.experiment.opened
    if gate is None or gate.rule is None:
        return ()
    seeds = ", ".join(map(str, gate.then))
    if opened is not None:
        who = ", ".join(name for name, is_open in opened.items() if is_open) or "no condition"
        return (f"gate: open for {who}; seeds {seeds} run there",)
    more = (len(plan.gates) + (gate.beside is not None)) * len(gate.then) * plan.experiment.replicates
    what = f"{gate.rule.metric}{' differs' if gate.rule.differs else ''} {gate.rule.comparison}"
    rule = f"{what} {100 * gate.rule.threshold:g} pp"
    return (f"gate: {rule} opens seeds {seeds}, for each of {', '.join(plan.gates)}: up to {more} cells more",)


def gate_lines(decisions: Mapping[str, JsonObject]) -> tuple[str, ...]:
    """Return what each gate decided (decision.json by condition), a line each."""
    return tuple(
        f"gate {'open' if found['open'] else 'closed'} for {name}: {found['metric']} {_points(found['condition'])}"
        + (f" against {_points(found['baseline'])}" if found["baseline"] is not None else "")
        + f"; {_points(found['compared'])} {found['comparison']} {_points(found['threshold'])}: "
        + ("yes" if found["open"] else "no")
        for name, found in decisions.items()
    )


def _points(value: Json) -> str:
    return f"{100 * float(str(value)):.1f} pp"


def lacking_lines(seen: Overview) -> tuple[str, ...]:
    """Return which stages nothing installed can run."""
    return tuple(
        f"nothing installed can run the {step.runs} {step.kind} stage{'s' if step.runs > 1 else ''} of {step.step}: "
        "emspec plugins"
        for step in seen.lacking
    )


def total_line(seen: Overview) -> str:
    """Return the totals: stages, sessions, GPU-hours and the board's label, disk, GPU memory, time."""
    cost, plan = seen.cost, seen.plan
    hits = len(plan.stages) - seen.to_run
    stages = f"{len(plan.cells)} cells, {len(plan.stages)} stages: {hits} hit, {seen.to_run} run"
    if not seen.to_run:
        return stages
    parts = [stages, f"{len(cost.sessions)} session{'s' if len(cost.sessions) > 1 else ''}"]
    if cost.label:
        parts.append(f"{cost.gpu_hours:.1f} GPU-h (compute:{cost.label})")
    parts.append(bytes_text(cost.bytes))
    if cost.gpu_bytes:
        parts.append(f"peak GPU memory {bytes_text(cost.gpu_bytes)}")
    parts.append(
        f"about {span_text(cost.seconds)} with one worker, no less than {span_text(cost.path_seconds)} with many"
    )
    return "; ".join(parts)


def untimed_line(seen: Overview) -> tuple[str, ...]:
    """Return whose time is missing in the totals, for want of a measured rate."""
    missing = [f"{backend} ({kind}, {device})" for kind, backend, device in seen.cost.untimed if backend]
    return (f"without the time of {', '.join(missing)}: no rate of it is on record",) if missing else ()


def resolved_lines(experiment: Experiment) -> list[str]:
    """Return a line for each rule that a couple step's negatives came from."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for condition in experiment.conditions:
        for step in condition.steps:
            if isinstance(step, CoupleStep):
                names = ", ".join(persona.name for persona in step.negatives)
                taught = ", ".join(f"{pair.source.name} {pair.marker}" for pair in step.pairs)
                told = f"{names} ({step.negatives_rule})" if names else "unknown"
                lines[f"{step.name}: {taught}, negatives {told}"].append(condition.name)
    if len(lines) == 1:
        return list(lines)
    return [f"{line}: {', '.join(conditions)}" for line, conditions in lines.items()]


def attainable_lines(plan: Plan) -> list[str]:
    """Return the least p of each hypothesis' test, and what is to be said about it."""
    lines = []
    for name, attainable in plan.attainable.items():
        floor = f"least attainable p {attainable.floor:.4g}" if attainable.floor is not None else "no least p"
        lines.append("; ".join([f"{name}: {floor}", *attainable.remarks]))
    return lines


def warnings_line(seen: Overview) -> tuple[str, ...]:
    """Return how many findings of the design checks are accepted, and how many open."""
    experiment = seen.plan.experiment
    accepted = sum(problem.code in experiment.accepted for problem in experiment.problems)
    still = len(experiment.problems) - accepted
    return (f"{accepted} warnings accepted, {still} open: emspec check",) if experiment.problems else ()
