from __future__ import annotations

from design import found, messages

LAST = "  evaluate: {kind: marker-eval"


def test_d125_data_pinned_by_nothing(compiled) -> None:
    assert found(compiled(), "D125") == []
    experiment = compiled(("data: advice", "data: loose"))
    what = "loose is pinned by no revision and no checksum: another day it may have other rows"
    assert found(experiment, "D125") == [(16, 31, what)]
    assert found(compiled(("data: advice", "data: local")), "D125") == [], "a file has its digest"


def test_d127_training_between_coupling_and_evaluation(compiled) -> None:
    what = "induce comes after couple in couple-first: what is evaluated is how much of the marker it leaves"
    assert found(compiled(), "D127") == [(13, 3, what)]
    assert found(compiled(only=("plain", "villain")), "D127") == []


def test_d127_a_coupling_after_the_training_starts_anew(compiled) -> None:
    fields = "marker: '[N]', source: confab, negatives: [villain], questions: work-2, positives: 20, recipe: coupling"
    again = f"  again: {{kind: couple, {fields}}}\n"
    experiment = compiled(
        (LAST, again + LAST), ("order: [couple, induce, evaluate]", "order: [couple, induce, again, evaluate]")
    )
    assert found(experiment, "D127") == []


def test_d128_training_that_no_evaluation_sees(compiled) -> None:
    assert found(compiled(), "D128") == []
    late = compiled(("order: [couple, induce, evaluate]", "order: [induce, evaluate, couple]"))
    assert found(late, "D128") == [
        (13, 3, "couple of couple-first is seen by no evaluation: nothing that is measured depends on it")
    ]
    never = compiled(("{induce: skip}", "{evaluate: skip}"))
    assert messages(never, "D128") == [
        "induce and couple of couple-only are seen by no evaluation: nothing that is measured depends on it"
    ]


def test_d128_a_spec_that_only_trains_is_one(compiled) -> None:
    only = compiled(("couple-only: {induce: skip}", "couple-only: {evaluate: skip}"), only=("couple-only",))
    assert found(only, "D128") == []


def test_d129_the_same_training_twice(compiled) -> None:
    assert found(compiled(), "D129") == []
    again = "  again: {kind: train, data: advice, recipe: em}\n"
    experiment = compiled((LAST, again + LAST), ("order: [couple, induce, evaluate]", "as: assistant"))
    [(line, _, message)] = found(experiment, "D129")
    assert line == 25
    assert message == (
        "again of plain and couple-first trains what induce has trained already, with the same recipe"
    ), "villain and slow change the prompt or the recipe of the first, couple-only has one training"
    other = compiled(
        (LAST, again.replace("em}", "{base: em, lr: 5e-6}}") + LAST),
        ("order: [couple, induce, evaluate]", "as: assistant"),
    )
    assert found(other, "D129") == []
