"""Families: read from the spec, and what they leave the tests to reach by the design."""

from __future__ import annotations

import pytest

from emspec.errors import SpecError
from emspec.language.families import attained_in_families
from emspec.model.attainable import Attainable
from emspec.model.family import Family
from emspec.plan import compile_plan

FAMILY = "families: {primary: {hypotheses: [H1, H2], correction: holm, alpha: .04}}\nhypotheses:\n"
HOLM = Family("primary", ("A", "B", "C"), "holm")


def test_a_family_is_read_and_its_alpha_is_that_of_its_members(compiled) -> None:
    experiment = compiled(("hypotheses:\n", FAMILY))
    [family] = experiment.families
    assert (family.name, family.hypotheses, family.correction, family.alpha) == ("primary", ("H1", "H2"), "holm", 0.04)
    assert [one.parameters.get("alpha") for one in experiment.hypotheses] == [0.04, 0.04, None]
    assert compiled().families == ()


def test_the_analysis_gets_families_only_where_there_are_some(compiled, catalog) -> None:
    with_family, without = (compile_plan(one, catalog) for one in (compiled(("hypotheses:\n", FAMILY)), compiled()))
    asked = [plan.stages[plan.analyse].parameters for plan in (with_family, without)]
    assert asked[0]["families"] == [
        {"name": "primary", "hypotheses": ["H1", "H2"], "correction": "holm", "alpha": 0.04}
    ]
    assert "families" not in asked[1]
    assert with_family.rows == without.rows


def test_all_that_is_wrong_with_families_is_said_at_once(compiled) -> None:
    wrong = "families: {a: {hypotheses: [H1, H7], correction: holm}, b: {hypotheses: [H1, H2], correction: holm}}\n"
    with pytest.raises(SpecError) as caught:
        compiled(("hypotheses:\n", f"{wrong}hypotheses:\n"))
    assert [(one.code, one.message.partition(":")[0]) for one in caught.value.problems] == [
        ("S104", "there is no hypothesis H7"),
        ("S106", "H1 is in the family a already"),
    ]


def test_a_least_p_that_the_correction_lifts_above_alpha_is_untestable() -> None:
    reach = {
        "A": Attainable(0.02, ("3 of 3 conditions testable",), {"x": ""}, alpha=0.05),
        "B": Attainable(None, ("untestable: nobody",), foregone="untestable"),
        "C": Attainable(None, ("inconclusive by design: one run",), foregone="inconclusive"),
        "D": Attainable(0.02),
    }
    found = attained_in_families([HOLM], reach)
    assert found["A"].foregone == "untestable"
    assert found["A"].remarks == (
        "untestable: in the family primary (Holm over A, B and C, alpha .05) its least p, 0.02, is corrected to 0.06 "
        "at best, above alpha 0.05",
        "3 of 3 conditions testable",
    )
    assert found["A"].lifts == ("a family of fewer hypotheses than the 3 of primary",)
    assert found["A"].testable == {"x": ""}
    assert found["B"].remarks[0] == "untestable: nobody"
    assert found["B"].remarks[-1].startswith("it counts in the family primary")
    assert found["D"] == reach["D"]


def test_a_least_p_that_the_others_can_make_room_for_is_attainable() -> None:
    reach = {"A": Attainable(0.04, alpha=0.05), "B": Attainable(None, alpha=0.05), "C": Attainable(0.001, alpha=0.05)}
    found = attained_in_families([HOLM], reach)
    assert [one.foregone for one in found.values()] == [None, None, None]
    assert found["A"].remarks == ("in the family primary (Holm, 3 hypotheses) it passes alone from p 0.0167",)
