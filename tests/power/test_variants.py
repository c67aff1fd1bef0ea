from __future__ import annotations

from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.power.cost import cost_of
from emspec.power.variants import variants, with_seeds


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
    assert found[0].experiment == issue200


def test_seeds_are_kept_and_new_ones_differ(issue200: Experiment) -> None:
    assert with_seeds(issue200, 2).seeds == (42, 137)
    more = with_seeds(issue200, 8).seeds
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
