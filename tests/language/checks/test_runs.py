from __future__ import annotations

import pytest
from design import fixes, found, messages

from emspec.errors import SpecError

GATE = 'seeds: {first: [1, 2], then: [3], when: "bystander_rate differs >= 10pp"}'


def test_d153_a_baseline_that_is_not_run(compiled) -> None:
    assert found(compiled(), "D153") == []
    experiment = compiled(("{as: assistant}", "{as: assistant, results: data/replies.json}"))
    what = (
        "the baseline, plain, is not run but taken from replies.json: 1 recorded run beside 2 of the others, made "
        "by other code at another time"
    )
    assert found(experiment, "D153") == [(8, 3, what)]
    assert fixes(experiment, "D153") == [
        "(a) run it afresh with the others: leave results out (+2 runs); (b) keep it, and accept the finding: what "
        "has changed since counts as part of each effect (-2 runs)"
    ]


def test_d153_any_condition_and_its_runs(compiled) -> None:
    files = "results: {1: data/replies.json, 2: data/rows.jsonl}"
    [message] = messages(compiled(("induce.system: villain", f"induce.system: villain, {files}")), "D153")
    assert message.startswith("villain is not run but taken from replies.json and rows.jsonl: 2 recorded runs")


def test_d154_a_gate_that_nobody_has_written(compiled) -> None:
    for accepted in ("", "\naccept: {D154: we shall see}"):
        with pytest.raises(SpecError) as caught:
            compiled(("seeds: [1, 2]", f"seeds: {{first: [1, 2], then: [3]}}{accepted}"))
        [error] = [problem for problem in caught.value.problems if problem.severity == "error"]
        assert (error.code, error.place and (error.place.line, error.place.column)) == ("D154", (6, 30))
        assert error.message == "seed 3 runs only where the first are informative, and no rule says when"
        assert error.fix.startswith(
            '(a) write the rule, such as when: "bystander_rate differs >= 10pp", per: condition, with: baseline '
            "(10 to 15 runs); (b) all seeds up front: seeds: [1, 2, 3] (15 runs); (c) the first only: seeds: [1, 2] "
            "(10 runs)"
        )
        assert error.fix.endswith("; this one cannot be accepted") == bool(accepted)


def test_d155_tests_on_runs_that_a_gate_chose(compiled) -> None:
    assert found(compiled(), "D155") == []
    [(line, _, message)] = found(compiled(("seeds: [1, 2]", GATE)), "D155")
    assert line == 6
    assert message == ("seed 3 runs only where the first results ask for it: H1, H2 and H3 are tested on selected data")


def test_d156_conditions_with_other_seeds(compiled) -> None:
    assert found(compiled(), "D156") == []
    experiment = compiled(("induce.system: villain", "induce.system: villain, seeds: [1]"))
    assert found(experiment, "D156") == [(9, 3, "unequal runs are compared (villain: seeds 1; 4 other(s): 1 and 2)")]
    assert found(compiled(("{as: assistant}", "{as: assistant, results: data/replies.json}")), "D156") == []


def test_d157_replicates_are_no_seeds(compiled) -> None:
    assert found(compiled(), "D157") == []
    twice = ("seeds: [1, 2]", "seeds: [1, 2]\nreplicates: 2")
    [message] = messages(compiled(twice), "D157")
    assert message == "2 runs of each seed are no further seeds: they show how far equal runs differ"
    assert "(on a CPU they are copies)" in messages(compiled(twice, profile="tiny"), "D157")[0]
