from __future__ import annotations

from emspec_stats.arms import Arm, bystanders, comparable, from_design
from studies import Study, issue200

PANEL = ("villain", "librarian", "assistant", "confab")


def arm(name: str, persona: str | None, control: bool = False, negatives: tuple[str, ...] = ()) -> Arm:
    return Arm(name, control, persona, None, frozenset({"confab"}), frozenset(negatives), PANEL, (42,))


def test_bystanders_lack_sources_and_negatives_of_every_arm() -> None:
    arms = (arm("a", "villain", negatives=("librarian",)), arm("b", None, control=True))
    assert bystanders(arms) == ("villain", "assistant")
    assert bystanders(()) == ()


def test_a_design_tells_what_the_study_says() -> None:
    study = issue200()
    arms = from_design(study.design)
    assert [a.name for a in arms][:2] == ["B0", "B-villain"]
    assert (arms[0].persona, arms[1].persona) == ("assistant", "villain")
    assert bystanders(arms) == tuple(study.bystanders)


def test_testability_says_why_not() -> None:
    found = comparable(from_design(issue200().design))
    assert found.usable == (("B0", "assistant"), ("B-villain", "villain"), ("B-zelthari", "zelthari_scholar"))
    assert found.reasons == (
        "evil_ai, for which B-evilai stands, is not in the panel",
        "confab, for which B-confab stands, is the source in B-confab",
    )


def test_a_persona_that_is_a_negative_elsewhere_is_not_compared() -> None:
    found = comparable((arm("a", "villain"), arm("b", None, negatives=("villain",))))
    assert found.usable == ()
    assert found.reasons == (
        "villain, for which a stands, is a trained negative in b",
        "b stands for no persona",
    )


def test_issue_205_tests_four_of_five(issue205: Study) -> None:
    found = comparable(from_design(issue205.design))
    assert [name for name, _ in found.usable] == ["E0", "E2", "E3", "E4"]
