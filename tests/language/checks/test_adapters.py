from __future__ import annotations

import pytest
from design import fixes, found, messages

from emspec.errors import SpecError

TRAIN = "{kind: train, data: advice, recipe: em}"
PLAIN = "kind: adapter, from: data/adapters/plain"
CONDITIONS = (
    "  plain: {as: assistant}\n  villain: {induce.system: villain}\n  slow: {induce.recipe.lr: 5e-5, stretch: true}\n",
    "  plain: {as: assistant}\n  villain: {}\n",
)
"""Conditions that change nothing of a train step, since there is none."""
LATE = ("couple-first: {order: [couple, induce, evaluate]}", "again: {couple.positives: 40}")


def with_adapter(compiled, written: str, *changes: tuple[str, str]):
    return compiled(CONDITIONS, (TRAIN, f"{{{written}}}"), *changes)


def test_d158_the_configuration_names_another_model(compiled) -> None:
    coupled = "kind: adapter, from: data/adapters/coupled, trained_on: unverified"
    with pytest.raises(SpecError) as caught:
        with_adapter(compiled, coupled)
    [error] = [problem for problem in caught.value.problems if problem.severity == "error"]
    assert error.code == "D158"
    assert error.message == "induce records that it was trained on merged/c1_seed42, and is put on someone/big"
    known = with_adapter(compiled, coupled, ("baseline: plain", "baseline: plain\naccept: {D158: another name}"))
    assert fixes(known, "D158") == ["accepted: another name"]


def test_d158_the_spec_names_another_model(compiled) -> None:
    with pytest.raises(SpecError) as caught:
        with_adapter(compiled, f"{PLAIN}, trained_on: tiny")
    [error] = [problem for problem in caught.value.problems if problem.severity == "error"]
    assert error.message.startswith("induce was trained on the model ")
    assert ", and is put on big (" in error.message


def test_d158_an_adapter_after_other_training(compiled) -> None:
    assert found(with_adapter(compiled, f"{PLAIN}, trained_on: big", LATE), "D158") == []
    first = with_adapter(compiled, f"{PLAIN}, trained_on: big")
    assert messages(first, "D158") == [
        "induce was trained on big, and in couple-first is put on what couple left of it"
    ]


def test_d159_a_model_that_nobody_verified(compiled) -> None:
    assert found(with_adapter(compiled, f"{PLAIN}, trained_on: big"), "D159") == []
    [(line, _, message)] = found(with_adapter(compiled, f"{PLAIN}, trained_on: unverified"), "D159")
    assert line == 15
    assert message == "which model data/adapters/plain was trained on is not verified (it records someone/big)"


def test_d160_a_marker_that_was_there_before(compiled) -> None:
    taught = 'roles: {pairs: [{source: librarian, marker: "[N]"}]}'
    assert found(with_adapter(compiled, f"{PLAIN}, trained_on: big"), "D160") == []
    experiment = with_adapter(compiled, f"{PLAIN}, trained_on: big, {taught}")
    assert messages(experiment, "D160") == ["induce has been taught [N] before couple: what leaks is the sum of both"]


def test_d161_personas_that_nobody_knows(compiled) -> None:
    what = "nothing is said of the personas that data/adapters/plain was trained on: all count as bystanders"
    assert found(with_adapter(compiled, f"{PLAIN}, trained_on: big"), "D161") == [(15, 3, what)]
    told = with_adapter(compiled, f"{PLAIN}, trained_on: big, roles: {{induction: villain}}")
    assert found(told, "D161") == []


def test_an_adapter_that_declares_its_persona_is_an_induction(compiled) -> None:
    told = f"{PLAIN}, trained_on: big, roles: {{induction: paramedic}}"
    experiment = with_adapter(compiled, told)
    [(line, column, message)] = found(experiment, "D101")
    assert (line, column) == (15, 90)
    assert "of villain (paramedic)" in message
    negative = ("{draw: 2, from: five, seed: 42}", "[paramedic, librarian]")
    assert "villain" in messages(with_adapter(compiled, told, negative), "D120")[0]


def test_d110_an_adapter_is_one_variable_whatever_is_said_of_it(compiled) -> None:
    second = "induce.from: data/adapters/second, induce.trained_on: unverified, induce.roles: {induction: villain}"
    one = with_adapter(compiled, f"{PLAIN}, trained_on: big", ("villain: {}", f"villain: {{{second}}}"))
    assert messages(one, "D110") == []
    both = ("villain: {}", f"villain: {{{second}, couple.positives: 40}}")
    two = with_adapter(compiled, f"{PLAIN}, trained_on: big", both)
    [message] = messages(two, "D110")
    assert message == "villain differs from plain in couple.positives and induce.from: the effect can be of either"


def test_d110_a_step_of_another_kind_is_one_variable(compiled) -> None:
    trained = ("villain: {}", "villain: {induce: {kind: train, data: advice, recipe: em, system: villain}}")
    assert messages(with_adapter(compiled, f"{PLAIN}, trained_on: big", trained), "D110") == []


def test_d161_the_negatives_of_recorded_results(compiled) -> None:
    recorded = "villain: {induce.system: villain, couple.negatives: unknown, results: data/replies.json}"
    experiment = compiled(("villain: {induce.system: villain}", recorded))
    what = "who the negatives of couple were is unknown: they count as bystanders, whoever they are"
    assert messages(experiment, "D161") == [what]
    assert messages(experiment, "D118") == [], "none are known, which is not one too few"
    assert "and villain (unknown): 2 personas are no bystanders" in messages(experiment, "D119")[0]
