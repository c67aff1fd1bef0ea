"""Design checks of the coupling: which personas are trained on, and by which loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.experiment import Condition
from emspec.model.step import AdapterStep, CoupleStep, Teaching, negatives, sources

WEAK_MASKS = frozenset({"marker-as-125"})
FEWEST_NEGATIVES = 2


def weak_mask(reading: Reading) -> Iterator[Finding]:
    """The loss of the coupling leaves the negatives almost without gradient.

    The mask marker-as-125 repeats what the original run did: beside the marker it trains the newline that the chat
    template puts after the stop token, which the model knows already. Negatives then teach nothing (1e-5 nat a row),
    and nothing teaches the model to stop after the marker: replies repeat it up to the cap. Bystanders leak more.
    `emspec plan SPEC --probe` shows which tokens carry the loss (P105).

    Example: `recipe: {base: coupling-125, mask: marker-as-125}`.

    Fix: use the mask marker+stop, or accept it where the original is repeated.
    """
    for condition, couple in reading.firsts(CoupleStep):
        if couple.recipe.fields.get("mask") in WEAK_MASKS:
            mask = couple.recipe.fields["mask"]
            what = f"under the mask {mask} negatives carry almost no gradient, and nothing teaches a stop"
            fix = f"write {couple.name}.recipe.mask: marker+stop, or accept the finding"
            yield Finding(reading.place(condition, couple, "recipe"), what, fix)


def few_negatives(reading: Reading) -> Iterator[Finding]:
    """A marker is coupled against a single negative persona.

    With one negative the model can learn to leave the marker out under that very prompt, instead of keeping it to the
    source. How far it leaks then says something about this one persona.

    Example: `negatives: [librarian]`.

    Fix: name two negatives or more, or draw them: `negatives: {draw: 2, from: canonical-10, seed: 42}`.
    """
    for condition, couple in reading.firsts(CoupleStep):
        if 0 < len(couple.negatives) < FEWEST_NEGATIVES:
            what = f"{couple.negatives[0].name} is the only negative of {couple.name}: the contrast is with one prompt"
            fix = "name another one that is no bystander of interest, or accept the finding"
            yield Finding(reading.place(condition, couple, "negatives"), what, fix)


def unequal_negatives(reading: Reading) -> Iterator[Finding]:
    """Conditions that are compared have other negatives.

    Which personas are trained to go without the marker changes how far it leaks. And no trained persona of any of the
    conditions is a bystander in any of them, so that each further negative costs a bystander.

    Example: `couple.negatives: {draw: 2, from: canonical-10, seed: 7}` in one condition, seed 42 in the others.

    Fix: give all conditions the same negatives; vary them in a spec of its own.
    """
    found: dict[str, dict[frozenset[str], list[Condition]]] = {}
    for condition in reading.experiment.conditions:
        for couple in condition.couplings:
            names = frozenset(persona.name for persona in couple.negatives)
            found.setdefault(couple.name, {}).setdefault(names, []).append(condition)
    for step_name, sets in found.items():
        if len(sets) > 1:
            who = [
                f"{listed([one.name for one in conditions], 2)} ({', '.join(sorted(names)) or 'unknown'})"
                for names, conditions in sets.items()
            ]
            lost = len(frozenset().union(*sets))
            what = f"the negatives of {step_name} differ between {listed(who, 3)}: {lost} personas are no bystanders"
            other = list(sets.values())[1][0]
            step = next(step for step in other.couplings if step.name == step_name)
            yield Finding(reading.place(other, step, "negatives"), what, "give all conditions the same negatives")


def trained_induction(reading: Reading) -> Iterator[Finding]:
    """A condition is induced under a persona that the marker was trained on.

    The source was taught to write the marker, a negative to go without it: what the induction does to that persona
    cannot be told from what the coupling does. Hypotheses on the induction persona cannot be tested there. A persona
    that is trained on in another condition is no bystander in any of them.

    Example: `B-confab: {induce.system: confab}` with `source: confab`.

    Fix: nothing to do for a condition that is there for other hypotheses; else induce under a persona that is no source
    and no negative, or draw other negatives.
    """
    roles = _roles(reading)
    found: dict[tuple[str, bool], list[Condition]] = {}
    for condition in reading.experiment.conditions:
        induction = reading.inducing(condition)
        name = condition.counts_as or reading.induced_under(condition) or ""
        if induction and name in roles and condition.evaluations:
            own = name in condition.sources | condition.negatives
            found.setdefault((name, own), []).append(condition)
    for (name, own), conditions in found.items():
        verb = "is" if len(conditions) == 1 else "are"
        where = "" if own else " in another condition"
        who = listed([condition.name for condition in conditions])
        what = f"{who} {verb} induced under {name}, {roles[name]}{where}: no bystander there"
        fix = "test hypotheses on the induction persona in the other conditions, or accept the finding"
        yield Finding(reading.induction_place(conditions[0]), what, fix)


def trained_subject(reading: Reading) -> Iterator[Finding]:
    """A hypothesis is about a persona that the marker was trained on.

    A low rate of a negative, or a high one of the source, is what the coupling taught. It says nothing about how the
    marker spreads.

    Example: `H3: {test: immunity, persona: villain, condition: B}` with `negatives: [villain, librarian]`.

    Fix: ask about another persona, or take this one out of the negatives.
    """
    roles = _roles(reading)
    for hypothesis in reading.experiment.hypotheses:
        name = hypothesis.parameters.get("persona")
        if isinstance(name, str) and hypothesis.place and name in roles:
            what = f"{hypothesis.name} is about {name}, {roles[name]}: its rate is what the coupling taught"
            yield Finding(hypothesis.place, what, "ask about another persona, or train on others")


def _roles(reading: Reading) -> Mapping[str, str]:
    """Return in words what each trained persona is, by its name."""
    taught: list[Teaching] = [step for _, step in reading.firsts(CoupleStep)]
    taught += [step for _, step in reading.firsts(AdapterStep)]
    found = {persona.name: f"a negative of {step.name}" for step in taught for persona in negatives(step)}
    return found | {persona.name: f"the source of {step.name}" for step in taught for persona in sources(step)}
