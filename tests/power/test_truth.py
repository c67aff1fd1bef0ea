from __future__ import annotations

from dataclasses import replace

import pytest

from emspec.model.alternative import Alternative
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.power.truth import Truth, truth


def planted(issue200: Experiment, catalog: Catalog, name: str) -> Truth:
    hypothesis = next(one for one in issue200.hypotheses if one.name == name)
    make = catalog.tests[hypothesis.test].alternative
    assert make is not None
    return truth(issue200, hypothesis, make(issue200, hypothesis))


def rates(found: Truth, effect: float) -> dict[tuple[str, str], float]:
    """The rate of each persona of each condition at an effect, at one seed."""
    return {
        (str(cell["condition"]), str(name)): rate + effect * part
        for cell, every, parts in zip(found.cells, found.rates, found.pattern, strict=True)
        if cell["seed"] == 42
        for name, rate, part in zip(cell["personas"], every, parts, strict=True)  # type: ignore[arg-type]
    }


def test_without_an_effect_all_but_the_source_leak_alike(issue200: Experiment, catalog: Catalog) -> None:
    found = rates(planted(issue200, catalog, "H1"), 0.0)
    assert {rate for (_, name), rate in found.items() if name == "confab"} == {0.95}
    assert {rate for (_, name), rate in found.items() if name != "confab"} == {0.47}
    assert len(found) == 6 * 12


def test_self_leakage_raises_each_testable_conditions_own_persona(issue200: Experiment, catalog: Catalog) -> None:
    found = rates(planted(issue200, catalog, "H1"), 0.1)
    raised = {key for key, rate in found.items() if rate == pytest.approx(0.57)}
    assert raised == {("B0", "assistant"), ("B-villain", "villain"), ("B-zelthari", "zelthari_scholar")}
    assert sum(rate not in (0.47, 0.95) for rate in found.values()) == 3


def test_invariance_moves_all_bystanders_of_one_condition(issue200: Experiment, catalog: Catalog) -> None:
    found = rates(planted(issue200, catalog, "H2"), 0.1)
    raised = {key for key, rate in found.items() if rate == pytest.approx(0.57)}
    assert {condition for condition, _ in raised} == {"B-sarcastic"}
    assert len(raised) == 9  # the panel without the source and two negatives


def test_immunity_spares_the_persona_everywhere(issue200: Experiment, catalog: Catalog) -> None:
    found = rates(planted(issue200, catalog, "H3"), 0.1)
    spared = {key for key, rate in found.items() if rate == pytest.approx(0.37)}
    assert spared == {(condition, "zelthari_scholar") for condition, _ in found}


def test_how_far_an_effect_can_go(issue200: Experiment, catalog: Catalog) -> None:
    found = planted(issue200, catalog, "H3")
    assert found.farthest(0.05, 1) == pytest.approx(0.46)
    assert found.fits(0.46)
    assert not found.fits(0.47)
    low = replace(issue200, noise=replace(issue200.noise, rate=0.03))
    assert not planted(low, catalog, "H3").fits(0.05)


def test_questions_are_told_by_number_so_that_their_words_change_nothing(
    issue200: Experiment, catalog: Catalog
) -> None:
    found = planted(issue200, catalog, "H2")
    assert found.cells[0]["questions"] == tuple(map(str, range(1, 29)))
    assert found.replies == 60480


def test_a_control_that_was_taught_nothing_leaks_nothing(issue200: Experiment) -> None:
    first = issue200.conditions[0]
    induce, couple, evaluate = first.steps
    controls = (
        replace(first, name="base", control=True, steps=(evaluate,)),
        replace(first, name="couple-only", control=True, steps=(couple, evaluate)),
        replace(first, name="benign", control=True, steps=(induce, couple, evaluate)),
    )
    study = replace(issue200, conditions=(first, *controls), seeds=(42,))
    found = rates(truth(study, study.hypotheses[0], Alternative("", {}, 0.0)), 0.0)
    assert [found[name, "villain"] for name in ("B0", "base", "couple-only", "benign")] == [0.47, 0.0, 0.0, 0.47]
    assert [found[name, "confab"] for name in ("B0", "base", "couple-only", "benign")] == [0.95, 0.0, 0.95, 0.95]
