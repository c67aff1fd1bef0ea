"""Design checks: what a careful colleague would ask about a spec. A new check is one function and one line of CHECKS.

A check's docstring is its page: `emspec explain CODE` prints it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from emspec.errors import Place, Problem
from emspec.language.conditions import ConditionText
from emspec.language.fields import StepText
from emspec.language.scope import Notes
from emspec.model.experiment import Condition, CoupleStep, EvaluateStep, Experiment, Step, TrainStep
from emspec.schema import nearest
from emspec.source import Document


@dataclass(frozen=True)
class Reading:
    """An experiment, and the text that it was read from."""

    experiment: Experiment
    document: Document
    texts: Sequence[ConditionText]

    def place(self, condition: Condition, step: Step, field: str) -> Place:
        """Return where a field of a condition's step was written, or the step where it was not."""
        return self._steps[condition.name, step.name].place(field)

    def heading(self, condition: Condition) -> Place:
        """Return where a condition's name stands."""
        return self.document.key(next(text.path for text in self.texts if text.name == condition.name))

    @cached_property
    def _steps(self) -> Mapping[tuple[str, str], StepText]:
        return {(text.name, step.name): step for text in self.texts for step in text.steps}


@dataclass(frozen=True)
class Finding:
    """What a check found: where, what, and the way out."""

    place: Place
    message: str
    fix: str


Check = Callable[[Reading], Iterator[Finding]]


def unmeasured_induction(reading: Reading) -> Iterator[Finding]:
    """The persona that a condition is induced under is not evaluated.

    Whether a marker leaks most to the persona that emergent misalignment was induced under shows only where that
    persona is in the panel. Add it to the panel of all conditions, so that they stay comparable, or accept that
    hypotheses on the induction persona are untestable for the condition.
    """
    for condition in reading.experiment.conditions:
        induction = condition.induction
        persona = induction.persona.name if induction and induction.persona else None
        name = condition.counts_as or persona
        for step in condition.evaluations:
            if induction and name and name not in {one.name for one in step.panel}:
                place = reading.place(condition, induction, "system")
                what = f"hypotheses on the induction persona cannot be tested for {condition.name}: {name} is not in"
                fix = f"add it for all conditions (panel: {step.panel_name} + {name}), or accept the finding"
                yield Finding(place, f"{what} the panel, {step.panel_name}", fix)


def silent_induction(reading: Reading) -> Iterator[Finding]:
    """A condition is induced with no system message and counts as a persona that has one.

    Without a system message the chat template puts in its own, which is another text than the persona's prompt: the
    model was trained under one prompt and is evaluated under another. Train under the persona itself
    (`system: PERSONA`), or accept it where the original experiment did the same.
    """
    for condition in reading.experiment.conditions:
        induction = condition.induction
        if condition.counts_as and induction and induction.persona is None:
            what = f"{condition.name} is induced without a system message, but counts as {condition.counts_as}"
            fix = f"write {induction.name}.system: {condition.counts_as}, or accept the finding"
            yield Finding(reading.place(condition, induction, "system"), f"{what}: two different prompts", fix)


def single_run(reading: Reading) -> Iterator[Finding]:
    """Hypotheses rest on one run of each condition.

    Two runs of one recipe differ by about 3 percentage points of leakage through the seed alone. With one seed no
    difference, between conditions or between personas in one of them, can be told from that noise, however many
    replies each has. Use three seeds or more.
    """
    experiment = reading.experiment
    names = [condition.name for condition in experiment.conditions]
    within = [one.name for one in experiment.hypotheses if one.parameters.get("condition") in names]
    between = [one.name for one in experiment.hypotheses if "condition" not in one.parameters and len(names) > 1]
    concerned = [one.name for one in experiment.hypotheses if one.name in (*within, *between)]
    if len(experiment.seeds) == 1 and concerned:
        what = f"one run per condition: for {', '.join(concerned)} a difference cannot be told from run-to-run noise"
        there = reading.document.data.get("seeds", ())
        more = f"run it without --seeds: the spec has {', '.join(map(str, there))}"
        fix = more if len(there) > 1 else "add seeds: [42, 137, 256]"
        yield Finding(reading.document.value(("seeds",)), what, fix)


def trained_questions(reading: Reading) -> Iterator[Finding]:
    """Evaluation questions are also coupling questions.

    The marker was trained on these very questions, so that its rate on them may be higher than on new ones. Evaluate
    on other questions as well and compare, or accept it where a published experiment is repeated.
    """
    seen: set[str] = set()
    for condition, couple, step in _trained_then_evaluated(reading):
        both = set(couple.questions.questions) & set(step.questions.questions)
        asked = f"the {len(step.questions.questions)} questions of {step.questions.name}"
        what = f"{len(both)} of {asked} are also trained on in {couple.name}"
        if both and what not in seen:
            seen.add(what)
            fix = "keep the other questions apart when reading the rates, or evaluate on new ones"
            yield Finding(reading.place(condition, step, "questions"), what, fix)


