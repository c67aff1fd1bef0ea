from __future__ import annotations

from pathlib import Path

import pytest
from emspec_stats import emspec_tests

from emspec.language import load
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.model.testability import PanelRole, Testability, read_testability
from emspec.plugins import discover

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return discover()[0]


@pytest.fixture(scope="module")
def issue200(catalog: Catalog) -> Experiment:
    return load(ROOT / "specs" / "issue200.yaml", profile="full", catalog=catalog)


@pytest.fixture(scope="module")
def seen(issue200: Experiment) -> Testability:
    return read_testability(issue200)


def test_each_condition_says_what_can_be_tested_on_it(seen: Testability) -> None:
    assert [(one.name, one.persona) for one in seen.conditions][:2] == [("B0", "assistant"), ("B-villain", "villain")]
    reasons = {one.name: one.reasons for one in seen.conditions}
    assert reasons["B-villain"] == {"H1": "", "H2": ""}
    assert reasons["B-zelthari"] == {"H1": "", "H2": "", "H3": ""}
    assert reasons["B-confab"]["H1"] == "confab, for which B-confab stands, is the source in B-confab"
    assert seen.absent == {"evil_ai": ("B-evilai",), "sarcastic": ("B-sarcastic",)}


def test_each_test_says_what_it_can_reach(seen: Testability) -> None:
    first, second, _ = seen.reached
    assert (first.hypothesis, first.test, first.alpha, round(first.floor or 0, 4)) == (
        "H1",
        "self-leakage",
        0.05,
        0.0083,
    )
    assert first.says == ("3 of 6 conditions testable",), "the reasons are in the table"
    assert (second.floor, second.outcome, second.says) == (None, "", ())
    assert {one.test for one in seen.reached} <= {kind.name for kind in emspec_tests()}


def test_every_persona_of_the_panel_has_its_roles(seen: Testability) -> None:
    every = tuple(one.name for one in seen.conditions)
    roles = {one.persona: one for one in seen.panel}
    assert len(roles) == 12
    assert roles["librarian"] == PanelRole("librarian", True, {}, every)
    assert roles["comedian"] == PanelRole("comedian", False, {"trained negative": every}, ())
    assert roles["confab"].roles == {"source": every, "induction persona": ("B-confab",)}
    assert roles["assistant"].roles == {"counts as": ("B0",)}
    assert roles["villain"].unseen == ("B0", "B-confab", "B-evilai", "B-zelthari", "B-sarcastic")


def test_it_is_json(seen: Testability) -> None:
    found = seen.to_json()
    assert found["not_in_panel"] == {"evil_ai": ["B-evilai"], "sarcastic": ["B-sarcastic"]}
    assert found["tests"][1]["foregone"] is None  # type: ignore[index, call-overload]
