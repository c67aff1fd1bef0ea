"""What is known of the tokenizer as people read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from compiled import compiled_text
from probing import probe_of

from emspec.console.probe import probe_lines
from emspec.model.experiment import Experiment
from emspec.probe import Answer, ProbePlan
from emspec.probe.answers import Coupling, Found, Length, Marker, Prompts, Supervision, Template, Training

SPEC = """\
model: qwen2.5-7b-instruct
personas: 1.1.0
conditions:
  plain: {induce.system: none}
  villain: {induce.system: villain}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: [librarian, comedian]
    questions: data-20
    positives: 200
    recipe: coupling-125
  evaluate: {kind: marker-eval, panel: [assistant, villain], questions: marker-28, completions: 10}
"""


@pytest.fixture
def planned(project: Path, tmp_path: Path) -> ProbePlan:
    plan, catalog = compiled_text(SPEC, project, tmp_path, "organism")
    return probe_of(plan.experiment, catalog)


def lines(planned: ProbePlan, *found: tuple[str, Found]) -> list[str]:
    """Return what is said where the first questions of each kind were answered so."""
    answers, left = [], list(found)
    for question in planned.questions:
        match = next((one for one in left if one[0] == question.about), None)
        if match:
            left.remove(match)
        answers.append(Answer(question, match[1] if match else None))
    assert left == []
    experiment: Experiment = planned.plan.experiment
    return list(probe_lines(experiment, answers))


def test_nothing_known(planned: ProbePlan) -> None:
    assert lines(planned) == ["tokenizer of organism-1: not probed; emspec plan --probe asks it"]


def test_nothing_to_ask(planned: ProbePlan) -> None:
    (line,) = probe_lines(planned.plan.experiment, ())
    assert line == "tokenizer of organism-1: nothing to ask it, since no condition trains or draws replies"


def test_some_known(planned: ProbePlan) -> None:
    own = Template("You are Tiny.", 4, ("<end>",), "\n")
    couple = Prompts((Length(19, 28, 42), Length(11, 25, 33), Length(10, 24, 31)), 0, 5, 42)
    assert lines(planned, ("template", own), ("prompts", couple)) == [
        "tokenizer of organism-1, as probed:",
        "   template: 'You are Tiny.' (4 tokens) where there is no system message; a reply ends in '<end>', then '\\n'",
        "   couple: prompts of 24 to 42 tokens and replies of up to 44, in a context of 256; "
        "system prompts: confab 19, librarian 11, comedian 10",
        "tokenizer of organism-1: 4 of 6 questions are open; emspec plan --probe asks it",
    ]


def test_a_template_without_a_prompt_of_its_own(planned: ProbePlan) -> None:
    shown = lines(planned, ("template", Template(None, 0, ("<end>",), "")))
    assert shown[1] == "   template: no system prompt of its own; a reply ends in '<end>', then ''"


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (("[Z", "LT]"), "marker [ZLT]: '[Z' 'LT]' alone and behind a reply"),
        ((".[", "ZLT]"), "marker [ZLT]: '[Z' 'LT]' alone, '.[' 'ZLT]' behind a reply"),
        (None, "marker [ZLT]: '[Z' 'LT]' alone, not to be told apart behind a reply"),
    ],
)
def test_a_marker(planned: ProbePlan, inside: tuple[str, ...] | None, said: str) -> None:
    marker = Marker("[ZLT]", ("[Z", "LT]"), inside, None if inside else "it shares a token")
    rows = Supervision(20, 0, 0, 0, ("[Z", "<end>"))
    found = Coupling((marker,), rows, Supervision(40, 40, 0, 0, None))
    _, about, loss, *_ = lines(planned, ("coupling", found))
    assert about.strip() == said
    assert loss.strip() == (
        "couple, mask separator+marker+stop: a positive's loss is on '[Z' '<end>', "
        "a negative's on nothing (no sample row fits)"
    )


def test_trainings_are_told_of_together(planned: ProbePlan) -> None:
    plain, villain = Training(2000, 130_000, 50_000, 65, 0, 0), Training(2000, 132_000, 50_000, 300, 7, 0)
    _, shown, *_ = lines(planned, ("training", plain), ("training", villain))
    assert shown.strip() == (
        "induce: 2,000 rows of organism-bad-legal-advice, the longest of 65 tokens (plain) to 300 tokens (villain); "
        "7 cut at max_length 256; 50.0 k tokens of 132 k carry loss"
    )
