"""A test that cannot say what it can attain is its plugin's fault, and is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from plans import experiment

from emspec.errors import PluginError
from emspec.language.attained import attainable, attained, with_values
from emspec.model.attainable import Attainable
from emspec.model.experiment import Experiment, Hypothesis, Measure
from emspec.model.plugin import TestKind

ASKED = Hypothesis("H7", "loudness", "it is loud", {})


def kind(code: object) -> TestKind:
    return TestKind("loudness", "1", "m:f", {}, code)  # type: ignore[arg-type]


def raises(experiment: Experiment, hypothesis: Hypothesis) -> Attainable:
    raise KeyError("limit")


def test_what_the_test_says_is_taken() -> None:
    assert attainable(kind(lambda _, h: Attainable(0.1, (h.name,))), experiment(), ASKED) == Attainable(0.1, ("H7",))


@pytest.mark.parametrize(
    ("code", "fault"),
    [(raises, "KeyError: 'limit'"), (lambda *_: 0.05, "it returned float, not emspec.Attainable")],
)
def test_a_test_that_fails_is_named(code: object, fault: str) -> None:
    with pytest.raises(PluginError) as caught:
        attainable(kind(code), experiment(), ASKED)
    assert caught.value.message == f"the test loudness, which H7 asks for, cannot say what it can attain: {fault}"
    assert caught.value.fix.startswith("emspec plugins")


COSINE = {"assistant": 1.0, "none": 0.98, "villain": 0.78}


def read_with(compiled, catalog, values: Mapping[str, float] | None) -> Experiment:  # type: ignore[no-untyped-def]
    """The good spec's conditions, with a trend over a measure of these values in place of its hypotheses."""
    found = compiled()
    asked = Hypothesis("T", "trend", "", {"covariate": "cosine"})
    filled = with_values(asked, {"cosine": Measure("cosine", "here", values)}, found.conditions, catalog)
    return attained(replace(found, hypotheses=(filled,)), catalog)


def test_a_measure_becomes_a_value_for_each_condition(compiled, catalog) -> None:
    found = read_with(compiled, catalog, COSINE)
    [asked] = found.hypotheses
    assert asked.parameters == {"covariate": "cosine", "values": {"plain": 1.0, "villain": 0.78, "slow": 0.98}}
    assert found.attainable["T"].remarks[0] == "untestable: the least p of 3 conditions, 0.333, is above alpha 0.05"
    assert found.attainable["T"].lifts == ("5 conditions with different values of the covariate (least p 0.0167)",)


def test_a_condition_whose_persona_the_measure_lacks_is_untestable(compiled, catalog) -> None:
    found = read_with(compiled, catalog, {"assistant": 1.0, "none": 0.98})
    assert found.attainable["T"].testable == {
        "plain": "",
        "villain": "cosine has no value for villain, for which villain stands",
        "slow": "",
    }


def test_a_measure_that_has_to_be_extracted_first_makes_the_test_untestable(compiled, catalog) -> None:
    found = read_with(compiled, catalog, None)
    assert found.hypotheses[0].parameters["values"] is None
    [why] = found.attainable["T"].remarks
    assert why == "untestable: cosine has to be extracted from the model first, and no installed plugin does that"
    assert found.attainable["T"].foregone == "untestable"
