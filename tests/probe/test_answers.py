"""Answers are read from the store; what cannot be read is not known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from probing import Compile, asked, probe_of

from emspec.probe import Answer, Question, read_answers
from emspec.probe.answers import Length, Prompts, Refused, Template
from emspec.store import Store
from emspec.store.files import describe

LENGTH = {"tokens": 8, "shortest": 20, "longest": 30}
PROMPTS: dict[str, Any] = {"systems": [LENGTH] * 3, "longest": {"system": 2, "question": 0, "tokens": 30}}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def question(compiled: Compile, about: str, step: str | None = None) -> Question:
    return asked(probe_of(*compiled()), about, step)


def answered(store: Store, asked: Question, text: str) -> Answer:
    """Commit a text as what the stage found, and read it."""
    attempt = store.begin(asked.key)
    (attempt.out / "probe.json").write_text(text)
    store.commit(attempt, {}, describe(attempt.out), {})
    (answer,) = read_answers([asked], store)
    return answer


def test_what_was_not_asked_is_not_known(compiled: Compile, store: Store) -> None:
    (answer,) = read_answers([question(compiled, "template")], store)
    assert answer.found is None
    assert answer.to_json()["found"] is None


def test_values(compiled: Compile, store: Store) -> None:
    found = {"injected": None, "tokens": 0, "stop": ["<end>"], "after": ""}
    answer = answered(store, question(compiled, "template"), json.dumps(found))
    assert answer.found == Template(None, 0, ("<end>",), "")
    lengths = answered(store, question(compiled, "prompts", "couple"), json.dumps(PROMPTS))
    assert lengths.found == Prompts((Length(8, 20, 30),) * 3, 2, 0, 30)
    assert json.loads(json.dumps(lengths.to_json()))["found"]["systems"] == [LENGTH] * 3


def test_a_refusal(compiled: Compile, store: Store) -> None:
    answer = answered(store, question(compiled, "coupling", "couple"), '{"refused": "no stop token"}')
    assert answer.found == Refused("no stop token")
    assert answer.to_json()["found"] == {"refused": "no stop token"}


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "3",
        "{}",
        '{"injected": null}',
        json.dumps({**PROMPTS, "systems": [LENGTH] * 2}),
        json.dumps({**PROMPTS, "systems": [{}] * 3}),
        json.dumps({**PROMPTS, "longest": {"system": 3, "question": 0, "tokens": 30}}),
        json.dumps({**PROMPTS, "longest": {"system": -1, "question": 0, "tokens": 30}}),
        json.dumps({**PROMPTS, "longest": {"system": 1.5, "question": 0, "tokens": 30}}),
    ],
)
def test_what_is_no_answer_is_not_known(compiled: Compile, store: Store, text: str) -> None:
    assert answered(store, question(compiled, "prompts", "couple"), text).found is None


def test_a_result_that_is_cut_is_not_known(compiled: Compile, store: Store) -> None:
    asked_about = question(compiled, "prompts", "couple")
    answered(store, asked_about, json.dumps(PROMPTS))
    (store.folder(asked_about.key) / "probe.json").write_text("{")
    (answer,) = read_answers([asked_about], store)
    assert answer.found is None
