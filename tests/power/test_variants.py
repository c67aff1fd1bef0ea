from __future__ import annotations

from dataclasses import replace

from emspec.model.alternative import Alternative
from emspec.model.experiment import Experiment, Gate, Hypothesis
from emspec.model.plugin import Catalog
from emspec.power.cost import cost_of
from emspec.power.truth import truth
from emspec.power.variants import spelled_out, variants, with_seeds


def test_the_design_comes_first_and_no_variant_is_the_design(issue200: Experiment) -> None:
    found = variants(issue200)
    assert [one.name for one in found] == [
        "as designed",
        "1 seed",
        "2 seeds",
        "5 seeds",
        "8 seeds",
        "questions x 2",
        "completions x 2",
    ]
    assert found[0].experiment == spelled_out(issue200) == replace(issue200, gate=None)


def test_seeds_are_kept_and_new_ones_differ(issue200: Experiment) -> None:
    assert {one.seeds for one in with_seeds(issue200, 2).conditions} == {(42, 137)}
    (more,) = {one.seeds for one in with_seeds(issue200, 8).conditions}
    assert more[:3] == issue200.seeds
    assert len(set(more)) == 8


def test_what_a_variant_costs(issue200: Experiment, catalog: Catalog) -> None:
    costs = {one.name: cost_of(one.experiment, catalog) for one in variants(issue200)}
    designed = costs["as designed"]
    assert (designed.cells, designed.trainings, designed.replies) == (18, 36, 60480)
    assert (costs["1 seed"].trainings, costs["1 seed"].replies) == (12, 20160)
    for name in ("questions x 2", "completions x 2"):
        assert (costs[name].trainings, costs[name].replies) == (36, 2 * 60480)
        assert designed.work < costs[name].work < costs["5 seeds"].work


def test_replicates_are_runs_of_their_own(issue200: Experiment) -> None:
    twice = spelled_out(replace(issue200, replicates=2))
    assert {len(set(one.seeds)) for one in twice.conditions} == {6}
    assert twice.replicates == 1
    assert "5 seeds" in [one.name for one in variants(twice)]
    assert "3 seeds" in [one.name for one in variants(twice)]


def test_conditions_keep_seeds_of_their_own_and_gates_stay_shut(issue200: Experiment) -> None:
    first, *rest = issue200.conditions
    gated = replace(
        issue200,
        conditions=(replace(first, seeds=(42, 137, 256)), *(replace(one, seeds=(42,)) for one in rest)),
        gate=Gate((42,), (137, 256), None, None),
    )
    designed, *others = variants(gated)
    assert designed.experiment.gate is None
    cells = truth(designed.experiment, Hypothesis("H", "t", "", {}), Alternative("", {}, 0.0)).cells
    assert len(cells) == 3 + 5
    assert {"1 seed", "3 seeds"} <= {one.name for one in others}
