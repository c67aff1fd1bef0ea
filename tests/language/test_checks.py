"""Every design check by name: where it speaks, and where it is silent."""

from __future__ import annotations

import pytest
from design import fixes, found, messages

from emspec.errors import Place, SpecError


def test_d101_induction_persona_outside_the_panel(compiled) -> None:
    assert found(compiled(), "D101") == []
    experiment = compiled(("induce.system: villain", "induce.system: paramedic"))
    what = "the induction persona is not in the panel, five, of villain (paramedic): "
    assert found(experiment, "D101") == [(9, 28, f"{what}hypotheses on it cannot be tested there")]
    assert fixes(experiment, "D101") == [
        "(a) for all conditions panel: five + paramedic (6 personas, +20 % replies); "
        "(b) for each of these alone, as panel: five + paramedic (6 personas, +20 % there: its rate is shown, "
        "tests over the 5 still lack it); (c) leave villain out; or accept the finding"
    ]
    assert (
        found(
            compiled(
                ("induce.system: villain", "induce.system: paramedic"), ("panel: five", "panel: five + paramedic")
            ),
            "D101",
        )
        == []
    )


def test_d101_speaks_of_the_persona_that_the_condition_counts_as(compiled) -> None:
    [(line, column, message)] = found(compiled(("as: assistant", "as: paramedic")), "D101")
    assert (line, column) == (16, 3)
    assert "of plain (paramedic): " in message


def test_d101_says_once_what_several_conditions_lack(compiled) -> None:
    experiment = compiled(
        ("panel: five, questions", "panel: [assistant, confab, comedian], questions"),
        ("slow: {induce.recipe.lr: 5e-5", "slow: {induce.system: librarian"),
    )
    [message] = messages(experiment, "D101")
    assert "3 personas, of villain (villain) and slow (librarian)" in message
    [fix] = fixes(experiment, "D101")
    assert "panel: [assistant, confab, comedian, villain, librarian] (5 personas, +67 % replies)" in fix
    assert (
        "(4 personas, +33 % there: its rate is shown, tests over the 3 still lack it); (c) leave villain and slow out"
        in fix
    )


def test_d102_induced_without_a_system_message_but_evaluated_as_a_persona(compiled) -> None:
    what = "plain is induced without a system message, but counts as assistant: two different prompts"
    assert found(compiled(), "D102") == [(16, 3, what)]
    assert found(compiled(("{as: assistant}", "{as: assistant, induce.system: assistant}")), "D102") == []


def test_d103_one_seed(compiled) -> None:
    assert found(compiled(), "D103") == []
    [(line, column, message)] = found(compiled(("seeds: [1, 2]", "seeds: [1]")), "D103")
    assert (line, column) == (6, 8)
    assert "for H1, H2, H3 a difference" in message
    assert found(compiled(seeds=(1,), only=("plain",)), "D103") == []


def test_d103_counts_runs_and_not_seeds(compiled) -> None:
    again = ("seeds: [1, 2]", "seeds: [1]\nreplicates: 2")
    assert found(compiled(again), "D103") == []
    own = ("  plain: {as: assistant}", "  plain: {as: assistant, seeds: [7]}")
    assert len(found(compiled(("seeds: [1, 2]", "seeds: [1]"), own), "D103")) == 1, "one run each, two seeds in all"


def test_d103_leaves_out_a_hypothesis_that_declares_the_noise(compiled) -> None:
    declared = ("margin: 10pp}", "margin: 10pp, run_sd: 0.049}")
    [(_, _, message)] = found(compiled(declared, ("seeds: [1, 2]", "seeds: [1]")), "D103")
    assert "H2" not in message


def test_d103_leaves_out_a_test_that_nobody_brings(compiled) -> None:
    lacking = ("H2: {test: invariance, margin: 10pp}", "H2: {test: cosine-collapse, of: induce}")
    [(_, _, message)] = found(compiled(lacking, ("seeds: [1, 2]", "seeds: [1]")), "D103")
    assert "for H1, H3 a difference" in message


def test_d103_speaks_of_a_hypothesis_on_one_condition_as_well(compiled) -> None:
    [(_, _, message)] = found(compiled(seeds=(1,), only=("villain",)), "D103")
    assert "for H3 a difference" in message


