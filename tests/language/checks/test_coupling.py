from __future__ import annotations

from design import found, messages

DRAWN = "{draw: 2, from: five, seed: 42}"


def test_d117_a_mask_without_gradient_on_negatives(compiled) -> None:
    assert found(compiled(), "D117") == []
    experiment = compiled(("recipe: coupling", "recipe: {base: coupling, mask: marker-as-125}"))
    what = "under the mask marker-as-125 negatives carry almost no gradient, and nothing teaches a stop"
    assert found(experiment, "D117") == [(24, 13, what)]


def test_d118_a_single_negative(compiled) -> None:
    assert found(compiled(), "D118") == []
    experiment = compiled((DRAWN, "[librarian]"))
    assert found(experiment, "D118") == [
        (21, 16, "librarian is the only negative of couple: the contrast is with one prompt")
    ]


def test_d119_conditions_with_other_negatives(compiled) -> None:
    assert found(compiled(), "D119") == []
    experiment = compiled(
        (DRAWN, "[librarian, paramedic]"),
        ("induce.system: villain", "induce.system: villain, couple.negatives: [comedian, paramedic]"),
    )
    [(line, _, message)] = found(experiment, "D119")
    assert line == 9
    assert message == (
        "the negatives of couple differ between plain, slow and 2 more (librarian, paramedic) and villain (comedian, "
        "paramedic): 3 personas are no bystanders"
    )


def test_d120_induced_under_a_trained_persona(compiled) -> None:
    assert found(compiled((DRAWN, "[librarian, paramedic]")), "D120") == []
    source = compiled((DRAWN, "[librarian, paramedic]"), ("induce.system: villain", "induce.system: confab"))
    assert found(source, "D120") == [
        (9, 28, "villain is induced under confab, the source of couple: no bystander there")
    ]
    negative = compiled((DRAWN, "[villain, paramedic]"))
    assert messages(negative, "D120") == ["villain is induced under villain, a negative of couple: no bystander there"]


def test_d120_the_persona_that_it_counts_as(compiled) -> None:
    experiment = compiled((DRAWN, "[assistant, paramedic]"))
    assert messages(experiment, "D120") == [
        "plain is induced under assistant, a negative of couple: no bystander there"
    ]


def test_d120_a_persona_trained_on_in_another_condition(compiled) -> None:
    experiment = compiled(
        (DRAWN, "[librarian, paramedic]"),
        ("slow: {induce.recipe.lr: 5e-5", "slow: {couple.negatives: [villain, paramedic]"),
    )
    assert messages(experiment, "D120") == [
        "villain is induced under villain, a negative of couple in another condition: no bystander there"
    ]


def test_d121_a_hypothesis_about_a_trained_persona(compiled) -> None:
    assert found(compiled((DRAWN, "[librarian, paramedic]")), "D121") == []
    experiment = compiled((DRAWN, "[villain, paramedic]"))
    assert found(experiment, "D121") == [
        (29, 3, "H3 is about villain, a negative of couple: its rate is what the coupling taught")
    ]
