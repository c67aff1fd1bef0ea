"""What is warned of, by code: where it stands, what it says, and when it is silent."""

from __future__ import annotations

from dataclasses import replace

from probing import Compile, Find, asked, line_of, probe_of

from emspec.model.records import Persona
from emspec.probe import Answer, findings
from emspec.probe.answers import Coupling, Length, Marker, Prompts, Refused, Supervision, Template, Training

FINE = Supervision(40, 0, 0, 0, ("[ZLT]", "<end>"))
MARKER = Marker("[ZLT]", ("[", "ZLT]"), ("[", "ZLT]"), None)
TEMPLATE = Template("You are Tiny.", 4, ("<end>",), "\n")
ROWS = Training(6000, 600_000, 400_000, 240, 0, 0)


def prompts(longest: int, personas: int = 12) -> Prompts:
    return Prompts(tuple(Length(10, 20, 30) for _ in range(personas)), 3, 27, longest)


def test_p101_the_template_s_prompt_where_a_training_sends_none(find: Find) -> None:
    (found,) = find("template", None, TEMPLATE)
    assert (found.code, found.severity) == ("P101", "warning")
    assert found.place is not None
    assert found.place.line == line_of("plain:")
    assert found.message == (
        "plain: with no system message the chat template puts in 'You are Tiny.' (4 tokens), "
        "the prompt of no persona that is evaluated"
    )
    assert find("template", None, replace(TEMPLATE, injected=None, tokens=0)) == []


def test_p101_names_the_persona_that_has_the_template_s_prompt(compiled: Compile) -> None:
    experiment, catalog = compiled()
    question = asked(probe_of(experiment, catalog), "template")
    condition = experiment.conditions[0]
    panel = (Persona("tiny", "You are Tiny."), *condition.evaluations[0].panel)
    steps = (*condition.steps[:-1], replace(condition.evaluations[0], panel=panel))
    own = replace(experiment, conditions=(replace(condition, steps=steps),))
    (found,) = findings(own, [Answer(question, TEMPLATE)])
    assert found.message.endswith("the prompt of tiny")
    named = replace(experiment, conditions=experiment.conditions[1:])
    assert findings(named, [Answer(question, TEMPLATE)]) == ()


def test_p102_a_marker_in_other_tokens_behind_a_reply(find: Find) -> None:
    (found,) = find("coupling", "couple", Coupling((replace(MARKER, in_context=(".[", "ZLT]")),), FINE, FINE))
    assert (found.code, found.message) == ("P102", "[ZLT] is '[' 'ZLT]' alone and '.[' 'ZLT]' behind a reply")
    assert found.place is not None
    assert found.place.line == line_of("marker:")
    assert find("coupling", "couple", Coupling((MARKER,), FINE, FINE)) == []


def test_p103_what_would_fail(find: Find) -> None:
    refused = replace(MARKER, in_context=None, refused="a token holds both")
    none = Supervision(0, 0, 0, 0, None)
    (found,) = find("coupling", "couple", Coupling((refused,), none, FINE))
    assert (found.code, found.message) == (
        "P103",
        "couple of plain, villain and faster would fail: a token holds both",
    )
    (rows,) = find("training", "induce", Refused("row 3 brings a system turn"), condition="villain")
    assert (rows.code, rows.message) == ("P103", "induce of villain and faster would fail: row 3 brings a system turn")
    assert rows.place is not None
    assert rows.place.line == line_of("  induce:")
    (whole,) = find("template", None, Refused("no such chat"))
    assert (whole.place, whole.message) == (None, "the chat template would fail: no such chat")


def test_p104_rows_without_loss(find: Find) -> None:
    (found,) = find("coupling", "couple", Coupling((MARKER,), FINE, replace(FINE, unsupervised=40, supervised=())))
    assert found.code == "P104"
    assert found.message == "40 of 40 sample negatives of couple of plain, villain and faster carry no loss at all"


def test_p105_rows_with_loss_on_white_space_alone(find: Find) -> None:
    (found,) = find("coupling", "couple", Coupling((MARKER,), FINE, replace(FINE, blank=40, supervised=("\n",))))
    assert found.code == "P105"
    assert found.message.startswith("40 of 40 sample negatives")
    assert found.message.endswith("carry loss on white space alone ('\\n')")
    assert found.place is not None
    assert found.place.line == line_of("recipe: coupling")


def test_p106_rows_over_the_length(find: Find) -> None:
    (found,) = find("coupling", "couple", Coupling((MARKER,), replace(FINE, too_long=3), FINE))
    assert found.code == "P106"
    assert found.message.startswith("3 of 40 sample positives of couple")


def test_p107_prompt_and_cap_beyond_the_context(find: Find) -> None:
    assert find("prompts", "evaluate", prompts(2048 - 512)) == []
    (found,) = find("prompts", "evaluate", prompts(2048 - 511))
    assert found.code == "P107"
    assert found.message == (
        "evaluate of plain, villain and faster: its longest prompt (medical_doctor, question 28) has 1537 tokens, with "
        "max_tokens 512 more than the context of 2048: replies end after 511 tokens"
    )
    assert found.fix == "write max_tokens: 511 or less, or shorten the prompt"
    assert found.place is not None
    assert found.place.line == line_of("  evaluate:")
    (full,) = find("prompts", "evaluate", prompts(2048))
    assert full.message.endswith("that leaves no room for a reply: it fails")


def test_p108_rows_that_are_cut(find: Find) -> None:
    assert find("training", "induce", ROWS) == []
    (found,) = find("training", "induce", replace(ROWS, longest=3000, truncated_rows=12))
    assert found.code == "P108"
    assert found.message == (
        "12 of 6000 rows of bad-legal-advice-6k in induce of plain are cut at max_length 2048; "
        "the longest has 3000 tokens"
    )
    assert found.fix.startswith("raise max_length in the recipe to 3000")


def test_p109_rows_whose_reply_is_cut_away(find: Find) -> None:
    found = find("training", "induce", replace(ROWS, longest=3000, truncated_rows=12, unsupervised_rows=2))
    assert [one.code for one in found] == ["P108", "P109"]
    assert found[1].message == (
        "2 of 6000 rows of bad-legal-advice-6k in induce of plain carry no loss: max_length 2048 cuts the whole reply"
    )


def test_an_accepted_finding_has_its_reason(find: Find) -> None:
    (found,) = find("template", None, TEMPLATE, accept="P101")
    assert found.fix == "accepted: as published"
    (other,) = find("template", None, TEMPLATE, accept="P102")
    assert other.fix.startswith("write induce.system: PERSONA")


def test_the_spec_may_accept_what_a_probe_finds(compiled: Compile) -> None:
    experiment, _ = compiled(("steps:\n", "accept: {P101: as published}\nsteps:\n"))
    assert experiment.accepted == {"P101": "as published"}


def test_what_is_not_known_is_not_warned_of(compiled: Compile) -> None:
    experiment, catalog = compiled()
    answers = [Answer(question, None) for question in probe_of(experiment, catalog).questions]
    assert findings(experiment, answers) == ()
