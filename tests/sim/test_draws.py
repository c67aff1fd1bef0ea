from __future__ import annotations

from statistics import fmean, stdev

from emspec_sim.draws import Stream, normal, uniform


def test_draws_depend_on_their_parts_alone() -> None:
    assert uniform("a", 1) == uniform("a", 1)
    assert len({uniform("a", 1), uniform("a", 2), uniform("b", 1), uniform("a1"), uniform("a", None)}) == 5
    assert Stream("a").bits(3) == Stream("a").bits(3) != Stream("a").bits(4)


def test_a_known_draw_stays_what_it_is() -> None:
    assert uniform("emspec", 1) == 0.5985884859512978


def test_draws_have_the_distributions_that_they_claim() -> None:
    uniforms = [uniform("u", number) for number in range(4000)]
    normals = [normal("n", number) for number in range(4000)]
    assert all(0 < value < 1 for value in uniforms)
    assert abs(fmean(uniforms) - 0.5) < 0.02
    assert abs(stdev(uniforms) - 12**-0.5) < 0.01
    assert abs(fmean(normals)) < 0.06
    assert abs(stdev(normals) - 1) < 0.05