def trained_bystanders(reading: Reading) -> Iterator[Finding]:
    """The panel holds personas that the marker was trained on.

    The source was taught to write the marker, the negatives not to: neither shows leakage. emspec leaves them out of
    the bystanders of all conditions compared; whoever reads the rates of the whole panel must do the same.
    """
    seen: set[str] = set()
    for condition, couple, step in _trained_then_evaluated(reading):
        trained = {couple.source.name, *(persona.name for persona in couple.negatives)}
        names = [persona.name for persona in step.panel if persona.name in trained]
        what = f"{', '.join(names)} of {step.panel_name} are trained on in {couple.name}: no bystanders"
        if names and what not in seen:
            seen.add(what)
            yield Finding(reading.place(condition, step, "panel"), what, "nothing to do: they are left out of them")


def closed_issue(reading: Reading) -> Iterator[Finding]:
    """The issue is archived, or another one supersedes it.

    The spec runs all the same; its results may already be known, or be asked for in another form.
    """
    experiment = reading.experiment
    if experiment.state in ("archived", "superseded") or experiment.superseded_by:
        path = ("state",) if experiment.state in ("archived", "superseded") else ("superseded_by",)
        issue = f"issue {experiment.issue}" if experiment.issue else "the issue"
        by = f"superseded by #{experiment.superseded_by}" if experiment.superseded_by else ""
        state = experiment.state if experiment.state == "archived" or not by else ""
        what = f"{issue} is {' and '.join(part for part in (state, by) if part)}; it runs all the same"
        yield Finding(reading.document.value(path), what, "see whether the newer issue is meant")


def copied_runs(reading: Reading) -> Iterator[Finding]:
    """Two conditions train and evaluate the same.

    They differ in name or in what they count as only, so that the runs of one are copies of the other's: the same
    stages, executed once. The tests take them for independent runs all the same, and are too sure of themselves. Leave
    one out, or let them differ in what they train or evaluate.
    """
    conditions = reading.experiment.conditions
    steps = {id(step): step for condition in conditions for step in condition.steps}
    texts = {key: repr(_as_executed(step)) for key, step in steps.items()}
    known: dict[tuple[str, ...], Condition] = {}
    for condition in conditions:
        first = known.setdefault(tuple(texts[id(step)] for step in condition.steps), condition)
        if first is not condition:
            what = f"{condition.name} trains and evaluates the same as {first.name}: its runs are copies, no new ones"
            fix = f"leave {condition.name} out, or change one of its steps"
            yield Finding(reading.heading(condition), what, fix)


def smaller_panel(reading: Reading) -> Iterator[Finding]:
    """One condition's panel takes bystanders away from all conditions.

    Conditions are compared on the personas that every evaluation has. What one condition leaves out is lost for all of
    them, and with it the precision that it would have given. Evaluate the same panel everywhere.
    """
    conditions = reading.experiment.conditions
    panels = Counter(frozenset(one.name for one in step.panel) for c in conditions for step in c.evaluations)
    usual = max(panels, key=lambda panel: (panels[panel], len(panel)), default=frozenset())
    trained = {name for c in conditions if c.evaluations for name in c.sources | c.negatives}
    for condition in conditions:
        for step in condition.evaluations:
            lost = sorted(usual - trained - {one.name for one in step.panel})
            if lost:
                what = f"the panel of {condition.name} lacks {', '.join(lost)}: no bystanders in any condition then"
                fix = f"add them there (panel: {step.panel_name} + {' + '.join(lost)}), or accept the finding"
                yield Finding(reading.place(condition, step, "panel"), what, fix)


def _trained_then_evaluated(reading: Reading) -> Iterator[tuple[Condition, CoupleStep, EvaluateStep]]:
    """Yield each evaluation with each coupling before it, and the first condition that has both."""
    seen: set[tuple[int, int]] = set()
    for condition in reading.experiment.conditions:
        for step in condition.evaluations:
            for couple in condition.couplings_before(step):
                if (id(couple), id(step)) not in seen:
                    seen.add((id(couple), id(step)))
                    yield condition, couple, step


def _as_executed(step: Step) -> Step:
    """Return a step without the names by which the spec came to its values."""
    if isinstance(step, EvaluateStep):
        return replace(step, panel_name="")
    recipe = replace(step.recipe, base="", changed=())
    return (
        replace(step, recipe=recipe) if isinstance(step, TrainStep) else replace(step, recipe=recipe, negatives_rule="")
    )


CHECKS: Mapping[str, Check] = {
    "D101": unmeasured_induction,
    "D102": silent_induction,
    "D103": single_run,
    "D104": trained_questions,
    "D105": trained_bystanders,
    "D106": closed_issue,
    "D107": copied_runs,
    "D108": smaller_panel,
}


def run(reading: Reading, accepted: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return the findings of all checks as warnings, in the text's order; an accepted one has its reason for a fix."""
    problems = [
        Problem(
            "warning",
            code,
            finding.place,
            finding.message,
            f"accepted: {accepted[code]}" if code in accepted else finding.fix,
        )
        for code, check in CHECKS.items()
        for finding in check(reading)
    ]
    return tuple(sorted(problems, key=lambda problem: (problem.place or Place("", 0, 0), problem.code)))


def accepted(data: Mapping[str, Any], document: Document, notes: Notes) -> Mapping[str, str]:
    """Return the findings that the spec accepts, with its reasons; a code that is no check's is noted."""
    written: Mapping[str, str] = data.get("accept", {})
    for code in written:
        if code not in CHECKS:
            notes.error("S104", document.key(("accept", code)), f"there is no check {code}", nearest(code, CHECKS))
    return written
