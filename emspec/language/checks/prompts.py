"""Design checks of the personas' prompts: their lengths, and whether they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.experiment import Condition
from emspec.model.records import Persona
from emspec.model.step import CoupleStep, EvaluateStep, TrainStep

TIMES, MORE = 3, 100
"""A prompt stands out that is so many times as long as the median of the others, or as short, and by so many
characters at least."""


def prompt_lengths(reading: Reading) -> Iterator[Finding]:
    """One prompt is much longer or shorter than those that it is compared with.

    A model can tell the source from the other personas by the length of the prompt alone, and induction under a long
    prompt differs from induction under a short one in more than the persona. The original experiment coupled to a
    prompt of 398 tokens among short ones. Spoken of is a prompt that has three times as many characters as
    the median of the others, or a third, and differs from it by 100 or more; `emspec plan SPEC --probe` counts tokens.

    Example: `source: confab` with a prompt of 1,800 characters, and negatives of 70.

    Fix: choose prompts of like length, or add a negative whose prompt is as long as the source's.
    """
    for condition, couple in reading.firsts(CoupleStep):
        negatives = [one.text for one in couple.negatives]
        usual = median(map(len, negatives)) if negatives else 0
        for source in couple.sources:
            if negatives and _stands_out(len(source.text), usual):
                length = f"{len(source.text)} characters, its negatives about {usual:.0f}"
                what = f"the prompt of the source, {source.name}, has {length}: length tells them apart"
                fix = f"add a negative with a prompt as long as that of {source.name}, or accept the finding"
                yield Finding(reading.place(condition, couple, "source"), what, fix)
    yield from _uneven_inductions(reading)


def twin_prompts(reading: Reading) -> Iterator[Finding]:
    """Two personas have one prompt, or a prompt is blank.

    Personas of one text give the same replies up to sampling. As two bystanders they are counted twice; a negative with
    the source's text teaches the opposite of what the positives teach. A blank prompt is no persona: the chat template
    sends an empty system message, or puts in its own.

    Example: `panel: [assistant, helper]`, where both prompts are `You are of help.`

    Fix: leave one of the two out, or correct its text in a new version of the personas.
    """
    seen: set[str] = set()
    for place_of, personas in _together(reading):
        for what in _twins(personas):
            if what not in seen:
                seen.add(what)
                condition, step, field = place_of
                fix = "leave one out, or correct its text in a new version of registry/personas"
                yield Finding(reading.place(condition, step, field), what, fix)


_Where = tuple[Condition, CoupleStep | EvaluateStep, str]


def _together(reading: Reading) -> Iterator[tuple[_Where, Sequence[Persona]]]:
    """Yield the personas that one couple step or one evaluation tells apart."""
    for condition, couple in reading.firsts(CoupleStep):
        yield (condition, couple, "negatives"), (*couple.sources, *couple.negatives)
    for condition, step in reading.firsts(EvaluateStep):
        yield (condition, step, "panel"), step.panel


def _twins(personas: Iterable[Persona]) -> Iterator[str]:
    known: dict[str, str] = {}
    for persona in personas:
        text = " ".join(persona.text.split())
        first = known.setdefault(text, persona.name)
        if not text:
            yield f"the prompt of {persona.name} is blank"
        elif first != persona.name:
            yield f"{first} and {persona.name} have the same prompt: they count as two personas"


def _uneven_inductions(reading: Reading) -> Iterator[Finding]:
    """Yield the induction prompts that stand out among those of the other conditions."""
    first: dict[str, tuple[Condition, TrainStep, Persona]] = {}
    for condition, step in reading.firsts(TrainStep):
        if step.persona:
            first.setdefault(step.persona.name, (condition, step, step.persona))
    lengths = sorted(len(persona.text) for _, _, persona in first.values())
    usual = median(lengths) if len(lengths) > 1 else 0
    uneven = [one for one in first.values() if usual and _stands_out(len(one[2].text), usual)]
    if uneven:
        condition, step, _ = uneven[0]
        names = listed([f"{persona.name} ({len(persona.text)})" for _, _, persona in uneven])
        what = f"the induction prompts differ in length: {names} against about {usual:.0f} characters of the others"
        fix = "compare with a condition whose prompt is as long, or accept the finding"
        yield Finding(reading.place(condition, step, "system"), what, fix)


def _stands_out(length: float, usual: float) -> bool:
    shorter, longer = sorted((length, usual))
    return longer >= TIMES * shorter and longer - shorter >= MORE
