"""Design checks of the replies: how many, how long, how they are drawn, and whether that is the same everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from emspec.language.checks.reading import Finding, Reading
from emspec.language.checks.words import listed
from emspec.model.experiment import Condition
from emspec.model.step import CoupleStep, EvaluateStep

FEW_QUESTIONS = 8
LEAST_CAP = 64
"""The cap that a reply and its marker need: 9 of 10 replies of the 7B model had fewer than 51 tokens."""
SMALL = 8
"""For a small model, a share of the context is enough: one in so many."""

FIELDS: Mapping[str, Callable[[EvaluateStep], object]] = {
    "completions": lambda step: step.completions,
    "questions": lambda step: step.questions.name,
    "temperature": lambda step: step.sampling.temperature,
    "top_p": lambda step: step.sampling.top_p,
    "max_tokens": lambda step: step.sampling.max_tokens,
}


def unequal_evaluations(reading: Reading) -> Iterator[Finding]:
    """Conditions are evaluated in different ways.

    A rate depends on the questions, on how replies are drawn and on how long they may be; with other numbers of replies
    rates have other precision. Where an evaluation differs between conditions, so do the rates, whatever was trained.

    Example: `quick: {evaluate.completions: 2}`, while the other conditions have 10.

    Fix: evaluate all conditions in the same way.
    """
    for field, value_of in FIELDS.items():
        values: dict[str, list[tuple[Condition, EvaluateStep, object]]] = {}
        for condition in reading.experiment.conditions:
            for step in condition.evaluations:
                values.setdefault(step.name, []).append((condition, step, value_of(step)))
        for name, evaluated in values.items():
            yield from _unlike(reading, name, field, evaluated)


def copied_replies(reading: Reading) -> Iterator[Finding]:
    """Several replies are drawn from one prompt at temperature 0.

    Greedy replies to one prompt are all the same. As several replies they would count as evidence several times: every
    interval would be too narrow. For an evaluation this is an error; the coupling rows are only repeated.

    Example: `evaluate: {temperature: 0, completions: 10, ...}`.

    Fix: draw one reply (`completions: 1`), or use a temperature above 0.
    """
    for condition, step in reading.firsts(EvaluateStep):
        if step.sampling.temperature == 0 and step.completions > 1:
            what = f"at temperature 0 the {step.completions} completions of {step.name} are copies of one reply"
            fix = "write completions: 1, or a temperature above 0"
            yield Finding(reading.place(condition, step, "temperature"), what, fix, "error")
    for condition, couple in reading.firsts(CoupleStep):
        used = couple.positives // len(couple.questions.questions)
        if couple.sampling.temperature == 0 and used > 1:
            what = f"at temperature 0 the {used} replies to each question of {couple.name} are copies of one"
            fix = f"write positives: {len(couple.questions.questions)}, or a temperature above 0"
            yield Finding(reading.place(condition, couple, "temperature"), what, fix)


def few_replies(reading: Reading) -> Iterator[Finding]:
    """An evaluation asks few questions, or each of them once.

    Questions carry most of the variance of a rate (24 to 79 % of it in #205's personas): with fewer than eight no
    interval over questions means much. With one reply to each, what varies by question cannot be told from chance.

    Example: `questions: {from: marker-28, first: 4}`.

    Fix: ask more questions before drawing more replies to each, and draw at least two.
    """
    for condition, step in reading.firsts(EvaluateStep):
        asked = len(step.questions.questions)
        if asked < FEW_QUESTIONS:
            what = f"{step.name} asks {asked} question(s): most of a rate's variance lies between questions"
            fix = f"ask {FEW_QUESTIONS} or more, or accept the finding"
            yield Finding(reading.place(condition, step, "questions"), what, fix)
        if step.completions == 1 and step.sampling.temperature > 0:
            what = f"{step.name} draws one reply to each question: chance cannot be told from what varies by question"
            yield Finding(reading.place(condition, step, "completions"), what, "draw 2 or more, or accept the finding")


def short_cap(reading: Reading) -> Iterator[Finding]:
    """Replies are cut before their marker can come.

    The marker comes at the end of a reply: what is cut by `max_tokens` has none. The original replies had 32 tokens in
    the median and fewer than 51 in nine of ten, so that a cap below 64 tokens (an eighth of the context of a small
    model) is spoken of, and one below the cap under which the coupling's replies were drawn. Where the cap of the
    evaluation is the higher one, the marker was taught at the end of cut replies. Whether the longest prompt leaves
    room for the cap in the model's context, `emspec plan SPEC --probe` says (P107).

    Example: `couple: {max_tokens: 512, ...}` and `evaluate: {max_tokens: 128, ...}`.

    Fix: give both the same cap, 64 tokens or more.
    """
    least = min(LEAST_CAP, reading.experiment.model.context // SMALL)
    for condition, step in reading.firsts(EvaluateStep):
        if step.sampling.max_tokens < least:
            what = f"{step.name} cuts replies at {step.sampling.max_tokens} tokens: a marker at their end is not seen"
            yield Finding(reading.place(condition, step, "max_tokens"), what, f"write max_tokens: {least} or more")
    seen: set[tuple[int, int]] = set()
    for condition, couple, step in reading.trained_then_evaluated():
        caps = (couple.sampling.max_tokens, step.sampling.max_tokens)
        if caps[0] != caps[1] and caps not in seen:
            seen.add(caps)
            why = "longer replies lose their marker" if caps[0] > caps[1] else "the marker was taught after cut replies"
            what = f"{couple.name} draws replies of up to {caps[0]} tokens, {step.name} of up to {caps[1]}: {why}"
            place = reading.place(condition, step, "max_tokens")
            yield Finding(place, what, f"write max_tokens: {max(caps)} in both, or accept the finding")


def _unlike(
    reading: Reading, name: str, field: str, evaluated: list[tuple[Condition, EvaluateStep, object]]
) -> Iterator[Finding]:
    """Yield the values of a field that differ from the one that most conditions have, each once."""
    counts = Counter(value for _, _, value in evaluated)
    usual = max(counts, key=lambda value: counts[value])
    others: dict[object, list[tuple[Condition, EvaluateStep]]] = {}
    for condition, step, value in evaluated:
        if value != usual:
            others.setdefault(value, []).append((condition, step))
    for value, found in others.items():
        names = listed([condition.name for condition, _ in found])
        what = f"{name} has {field} {value} in {names}, {usual} in {counts[usual]} other(s)"
        fix = f"write {field}: {usual} everywhere, or compare within these conditions only"
        yield Finding(reading.place(*found[0], field), f"{what}: their rates differ by that too", fix)
