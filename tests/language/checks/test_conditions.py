from __future__ import annotations

from design import fixes, found, messages

from emspec.language.checks.conditions import steps_of
from emspec.model.step import TrainStep

VILLAIN = "villain: {induce.system: villain}"


def test_d110_two_variables_at_once(compiled) -> None:
    assert found(compiled(), "D110") == []
    experiment = compiled((VILLAIN, "villain: {induce.system: villain, couple.positives: 40}"))
    what = "villain differs from plain in couple.positives and induce.system: the effect can be of either"
    assert found(experiment, "D110") == [(9, 3, what)]


def test_d110_says_once_what_several_conditions_change(compiled) -> None:
    both = "induce.recipe.lr: 2e-4, induce.system"
    experiment = compiled(
        (VILLAIN, f"a: {{{both}: villain}}\n  b: {{{both}: librarian}}"), ("condition: villain", "condition: a")
    )
    assert messages(experiment, "D110") == [
        "a and b differ from plain in induce.recipe.lr and induce.system: the effect can be of either"
    ]


def test_d110_a_full_grid_separates_its_variables(compiled) -> None:
    grid = f"{VILLAIN}\n  hot: {{induce.recipe.lr: 5e-5, induce.system: villain}}"
    assert found(compiled((VILLAIN, grid)), "D110") == []
    other = grid.replace("5e-5", "2e-5")
    assert found(compiled((VILLAIN, other)), "D110") == [
        (10, 3, "hot differs from plain in induce.recipe.lr and induce.system: the effect can be of either")
    ]


def test_d110_a_control_may_leave_steps_out(compiled) -> None:
    assert found(compiled(("{induce: skip}", "{induce: skip, couple: skip}")), "D110") == []
    changed = compiled(("{induce: skip}", "{induce: skip, couple.positives: 40}"))
    assert len(found(changed, "D110")) == 1


def test_d110_compares_recipes_by_their_values(compiled) -> None:
    same = compiled((VILLAIN, "villain: {induce.system: villain, induce.recipe: {base: em, lr: 1e-4}}"))
    assert found(same, "D110") == []


def test_d110_an_order_is_a_variable(compiled) -> None:
    late = "{induce.system: villain, order: [couple, induce, evaluate]}"
    experiment = compiled((VILLAIN, f"villain: {late}"))
    what = "villain differs from plain in induce.system and order: the effect can be of either"
    assert messages(experiment, "D110") == [what]
    each = compiled((VILLAIN, f"{VILLAIN}\n  both: {late}"))
    assert found(each, "D110") == [], "villain and couple-first change each of them alone"


def test_d111_no_training_as_the_only_contrast(compiled) -> None:
    what = "without induce, couple-only cannot tell what advice teaches from the effect of any fine-tuning"
    assert found(compiled(), "D111") == [(12, 3, what)]
    benign = ("couple-only: {induce: skip}", "couple-only: {induce: skip}\n  benign: {induce.data: loose}")
    assert found(compiled(benign), "D111") == []
    untrained = ("couple-only: {induce: skip}", "base: {induce: skip, couple: skip}")
    assert found(compiled(untrained), "D111") != []


def test_d112_other_rows_than_the_baseline(compiled) -> None:
    assert found(compiled(), "D112") == []
    experiment = compiled((VILLAIN, "villain: {induce.data: loose}"))
    what = "villain trains on loose, plain on advice: 16 steps against 15, and the tokens are not known to match"
    assert found(experiment, "D112") == [(9, 26, what)]
    matched = compiled((VILLAIN, "villain: {induce.data: loose, induce.recipe.max_steps: 15}"))
    assert messages(matched, "D112") == [
        "villain trains on loose, plain on advice: 15 steps each, and the tokens are not known to match"
    ]
    assert fixes(matched, "D112") == ["match them by induce.recipe.max_steps, or accept the finding"]


def test_steps_of_a_training(compiled) -> None:
    [step] = [s for s in compiled(only=("plain",)).conditions[0].steps if isinstance(s, TrainStep)]
    assert step.data.contract["rows"] == 60
    assert steps_of(step) == 15


def test_d110_what_is_drawn_follows_from_the_positives_unless_it_is_written(compiled) -> None:
    alone = "slow: {couple.positives: 40, stretch: true}"
    assert messages(compiled(("slow: {induce.recipe.lr: 5e-5, stretch: true}", alone)), "D110") == []
    both = "slow: {couple.positives: 40, couple.drawn: 25, stretch: true}"
    [message] = messages(compiled(("slow: {induce.recipe.lr: 5e-5, stretch: true}", both)), "D110")
    assert message.startswith("slow differs from plain in couple.drawn and couple.positives")
