from __future__ import annotations

from design import found, messages

REPLAY = ("baseline: plain", "baseline: plain\nbackends: {evaluate: {name: replay, file: data/rows.jsonl}}")


def test_d150_a_stretch_condition_that_is_needed(compiled) -> None:
    assert found(compiled(), "D150") == []
    experiment = compiled(("induce.system: villain", "induce.system: villain, stretch: true"))
    assert found(experiment, "D150") == [
        (29, 3, "H3 rests on villain, a stretch condition: without it there is nothing to test")
    ]
    assert messages(compiled(("as: assistant", "as: assistant, stretch: true")), "D150") == [
        "the baseline, plain, is a stretch condition: without it nothing is compared"
    ]


def test_d151_conditions_compared_without_a_baseline(compiled) -> None:
    assert found(compiled(), "D151") == []
    experiment = compiled(("baseline: plain\n", ""))
    assert found(experiment, "D151") == [
        (8, 3, "no condition is named as the baseline, and conditions are compared in H1 and H2")
    ]
    assert messages(compiled(only=("villain", "slow")), "D151") == [
        "the baseline, plain, is not run, and conditions are compared in H1 and H2"
    ]
    assert found(compiled(only=("villain",)), "D151") == []


def test_d152_recorded_replies_for_several_runs(compiled) -> None:
    assert found(compiled(), "D152") == []
    what = "the replies of evaluate come from rows.jsonl in all 10 runs: copies would pass for independent runs"
    assert found(compiled(REPLAY), "D152") == [(15, 22, what)]
    assert found(compiled(REPLAY, only=("plain",), seeds=(1,)), "D152") == []


def test_d152_a_backend_for_all_replies(compiled) -> None:
    experiment = compiled((REPLAY[0], REPLAY[1].replace("evaluate:", "generate:")), only=("plain",))
    assert messages(experiment, "D152") == [
        "the replies of evaluate come from rows.jsonl in all 2 runs: copies would pass for independent runs"
    ]
