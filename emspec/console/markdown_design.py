"""What a plan's design says, in Markdown: hypotheses, conditions, steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from emspec.console.testability import share_text
from emspec.console.units import NONE
from emspec.marked import escaped, table_lines
from emspec.model.attainable import Attainable
from emspec.model.decision import Decision
from emspec.model.experiment import Condition, Experiment, Hypothesis
from emspec.plan.brief import brief_condition, differences
from emspec.plan.changes import Change
from emspec.plan.overview import Overview, untestable
from emspec.report.values import change_text

MOST_CHANGES = 6


def gate_lines(experiment: Experiment) -> Iterator[str]:
    """Yield which seeds wait for what, and for whom they were opened."""
    gate = experiment.gate
    if gate is None:
        return
    more = ", ".join(map(str, gate.then))
    if gate.rule is None:
        yield f"gate: seeds {more} wait for a rule that is not written yet"
        return
    rule = f"{gate.rule.metric} {'differs ' * gate.rule.differs}{gate.rule.comparison} {gate.rule.threshold:g}"
    beside = f", and {gate.beside} beside it" if gate.beside else ""
    yield f"gate: seeds {more} run for a condition whose {rule}{beside}"
    if experiment.opened is not None:
        opened = [name for name, is_open in experiment.opened.items() if is_open]
        yield f"the gate opened for {', '.join(opened) or 'no condition'}"


def measure_lines(experiment: Experiment) -> Iterator[str]:
    """Yield where the numbers come from that a test sets leakage against."""
    for one in experiment.measures.values():
        yield f"measure {one.name}: {one.source}"


def hypothesis_lines(seen: Overview) -> Iterator[str]:
    """Yield a table of the hypotheses: test, registered rule, least p, and what any data can come to."""
    hypotheses = seen.plan.experiment.hypotheses
    if hypotheses:
        yield from table_lines(
            ("", "claim", "test", "rule", "least p", "alpha", "what it can come to"),
            (_hypothesis(one, seen) for one in hypotheses),
        )


def _hypothesis(hypothesis: Hypothesis, seen: Overview) -> tuple[str, ...]:
    said = [f"{name} {_plain(value)}" for name, value in hypothesis.parameters.items() if value is not None]
    test = f"{hypothesis.test} ({', '.join(said)})" if said else hypothesis.test
    reach = seen.plan.experiment.attainable.get(hypothesis.name, Attainable(None))
    lost = untestable(hypothesis, seen)
    known = lost and not any(lost in remark for remark in reach.remarks)
    remarks = "; ".join((*([lost] if known else []), *reach.remarks))
    figures = (share_text(reach.floor), share_text(reach.alpha))
    return (hypothesis.name, hypothesis.claim, test, _rule(hypothesis.decide), *figures, remarks or "the data decide")


def _rule(decision: Decision | None) -> str:
    """Return a registered rule in a line; differences are fractions of 1."""
    if decision is None:
        return NONE
    lines = [f"{one.metric} {one.comparison} {one.value:g}" for one in decision.criteria]
    least = [f"in {decision.least} of {decision.of or 'the testable conditions'}"] if decision.least else []
    family = [f"{decision.correction or 'uncorrected'} over {decision.family}"] if decision.family > 1 else []
    draws = [f"{decision.draws:,} draws"] if decision.draws else []
    return ", ".join((*lines, *least, *family, *draws))


def condition_lines(experiment: Experiment) -> Iterator[str]:
    """Yield a table of the conditions, with what each changes in the baseline's steps."""
    differing = differences(experiment)
    yield from table_lines(
        ("condition", "is", "seeds", "induced under", f"differs from {base_of(experiment)} in"),
        (_condition(one, differing[one.name], experiment) for one in experiment.conditions),
    )


def _condition(condition: Condition, differing: Sequence[Change], experiment: Experiment) -> tuple[str, ...]:
    found = [_difference(change) for change in differing[:MOST_CHANGES]]
    more = [f"and {len(differing) - MOST_CHANGES} more"] if len(differing) > MOST_CHANGES else []
    seeds = ", ".join(map(str, condition.seeds))
    differs = "; ".join((*found, *more)) or NONE
    return (condition.name, _standing(condition, experiment), seeds, _induced(condition), differs)


def _difference(change: Change) -> str:
    """Return a difference to the baseline in words: a step more or less, another order, or a field's values."""
    name = str(change.path[0])
    if change.path == ("order",):
        return f"order: {_plain(change.new)}"
    if len(change.path) == 1 and isinstance(change.new, Mapping):
        what = f"{name} is {change.new['kind']}" if isinstance(change.old, Mapping) else f"with {name}"
        return f"{what}: {_said(change.new, whole=False)}"
    if len(change.path) == 1:
        return f"without {name}"
    old, new = ("none" if value is None else value for value in (change.old, change.new))
    return change_text(replace(change, old=old, new=new))


def _standing(condition: Condition, experiment: Experiment) -> str:
    marks = {
        "baseline": condition.name == experiment.baseline,
        "control": condition.control,
        "stretch": condition.stretch,
        "recorded results": bool(condition.results),
    }
    return ", ".join(name for name, holds in marks.items() if holds) or "condition"


def _induced(condition: Condition) -> str:
    persona = condition.induction_persona
    if persona is None and condition.induction is None:
        return NONE
    under = persona.name if persona else "no system prompt"
    return f"{under}, counts as {condition.counts_as}" if condition.counts_as else under


def step_lines(experiment: Experiment) -> Iterator[str]:
    """Yield each step of the baseline with what it says, and those that only other conditions have."""
    told: set[str] = set()
    for one in sorted(experiment.conditions, key=lambda one: one.name != experiment.baseline):
        for name, fields in brief_condition(one).items():
            if name not in told and isinstance(fields, Mapping):
                only = "" if not told or one.name == experiment.baseline else f", not in {base_of(experiment)}"
                what = escaped(f"{fields['kind']}{only}")
                yield f"- **{escaped(name)}** ({what}): {escaped(_said(fields))}"
        told.update(step.name for step in one.steps)


def _said(fields: Mapping[str, Any], *, whole: bool = True) -> str:
    """Return what a step says; a recipe `whole`, or by its name alone. Negatives that are unknown are not none."""
    parts = ((name, value["name"] if name == "recipe" and not whole else value) for name, value in fields.items())
    told = (f"{name} {_plain(value)}" for name, value in parts if name != "kind" and (name != "negatives" or value))
    return "; ".join(told)


def base_of(experiment: Experiment) -> str:
    """Return what conditions are compared with: the baseline, or the first one where there is none."""
    return experiment.baseline or next((one.name for one in experiment.conditions), "")


def _plain(value: Any) -> str:
    """Return a value of a step in words: a recipe by its name and fields, lists with commas."""
    if isinstance(value, Mapping):
        fields = [f"{name} {_plain(one)}" for name, one in value.items() if name != "name"]
        return f"{value['name']} ({', '.join(fields)})" if "name" in value else f"({', '.join(fields)})"
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return repr(value) if not value.strip() else value
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
