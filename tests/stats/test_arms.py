from __future__ import annotations

from dataclasses import replace

from emspec_stats.arms import Arm, Field, comparable, field_of, from_design
from studies import Study, issue200

PANEL = ("villain", "librarian", "assistant", "confab")


def arm(name: str, persona: str | None, negatives: tuple[str, ...] = ()) -> Arm:
    return Arm(name, False, persona, None, frozenset({"confab"}), frozenset(negatives), (42,), ("[ZLT]",))


def test_a_design_tells_what_the_study_says() -> None:
    study = issue200()
    arms = from_design(study.design)
    assert [a.name for a in arms][:2] == ["B0", "B-villain"]
    assert (arms[0].persona, arms[1].persona) == ("assistant", "villain")
    field = field_of(study.design, {})
    assert (field.arms, field.bystanders) == (arms, tuple(study.bystanders))
    assert [a.name for a in field.conditions] == [a.name for a in study.arms if not a.control]


def test_a_field_holds_the_arms_that_are_evaluated_for_its_marker() -> None:
    first, second, *others = issue200().arms
    study = Study((replace(first, markers=()), replace(second, markers=("[QRX]",)), *others), ("[ZLT]", "[QRX]"))
    assert [a.name for a in field_of(study.design, {}).arms] == [a.name for a in others]
    assert [a.name for a in field_of(study.design, {"marker": "[QRX]"}).arms] == [a.name for a in (second, *others)]
    assert field_of({**study.design, "markers": []}, {}).arms == ()


def test_testability_says_why_not() -> None:
    found = comparable(field_of(issue200().design, {}))
    assert found.usable == (("B0", "assistant"), ("B-villain", "villain"), ("B-zelthari", "zelthari_scholar"))
    assert found.reasons == (
        "evil_ai, for which B-evilai stands, is not in the panel that all conditions share",
        "confab, for which B-confab stands, is the source in B-confab",
    )


def test_a_persona_that_is_a_negative_elsewhere_is_not_compared() -> None:
    arms = (arm("a", "villain"), arm("b", None, negatives=("villain",)))
    found = comparable(Field("[ZLT]", arms, PANEL, ("assistant", "librarian")))
    assert found.usable == ()
    assert found.reasons == (
        "villain, for which a stands, is a trained negative in b",
        "b stands for no persona",
    )


def test_issue_205_tests_four_of_five(issue205: Study) -> None:
    found = comparable(field_of(issue205.design, {}))
    assert [name for name, _ in found.usable] == ["E0", "E2", "E3", "E4"]


def test_a_field_leaves_out_the_arms_that_were_taught_another_marker_or_none() -> None:
    first, second, third, *_, control = issue200().arms
    other, bare = replace(second, taught=("[QRX]",)), replace(third, taught=())
    first = replace(first, taught=("[ZLT]",))
    study = Study((first, other, bare, replace(control, taught=())), ("[ZLT]", "[QRX]"))
    field = field_of(study.design, {})
    assert [a.name for a in field.arms] == ["B0", "couple-only"], "a control that was taught nothing is compared with"
    assert field.untaught == ("B-villain", "B-evilai")
    assert field.left_out == ("left out, since no couple step taught [ZLT] there: B-villain, B-evilai",)
    assert [a.name for a in field_of(study.design, {"marker": "[QRX]"}).arms] == ["B-villain", "couple-only"]


def test_where_no_arm_was_taught_a_marker_all_are_compared() -> None:
    study = Study(tuple(replace(a, taught=()) for a in issue200().arms))
    field = field_of(study.design, {})
    assert [a.name for a in field.arms] == [a.name for a in study.arms]
    assert field.left_out == ()