def test_d104_evaluation_questions_are_trained_on(compiled) -> None:
    what = "2 of the 4 questions of all-4 are also trained on in couple, 2 are new"
    assert found(compiled(), "D104") == [(25, 57, what)]
    assert fixes(compiled(), "D104") == ["evaluate on 8 new ones or more: 2 are too few to compare"]
    none_new = compiled(("questions: all-4", "questions: work-2"))
    assert messages(none_new, "D104") == ["2 of the 2 questions of work-2 are also trained on in couple, none are new"]
    assert messages(compiled(("questions: all-4", "questions: plain-10")), "D104") == []


def test_d105_trained_personas_in_the_panel(compiled) -> None:
    [(line, column, message)] = found(compiled(("{draw: 2, from: five, seed: 42}", "[villain]")), "D105")
    assert (line, column) == (25, 40)
    assert message == (
        "personas of five are trained on in couple, and are no bystanders (source confab; trained negative villain)"
    )
    assert (
        found(
            compiled(
                ("panel: five", "panel: [assistant, paramedic]"), ("{draw: 2, from: five, seed: 42}", "[villain]")
            ),
            "D105",
        )
        == []
    )


def test_d106_closed_issue(compiled) -> None:
    assert found(compiled(), "D106") == []
    archived = compiled(("issue: 7", "issue: 7\nstate: archived\nsuperseded_by: 9"))
    assert found(archived, "D106") == [(3, 8, "issue 7 is archived and superseded by #9; it runs all the same")]
    superseded = compiled(("issue: 7", "superseded_by: 9"))
    assert found(superseded, "D106") == [(2, 16, "the issue is superseded by #9; it runs all the same")]


def test_accepted_findings_say_why(compiled) -> None:
    experiment = compiled(("baseline: plain", "baseline: plain\naccept: {D104: as in the original}"))
    [problem] = [one for one in experiment.problems if one.code == "D104"]
    assert problem.message == "2 of the 4 questions of all-4 are also trained on in couple, 2 are new"
    assert problem.fix == "accepted: as in the original"
    assert experiment.accepted == {"D104": "as in the original"}


def test_accepting_what_is_no_check_is_an_error(compiled) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(("baseline: plain", "baseline: plain\naccept: {D10: why}"))
    [problem] = caught.value.problems
    assert problem.code == "S104"
    assert problem.fix == "write the code of a design check as emspec check prints it, such as D101"


def test_findings_come_in_the_order_of_the_text(compiled) -> None:
    places = [problem.place or Place("", 0, 0) for problem in compiled(("seeds: [1, 2]", "seeds: [1]")).problems]
    assert len(places) >= 4
    assert places == sorted(places)


def test_d103_where_the_spec_has_more_seeds_than_were_asked_for(compiled) -> None:
    [few] = [one for one in compiled(seeds=(1,)).problems if one.code == "D103"]
    assert few.fix == "run it without --seeds: the spec has 1, 2"
    [none] = [one for one in compiled(("seeds: [1, 2]", "seeds: [1]")).problems if one.code == "D103"]
    assert none.fix == "write seeds: [42, 137, 256]"


def test_d104_and_d105_speak_of_what_is_trained_before_the_evaluation(compiled) -> None:
    late = ("seeds: [1, 2]", "seeds: [1, 2]\norder: [induce, evaluate, couple]")
    experiment = compiled(late, ("order: [couple, induce, evaluate]", "as: assistant"))
    assert found(experiment, "D104") == found(experiment, "D105") == []


def test_d104_and_d105_say_a_thing_once(compiled) -> None:
    experiment = compiled(("induce.system: villain", 'induce.system: villain, couple.marker: "[N]"'))
    assert len(found(experiment, "D104")) == 1
    assert len(found(experiment, "D105")) == 1


def test_d107_two_conditions_that_are_the_same_runs(compiled) -> None:
    assert found(compiled(), "D107") == []
    experiment = compiled(("  villain: {", "  again: {as: villain, evaluate.panel: five}\n  villain: {"))
    what = "again trains and evaluates the same as plain: its runs are copies, no new ones"
    assert found(experiment, "D107") == [(9, 3, what)]


def test_d108_one_condition_takes_bystanders_from_all(compiled) -> None:
    assert found(compiled(), "D108") == []
    assert found(compiled(("induce.system: villain", "evaluate.panel: five + paramedic")), "D108") == []
    [(line, _, message)] = found(
        compiled(("induce.system: villain", "evaluate.panel: [assistant, confab, villain]")), "D108"
    )
    assert line == 9
    assert message.startswith("the panel of villain lacks ")
    assert message.endswith(": no bystanders in any condition then")
    assert "confab" not in message
