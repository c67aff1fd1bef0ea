"""Design checks of what is evaluated: personas, questions, replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.replies import FEW_QUESTIONS
from emspec.language.checks.words import listed
from emspec.model.experiment import Condition
from emspec.model.step import EvaluateStep, negatives, sources


def unmeasured_induction(reading: Reading) -> Iterator[Finding]:
    """The persona that a condition is induced under is not evaluated.

    Whether a marker leaks most to the persona that emergent misalignment was induced under shows only where that
    persona is in the panel. (The first question that #200's clarifier asked.)

    Example: `B-evilai: {induce.system: evil_ai}` with `panel: canonical-12`, which has no evil_ai.

    Fix: add the persona to the panel of all conditions, so that they stay comparable; or to that of its own condition,
    and compare conditions on the personas that all of them share; or leave the condition out; or accept that hypotheses
    on the induction persona are untestable for it.
    """
    missing: dict[tuple[str, str], list[tuple[Condition, EvaluateStep, str]]] = {}
    for condition in reading.experiment.conditions:
        name = condition.counts_as or (reading.induced_under(condition) or "")
        for step in condition.evaluations:
            if reading.inducing(condition) and name and name not in {one.name for one in step.panel}:
                missing.setdefault((step.name, step.panel_name), []).append((condition, step, name))
    for found in missing.values():
        condition, step, _ = found[0]
        who = listed([f"{one.name} ({name})" for one, _, name in found])
        what = f"the induction persona is not in the panel, {step.panel_name}, of {who}"
        place = reading.induction_place(condition)
        yield Finding(place, f"{what}: hypotheses on it cannot be tested there", _ways_in(found))


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
        new = len(step.questions.questions) - len(both)
        what = f"{len(both)} of {asked} are also trained on in {couple.name}, {new or 'none'} are new"
        if both and what not in seen:
            seen.add(what)
            few = f"evaluate on {FEW_QUESTIONS} new ones or more: {new} are too few to compare"
            fix = few if new < FEW_QUESTIONS else "look at the rates of the new ones apart, or evaluate on more of them"
            yield Finding(reading.place(condition, step, "questions"), what, fix)


def trained_bystanders(reading: Reading) -> Iterator[Finding]:
    """The panel holds personas that the marker was trained on.

    The source was taught to write the marker, the negatives not to: neither shows leakage. emspec leaves them out of
    the bystanders of all conditions compared; whoever reads the rates of the whole panel must do the same.

    Example: `source: confab` and `panel: canonical-12`, which holds confab.

    Fix: nothing to do. To have more bystanders, draw the negatives from personas outside the panel.
    """
    seen: set[str] = set()
    for condition, couple, step in reading.taught_then_evaluated():
        panel = [persona.name for persona in step.panel]
        taught = {persona.name for persona in sources(couple)}
        without = {persona.name for persona in negatives(couple)}
        held = ((taught, "source"), (without - taught, "trained negative"))
        roles = [(listed([name for name in panel if name in names]), role) for names, role in held]
        said = "; ".join(f"{role} {names}" for names, role in roles if names)
        what = f"personas of {step.panel_name} are trained on in {couple.name}, and are no bystanders ({said})"
        if said and what not in seen:
            seen.add(what)
            fix = "nothing to do: emspec leaves them out; a mean over all but the source would count the negatives"
            yield Finding(reading.place(condition, step, "panel"), what, fix)


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
    small: dict[int, tuple[EvaluateStep, list[Condition]]] = {}
    for condition in conditions:
        for step in condition.evaluations:
            small.setdefault(id(step), (step, []))[1].append(condition)
    for step, members in small.values():
        lost = sorted(usual - trained - {one.name for one in step.panel})
        if lost:
            names = listed([condition.name for condition in members])
            what = f"the panel of {names} lacks {', '.join(lost)}: no bystanders in any condition then"
            fix = f"add them there ({_extended(step, lost)}), or accept the finding"
            yield Finding(reading.place(members[0], step, "panel"), what, fix)


def _ways_in(found: Sequence[tuple[Condition, EvaluateStep, str]]) -> str:
    """Return the ways to have the induction personas evaluated, with what each costs in replies."""
    names = list(dict.fromkeys(name for _, _, name in found))
    conditions = list(dict.fromkeys(condition.name for condition, _, _ in found))
    step = found[0][1]
    size = len(step.panel)
    more = f"{size + len(names)} personas, +{100 * len(names) / size:.0f} % replies"
    whole = f"(a) for all conditions {_extended(step, names)} ({more})"
    shared = f"{size + 1} personas, +{100 / size:.0f} % there: its rate is shown, tests over the {size} still lack it"
    own = f"(b) for each of these alone, as {_extended(step, names[:1])} ({shared})"
    return f"{whole}; {own}; (c) leave {listed(conditions)} out; or accept the finding"


def _extended(step: EvaluateStep, names: Sequence[str]) -> str:
    """Return an evaluation's panel with more personas, as a spec has it."""
    by_name = not step.panel_name.endswith(" personas")
    listed_ = ", ".join((*(one.name for one in step.panel), *names))
    return f"panel: {' + '.join((step.panel_name, *names))}" if by_name else f"panel: [{listed_}]"
