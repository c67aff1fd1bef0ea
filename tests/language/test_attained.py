"""A test that cannot say what it can attain is its plugin's fault, and is named."""

from __future__ import annotations

import pytest
from plans import experiment

from emspec.errors import PluginError
from emspec.language.attained import attainable
from emspec.model.attainable import Attainable
from emspec.model.experiment import Experiment, Hypothesis
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
