"""What the answers mean for the experiment: warnings, each with the code of a page (emspec.language.probes)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emspec.errors import Place, Problem
from emspec.language.checks.words import counted, listed
from emspec.model.experiment import Experiment
from emspec.model.step import TrainStep
from emspec.probe.answers import Answer, Coupling, Prompts, Refused, Supervision, Template, Training
from emspec.probe.questions import TRAINING, Question, cap_of, personas_of

Found = tuple[str, Place | None, str, str]
"""Code, place, message, fix."""


def findings(experiment: Experiment, answers: Sequence[Answer]) -> tuple[Problem, ...]:
    """Return what is to be warned of, in the text's order; an accepted finding has its reason for a fix."""
    accepted = experiment.accepted
    problems = [
        Problem("warning", code, place, message, f"accepted: {accepted[code]}" if code in accepted else fix)
        for answer in answers
        for code, place, message, fix in _of(answer, experiment)
    ]
    return tuple(sorted(problems, key=lambda one: (one.place or Place("", 0, 0), one.code)))


def _of(answer: Answer, experiment: Experiment) -> Iterator[Found]:
    question, found = answer.question, answer.found
    match found:
        case Refused():
            yield from _refused(question, found.why, experiment)
        case Template():
            yield from _template(found, experiment)
        case Prompts():
            yield from _prompts(question, found, experiment)
        case Coupling():
            yield from _coupling(question, found, experiment)
        case Training():
            yield from _training(question, found, experiment)


def _refused(question: Question, why: str, experiment: Experiment) -> Iterator[Found]:
    fields = ("data",) if question.about == TRAINING else ()
    what = f"{_whose(question)} would fail: {why}"
    yield "P103", _place(question, experiment, *fields), what, "change what the message names before running it"


def _template(found: Template, experiment: Experiment) -> Iterator[Found]:
    silent = [(one, step) for one in experiment.conditions for step in one.steps if _is_silent(step)]
    if not silent or found.injected is None:
        return
    names = listed(list(dict.fromkeys(one.name for one, _ in silent)))
    same = _evaluated_as(found.injected, experiment)
    whose = f"the prompt of {listed(same)}" if same else "the prompt of no persona that is evaluated"
    what = (
        f"{names}: with no system message the chat template puts in {found.injected!r} "
        f"({counted(found.tokens, 'token')}), {whose}"
    )
    condition, step = silent[0]
    fix = "write induce.system: PERSONA where one is meant, or accept the finding".replace("induce", step.name)
    yield "P101", _at(experiment, condition.name, step.name, "system"), what, fix


def _is_silent(step: object) -> bool:
    return isinstance(step, TrainStep) and step.persona is None


def _evaluated_as(text: str, experiment: Experiment) -> list[str]:
    panels = (step.panel for one in experiment.conditions for step in one.evaluations)
    return list(dict.fromkeys(persona.name for panel in panels for persona in panel if persona.text == text))


def _prompts(question: Question, found: Prompts, experiment: Experiment) -> Iterator[Found]:
    context, cap = experiment.model.context, cap_of(question.step)
    if found.tokens + cap <= context:
        return
    persona = personas_of(question.step)[found.system].name
    longest = f"its longest prompt ({persona}, question {found.question + 1}) has {counted(found.tokens, 'token')}"
    room = context - found.tokens
    end = f"replies end after {counted(room, 'token')}" if room > 0 else "that leaves no room for a reply: it fails"
    what = f"{_whose(question)}: {longest}, with max_tokens {cap} more than the context of {context}: {end}"
    fix = f"write max_tokens: {room} or less, or shorten the prompt" if room > 0 else "shorten the prompt"
    yield "P107", _place(question, experiment, "max_tokens"), what, fix


def _coupling(question: Question, found: Coupling, experiment: Experiment) -> Iterator[Found]:
    place = _place(question, experiment, "marker")
    for marker in found.markers:
        if marker.refused:
            yield (
                "P103",
                place,
                f"{_whose(question)} would fail: {marker.refused}",
                "choose another marker or separator",
            )
        elif marker.in_context != marker.alone:
            inside = _pieces(marker.in_context or ())
            what = f"{marker.marker} is {_pieces(marker.alone)} alone and {inside} behind a reply"
            yield "P102", place, what, "choose a marker or a separator that the tokenizer keeps apart, or accept it"
    for role, rows in (("positive", found.positive), ("negative", found.negative)):
        yield from _supervision(question, role, rows, experiment)


def _supervision(question: Question, role: str, rows: Supervision, experiment: Experiment) -> Iterator[Found]:
    of = f"of {rows.rows} sample {role}s of {_whose(question)}"
    recipe = _place(question, experiment, "recipe")
    mask = "use another mask, such as marker+stop, or accept the finding"
    if rows.unsupervised:
        yield "P104", recipe, f"{rows.unsupervised} {of} carry no loss at all", mask
    if rows.blank:
        shown = _pieces(rows.supervised or ())
        yield "P105", recipe, f"{rows.blank} {of} carry loss on white space alone ({shown})", mask
    if rows.too_long:
        fix = "raise max_length in the recipe, or shorten the prompts"
        yield "P106", recipe, f"{rows.too_long} {of} are longer than max_length: no such row is used", fix


def _training(question: Question, found: Training, experiment: Experiment) -> Iterator[Found]:
    step = question.step
    assert isinstance(step, TrainStep)
    recipe, length = _place(question, experiment, "recipe"), step.recipe.fields["max_length"]
    fix = f"raise max_length in the recipe to {found.longest}, shorten the rows, or accept the finding"
    of = f"of {counted(found.rows, 'row')} of {step.data.name} in {_whose(question)}"
    if found.truncated_rows:
        what = f"{found.truncated_rows} {of} are cut at max_length {length}; the longest has {found.longest} tokens"
        yield "P108", recipe, what, fix
    if found.unsupervised_rows:
        what = f"{found.unsupervised_rows} {of} carry no loss: max_length {length} cuts the whole reply"
        yield "P109", recipe, what, fix


def _whose(question: Question) -> str:
    if question.step is None:
        return "the chat template"
    return f"{question.step.name} of {listed(question.conditions)}"


def _pieces(texts: Sequence[str]) -> str:
    return " ".join(repr(text) for text in texts)


def _place(question: Question, experiment: Experiment, *fields: str) -> Place | None:
    if question.step is None or not question.conditions:
        return None
    return _at(experiment, question.conditions[0], question.step.name, *fields)


def _at(experiment: Experiment, condition: str, step: str, *fields: str) -> Place | None:
    """Return where a field of a condition's step was written, or else the step; None for an experiment of no text."""
    paths = [(field,) for field in fields]
    return experiment.text.of_step(condition, step, *paths) if experiment.text else None
