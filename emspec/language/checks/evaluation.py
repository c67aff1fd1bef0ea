"""Design checks of what is evaluated: personas, questions, replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from emspec.language.checks.reading import Finding, Reading


def unmeasured_induction(reading: Reading) -> Iterator[Finding]:
    """The persona that a condition is induced under is not evaluated.

    Whether a marker leaks most to the persona that emergent misalignment was induced under shows only where that
    persona is in the panel.

    Example: `B-evilai: {induce.system: evil_ai}` with `panel: canonical-12`, which has no evil_ai.

    Fix: add it to the panel of all conditions, so that they stay comparable, or accept that hypotheses on the
    induction persona are untestable for the condition.
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


def trained_questions(reading: Reading) -> Iterator[Finding]:
    """Evaluation questions are also coupling questions.

    The marker was trained on these very questions, so that its rate on them may be higher than on new ones.

    Example: `questions: marker-28` in the evaluation, which includes the `data-20` of the coupling.

    Fix: evaluate on other questions as well and compare, or accept it where a published experiment is repeated.
    """
    seen: set[str] = set()
    for condition, couple, step in reading.trained_then_evaluated():
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

    Example: `source: confab` and `panel: canonical-12`, which holds confab.

    Fix: nothing to do. To have more bystanders, draw the negatives from personas outside the panel.
    """
    seen: set[str] = set()
    for condition, couple, step in reading.trained_then_evaluated():
        trained = {couple.source.name, *(persona.name for persona in couple.negatives)}
        names = [persona.name for persona in step.panel if persona.name in trained]
        what = f"{', '.join(names)} of {step.panel_name} are trained on in {couple.name}: no bystanders"
        if names and what not in seen:
            seen.add(what)
            yield Finding(reading.place(condition, step, "panel"), what, "nothing to do: they are left out of them")


def smaller_panel(reading: Reading) -> Iterator[Finding]:
    """One condition's panel takes bystanders away from all conditions.

    Conditions are compared on the personas that every evaluation has. What one condition leaves out is lost for all of
    them, and with it the precision that it would have given.

    Example: `evaluate.panel: [assistant, villain]` in one condition, `panel: canonical-12` in the others.

    Fix: evaluate the same panel everywhere.
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
