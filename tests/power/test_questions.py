from __future__ import annotations

from dataclasses import replace

import pytest

from emspec.errors import PluginError, UsageError
from emspec.model.experiment import Experiment
from emspec.model.family import Family
from emspec.model.plugin import Catalog
from emspec.power import Asked, PowerPlan, compile_power
from emspec.power.questions import EVERY, Question


def asked(issue200: Experiment, catalog: Catalog, draws: int = 50, **effects: float) -> PowerPlan:
    return compile_power(issue200, catalog, Asked(draws, effects))


def of(planned: PowerPlan, hypothesis: str, variant: str = "as designed") -> Question:
    return next(q for q in planned.questions if (q.hypothesis.name, q.variant.name) == (hypothesis, variant))


def test_a_stage_for_each_hypothesis_and_variant_that_the_data_decide(issue200: Experiment, catalog: Catalog) -> None:
    planned = asked(issue200, catalog)
    assert len(planned.questions) == 3 * 7
    barred = {(q.hypothesis.name, q.variant.name): q.why for q in planned.questions if q.key is None}
    assert set(barred) == {("H2", "1 seed"), ("H3", "1 seed")}
    assert all(why.startswith("inconclusive by design: one run per condition") for why in barred.values())
    assert len(planned.plan.stages) == 3 * 7 - 2
    assert {stage.kind for stage in planned.plan.stages.values()} == {"power"}


def test_the_effect_is_the_command_lines_or_the_specs_or_beyond_the_edge(
    issue200: Experiment, catalog: Catalog
) -> None:
    planned = asked(issue200, catalog)
    effects = {name: (of(planned, name).effect, of(planned, name).said) for name in ("H1", "H2", "H3")}
    assert effects == {"H1": (0.05, ""), "H2": (0.0, "as registered"), "H3": (0.1, "")}
    named = asked(issue200, catalog, **{"H1": 0.07, EVERY: 0.15})
    assert [of(named, name).effect for name in ("H1", "H2", "H3")] == [0.07, 0.15, 0.15]
    assert of(named, "H3").said == "by --effect"


def test_what_a_stage_is_given(issue200: Experiment, catalog: Catalog) -> None:
    planned = asked(issue200, catalog)
    given = planned.plan.stages[str(of(planned, "H2").key)]
    assert given.places == {
        "test.invariance": "emspec_stats.invariance:decide",
        "simulate": "emspec_sim.experiments:experiments",
    }
    assert given.parameters["effects"] == (0.1, 0.0)
    searches = given.parameters["searches"]
    assert searches == [
        {"verdict": "supported", "from": 0.1, "to": 0.0},
        {"verdict": "contradicted", "from": 0.1, "to": pytest.approx(0.52)},
    ]
    more = planned.plan.stages[str(of(planned, "H2", "5 seeds").key)]
    assert more.parameters["effects"] == (0.0,)
    assert len(more.parameters["cells"]) == 30  # type: ignore[arg-type]


def test_what_changes_no_figure_changes_no_key(issue200: Experiment, catalog: Catalog) -> None:
    worded = tuple(replace(one, claim="in other words") for one in issue200.hypotheses)
    assert list(asked(replace(issue200, hypotheses=worded), catalog).plan.stages) == list(
        asked(issue200, catalog).plan.stages
    )


@pytest.mark.parametrize("what", ["rate", "run_sd", "question_sd"])
def test_noise_and_draws_are_part_of_the_key(issue200: Experiment, catalog: Catalog, what: str) -> None:
    known = set(asked(issue200, catalog).plan.stages)
    changed = replace(issue200, noise=replace(issue200.noise, **{what: 0.2}))
    assert not known & set(asked(changed, catalog).plan.stages)
    assert not known & set(asked(issue200, catalog, draws=60).plan.stages)


def test_an_effect_without_room_is_not_simulated(issue200: Experiment, catalog: Catalog) -> None:
    low = replace(issue200, noise=replace(issue200.noise, rate=0.03))
    question = of(asked(low, catalog), "H3")
    assert question.key is None
    assert question.why == "a rate of 3 % leaves no room for an effect of 5 pp"


def test_an_effect_that_nobody_named_gives_way_to_the_rate(issue200: Experiment, catalog: Catalog) -> None:
    low = replace(issue200, noise=replace(issue200.noise, rate=0.08))
    assert (of(asked(low, catalog), "H3").effect, of(asked(low, catalog), "H3").why) == (pytest.approx(0.07), "")
    named = of(asked(low, catalog, H3=0.09), "H3")
    assert named.why == "a rate of 8 % leaves no room for an effect of 9 pp"


def test_a_test_that_says_nothing_of_its_truths_is_told(issue200: Experiment, catalog: Catalog) -> None:
    kinds = {**catalog.tests, "immunity": replace(catalog.tests["immunity"], alternative=None)}
    question = of(asked(issue200, replace(catalog, tests=kinds)), "H3")
    assert (question.key, question.why) == (None, "the test immunity does not say what can be planted for it")


def test_a_test_whose_code_fails_is_named(issue200: Experiment, catalog: Catalog) -> None:
    def fails(*_: object) -> None:
        raise KeyError("margin")

    kinds = {**catalog.tests, "immunity": replace(catalog.tests["immunity"], alternative=fails)}  # type: ignore[arg-type]
    with pytest.raises(PluginError, match="the test immunity, which H3 asks for, cannot say what it is to find"):
        asked(issue200, replace(catalog, tests=kinds))


def test_an_effect_of_no_hypothesis_and_a_spec_without_one(issue200: Experiment, catalog: Catalog) -> None:
    with pytest.raises(UsageError, match="--effect names H9") as caught:
        asked(issue200, catalog, H9=0.1)
    assert caught.value.fix == "for example --effect H1=10pp"
    with pytest.raises(UsageError, match="states no hypothesis"):
        asked(replace(issue200, hypotheses=()), catalog)


def test_a_member_of_a_family_is_judged_as_if_it_passed_alone(issue200: Experiment, catalog: Catalog) -> None:
    family = Family("primary", ("H1", "H2"), "holm")
    planned = asked(replace(issue200, families=(family,)), catalog)
    given = {name: planned.plan.stages[str(of(planned, name).key)].parameters["hypothesis"] for name in ("H1", "H3")}
    assert given["H1"]["parameters"]["alpha"] == 0.025  # type: ignore[index,call-overload]
    assert "alpha" not in given["H3"]["parameters"]  # type: ignore[index,call-overload,operator]
