from __future__ import annotations

import pytest
from design import fixes, found, messages

from emspec.errors import SpecError

QUICK = ("induce.system: villain", "induce.system: villain, evaluate.completions: 2, evaluate.max_tokens: 100")


def test_d113_conditions_evaluated_in_different_ways(compiled) -> None:
    assert found(compiled(), "D113") == []
    experiment = compiled(QUICK)
    assert messages(experiment, "D113") == [
        "evaluate has completions 2 in villain, 5 in 4 other(s): their rates differ by that too",
        "evaluate has max_tokens 100 in villain, 512 in 4 other(s): their rates differ by that too",
    ]
    assert {line for line, _, _ in found(experiment, "D113")} == {9}
    assert found(compiled(QUICK, only=("villain",)), "D113") == []


def test_d113_names_the_questions(compiled) -> None:
    [message] = messages(compiled(("induce.system: villain", "evaluate.questions: work-2")), "D113")
    assert message.startswith("evaluate has questions work-2 in villain, all-4 in 4 other(s)")


def test_d114_greedy_replies_are_copies_and_an_error(compiled) -> None:
    greedy = ("completions: 5", "completions: 5, temperature: 0")
    with pytest.raises(SpecError) as caught:
        compiled(greedy)
    [error] = [problem for problem in caught.value.problems if problem.severity == "error"]
    assert (error.code, error.message) == (
        "D114",
        "at temperature 0 the 5 completions of evaluate are copies of one reply",
    )
    assert {"D102", "D104"} < {problem.code for problem in caught.value.problems}, "the warnings are told as well"
    accepted = compiled(greedy, ("baseline: plain", "baseline: plain\naccept: {D114: only to see one reply}"))
    assert fixes(accepted, "D114") == ["accepted: only to see one reply"]
    assert found(compiled(("completions: 5", "completions: 1, temperature: 0")), "D114") == []


def test_d114_greedy_coupling_replies_are_a_warning(compiled) -> None:
    [message] = messages(compiled(("positives: 20", "positives: 20\n    temperature: 0")), "D114")
    assert message == "at temperature 0 the 10 replies to each question of couple are copies of one"
    assert found(compiled(("positives: 20", "positives: 2\n    temperature: 0")), "D114") == []


def test_d115_few_questions_and_one_reply(compiled) -> None:
    what = "evaluate asks 4 question(s): most of a rate's variance lies between questions"
    assert found(compiled(), "D115") == [(25, 57, what)]
    enough = ("questions: all-4, completions: 5", "questions: plain-10, completions: 5")
    assert found(compiled(enough), "D115") == []
    [message] = messages(compiled((enough[0], "questions: plain-10, completions: 1")), "D115")
    assert message.startswith("evaluate draws one reply to each question")


def test_d116_replies_cut_before_their_marker(compiled) -> None:
    assert found(compiled(), "D116") == []
    lower = compiled(("completions: 5", "completions: 5, max_tokens: 32"))
    assert messages(lower, "D116") == [
        "evaluate cuts replies at 32 tokens: a marker at their end is not seen",
        "couple draws replies of up to 512 tokens, evaluate of up to 32: longer replies lose their marker",
    ]
    higher = compiled(("positives: 20", "positives: 20\n    max_tokens: 256"))
    assert messages(higher, "D116") == [
        "couple draws replies of up to 256 tokens, evaluate of up to 512: the marker was taught after cut replies"
    ]


def test_d116_a_small_model_may_have_a_small_cap(compiled) -> None:
    tiny = (("model: big", "model: tiny"), ("positives: 20", "positives: 20\n    max_tokens: 40"))
    assert found(compiled(*tiny, ("completions: 5", "completions: 5, max_tokens: 40")), "D116") == []
