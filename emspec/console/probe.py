"""What is known of the tokenizer, as text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import Console

from emspec.console.problems import print_problems
from emspec.console.units import count_text
from emspec.errors import Problem
from emspec.model.experiment import Experiment
from emspec.model.step import CoupleStep, TrainStep
from emspec.probe import Answer, ProbePlan, Question
from emspec.probe.answers import Coupling, Marker, Prompts, Supervision, Template, Training
from emspec.probe.questions import cap_of, personas_of

MOST = 12
"""Lines that are printed for people."""


def print_probe(
    console: Console, experiment: Experiment, answers: Sequence[Answer], problems: Sequence[Problem]
) -> None:
    """Print what is known, what is not and how to know it, and what is to be warned of."""
    for line in probe_lines(experiment, answers):
        console.print(line, soft_wrap=True, markup=False)
    print_problems(console, problems)


def asking(planned: ProbePlan, stages: int) -> str:
    """Return what is about to be asked, and of which tokenizer."""
    model = planned.plan.experiment.model
    where = f"folder {model.folder}"
    if model.hub:
        where = f"hub {model.hub} at {model.revision}; its files are fetched where the hub's cache lacks them"
    stage = f"{stages} stage{'s' if stages > 1 else ''}"
    return f"probing the tokenizer of {model.name} by {planned.backend}, {stage}, no weights ({where})"


def probe_lines(experiment: Experiment, answers: Sequence[Answer]) -> Iterator[str]:
    """Yield what is known of the tokenizer, a line each; what is refused is told among the problems."""
    model = experiment.model.name
    if not answers:
        yield f"tokenizer of {model}: nothing to ask it, since no condition trains or draws replies"
    known = [answer for answer in answers if answer.found]
    unasked = [answer.question for answer in answers if not answer.found and not answer.question.lacking]
    if known:
        yield f"tokenizer of {model}, as probed:"
    yield from (f"   {line}" for line in _shortened([line for one in known for line in _lines(one, experiment)]))
    yield from (f"   {line}" for line in _trainings(known))
    for name in sorted({answer.question.lacking for answer in answers if not answer.found} - {""}):
        yield f"the rows of {name} are not here to be asked about: emspec data fetch {name}, then emspec plan --probe"
    if unasked:
        what = f"{len(unasked)} of {len(answers)} questions are open" if known else "not probed"
        yield f"tokenizer of {model}: {what}; emspec plan --probe asks it"


def _lines(answer: Answer, experiment: Experiment) -> Iterator[str]:
    question, found = answer.question, answer.found
    match found:
        case Template():
            yield _template(found)
        case Prompts():
            yield _prompts(question, found, experiment)
        case Coupling():
            yield from _coupling(question, found)


def _template(found: Template) -> str:
    own = "no system prompt of its own"
    if found.injected is not None:
        own = f"{found.injected!r} ({found.tokens} tokens) where there is no system message"
    return f"template: {own}; a reply ends in {_pieces(found.stop)}, then {found.after!r}"


def _prompts(question: Question, found: Prompts, experiment: Experiment) -> str:
    shortest, cap = min(length.shortest for length in found.systems), cap_of(question.step)
    pairs = zip(personas_of(question.step), found.systems, strict=True)
    systems = ", ".join(f"{persona.name} {length.tokens}" for persona, length in pairs)
    name = question.step.name if question.step else ""
    return (
        f"{name}: prompts of {shortest} to {found.tokens} tokens and replies of up to {cap}, "
        f"in a context of {experiment.model.context}; system prompts: {systems}"
    )


def _coupling(question: Question, found: Coupling) -> Iterator[str]:
    step = question.step
    assert isinstance(step, CoupleStep)
    for marker in found.markers:
        yield f"marker {marker.marker}: {_pieces(marker.alone)} alone{_behind(marker)}"
    positive, negative = _supervised(found.positive), _supervised(found.negative)
    mask = step.recipe.fields["mask"]
    yield f"{step.name}, mask {mask}: a positive's loss is on {positive}, a negative's on {negative}"


def _behind(marker: Marker) -> str:
    """Say what a marker's tokens are behind a reply, after what they are alone."""
    if not marker.in_context:
        return ", not to be told apart behind a reply"
    same = marker.in_context == marker.alone
    return " and behind a reply" if same else f", {_pieces(marker.in_context)} behind a reply"


def _supervised(rows: Supervision) -> str:
    if rows.supervised is None:
        return "nothing (no sample row fits)"
    return _pieces(rows.supervised) or "nothing"


def _trainings(known: Sequence[Answer]) -> Iterator[str]:
    """Yield a line for each training step and data set, its conditions together."""
    groups: defaultdict[tuple[str, str, object], list[tuple[Training, str]]] = defaultdict(list)
    for answer in known:
        step = answer.question.step
        if isinstance(answer.found, Training) and isinstance(step, TrainStep):
            group = step.name, step.data.name, step.recipe.fields["max_length"]
            groups[group].append((answer.found, answer.question.conditions[0]))
    for (name, data, length), found in groups.items():
        least = min(found, key=lambda one: one[0].longest)
        most = max(found, key=lambda one: one[0].longest)
        span = f"{least[0].longest} tokens ({least[1]}) to " if least[0].longest < most[0].longest else ""
        cut = max(one.truncated_rows for one, _ in found)
        loss = count_text(most[0].supervised_tokens)
        yield (
            f"{name}: {most[0].rows:,} rows of {data}, the longest of {span}{most[0].longest} tokens ({most[1]}); "
            f"{cut} cut at max_length {length}; {loss} tokens of {count_text(most[0].tokens)} carry loss"
        )


def _shortened(lines: Sequence[str]) -> list[str]:
    once = list(dict.fromkeys(lines))
    return [*once[:MOST], f"and {len(once) - MOST} more"] if len(once) > MOST + 1 else once


def _pieces(texts: Sequence[str]) -> str:
    return " ".join(repr(text) for text in texts)
