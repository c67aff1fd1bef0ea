from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from emspec_stats.power import interval as scipys
from rich.console import Console

from emspec.console.power import print_power
from emspec.errors import StoreError
from emspec.model.experiment import Experiment
from emspec.model.json import JsonObject
from emspec.model.noise import Noise
from emspec.model.plugin import Catalog
from emspec.power import Asked, PowerReport, compile_power, report
from emspec.power.advice import advice, pp
from emspec.power.cost import Cost
from emspec.power.report import Costed, Least, Power, Share, wilson
from emspec.store import Store


def share(effect: float, part: float, verdict: str = "supported", draws: int = 200) -> Share:
    count = round(part * draws)
    return Share(effect, verdict, count, draws, *wilson(count, draws))


def power(variant: str, part: float | None, *, least: float | None = None, towards: int = 1, why: str = "") -> Power:
    foregone = "untestable" if part is None else None
    found = Power("H1", variant, foregone, why, ("a second seed",), 0.008, 0.05, "as registered", "more", towards)
    if part is None:
        return found
    searched = (Least("supported", least, 0.01, 0.09, share(0.5, 0.7)),)
    return replace(found, edge=share(0.0, 0.04), at=share(0.05, part), least=searched)


def told(*powers: Power) -> PowerReport:
    works = {"as designed": 100.0, "1 seed": 40.0, "5 seeds": 170.0, "8 seeds": 270.0}
    variants = tuple(Costed(one.variant, Cost(1, 2, 3, works[one.variant])) for one in powers)
    return PowerReport(Noise(), 200, "sim", (("H1", "self-leakage", "it leaks"),), variants, powers)


def test_wilson_is_the_other_rooms() -> None:
    for count, draws in ((0, 20), (7, 200), (200, 200)):
        assert wilson(count, draws) == pytest.approx(scipys(count, draws, 0.95), abs=1e-6)


def test_a_design_with_the_power_and_a_cheaper_one() -> None:
    held = told(power("as designed", 0.94), power("1 seed", 0.85), power("5 seeds", 1.0))
    less = "1 seed (85 % at 5 pp, 79 to 89 %; 0.4 x the work)"
    assert advice(held)[0] == f"H1: the design has the power (94 % at 5 pp); so has {less}."
    held = told(power("as designed", 0.94), power("1 seed", 0.6))
    assert advice(held)[0] == "H1: the design has the power (94 % at 5 pp)."


def test_what_the_seeds_buy() -> None:
    held = told(power("as designed", 0.94), power("1 seed", 0.6), power("5 seeds", 1.0))
    assert advice(held)[-1] == "What the seeds of the design buy over one: H1 from 60 % to 94 %."
    held = told(power("as designed", 0.3), power("1 seed", None, why="one run"))
    assert advice(held)[-1] == "What the seeds of the design buy over one: H1 from none to 30 %."
    assert len(advice(told(power("as designed", 0.3), power("5 seeds", 0.3)))) == 1


def test_the_cheapest_variant_that_is_enough() -> None:
    held = told(power("as designed", 0.3), power("8 seeds", 0.95), power("5 seeds", 0.8))
    found = "5 seeds (80 % at 5 pp, 74 to 85 %; 1.7 x the work)"
    assert advice(held) == (f"H1: the design has 30 % at 5 pp; {found} is the least that reaches 80 %.",)


def test_where_nothing_is_enough_the_best_and_what_it_sees() -> None:
    held = told(power("as designed", 0.3), power("8 seeds", 0.7, least=0.06))
    (line,) = advice(held)
    assert "no variant here reaches 80 %: the best is 8 seeds (70 % at 5 pp, 63 to 76 %; 2.7 x the work)" in line
    assert line.endswith("2.7 x the work), and sees effects from 6 pp in 80 %.")
    assert advice(told(power("as designed", 0.3, least=0.08))) == (
        "H1: the design has 30 % at 5 pp, and sees effects from 8 pp in 80 %.",
    )


def test_a_test_that_cannot_fire_and_what_lets_it() -> None:
    barred = power("as designed", None, why="inconclusive by design: one run")
    (line,) = advice(told(barred, power("5 seeds", 0.9)))
    assert line.startswith("H1: no data can decide it as designed (inconclusive by design: one run); 5 seeds (90 %")
    (line,) = advice(told(barred, power("5 seeds", None, why="the same")))
    assert line.endswith("more seeds, questions or completions change nothing; what it takes: a second seed.")


def text(held: PowerReport) -> str:
    console = Console(width=200, record=True, file=None, highlight=False, quiet=False)
    with console.capture() as captured:
        print_power(console, held)
    return captured.get()


def test_every_figure_in_pp_names_its_rate() -> None:
    shown = text(told(power("as designed", 0.94, least=0.038), power("5 seeds", None, why="no")))
    assert "runs 0.049 (4.9 pp at 47 %)" in shown
    assert "all pp at 47 %" in shown
    assert "at the edge of the null, 0 pp more, at 47 %: supported in 4.0 % (" in shown
    assert "at 5 pp (as registered), at 47 %: supported in 94 % (89.8 to 96.5 %)" in shown
    assert "supported in 80 % from 3.8 pp (between 1 pp and 9 pp)" in shown
    assert "can fire: least p .008, alpha .05" in shown
    assert "94 %" in shown
    assert shown.count("3.8 pp") == 2
    assert "cannot fire" in shown


def test_a_test_that_cannot_fire_is_told_with_what_lets_it() -> None:
    shown = text(told(power("as designed", None, why="untestable: the least p, .0909, is above alpha .05")))
    assert "cannot fire: untestable: the least p, .0909, is above alpha .05" in shown
    assert "it could with a second seed" in shown


def test_rules_that_are_not_applied_are_named() -> None:
    held = told(power("as designed", 0.9, least=0.04))
    assert "decide:" not in text(held)
    ruled = replace(held, ruled=("H1",))
    assert "the registered rules (decide:) of H1 are not applied" in text(ruled)
    assert ruled.to_json()["rules_not_applied"] == ["H1"]
    together = replace(held, together=("the family primary (Holm over H1 and H2, alpha .05)",))
    assert "in the family primary (Holm over H1 and H2, alpha .05) each is judged at alpha over" in text(together)


def test_a_claim_that_smaller_effects_support() -> None:
    shown = text(
        told(power("as designed", 0.9, least=0.011, towards=-1), power("5 seeds", 0.9, least=0.02, towards=-1))
    )
    assert "supported in 80 % up to 1.1 pp" in shown
    assert "≤2 pp" in shown


def test_json_holds_every_figure() -> None:
    found = json.loads(json.dumps(told(power("as designed", 0.94, least=0.038)).to_json()))
    assert found["run_sd_pp"] == {"rate": 0.47, "pp": pytest.approx(4.89, abs=0.01)}
    assert found["powers"][0]["at"]["count"] == 188
    assert found["powers"][0]["least"][0]["effect"] == 0.038
    assert found["variants"][0]["work"] == 100.0


def test_effects_are_written_as_near_as_they_are_known() -> None:
    assert [pp(value) for value in (0.05, 0.036562, 0.5, 0.0)] == ["5 pp", "3.7 pp", "50 pp", "0 pp"]


def test_figures_that_are_not_there_or_cannot_be_read(issue200: Experiment, catalog: Catalog, tmp_path: Path) -> None:
    planned = compile_power(issue200, catalog, Asked(50, {}, variants=False))
    store = Store(tmp_path)
    with pytest.raises(StoreError, match="the power of H1, as designed, cannot be read"):
        report(planned, store, catalog)
    for question in planned.questions:
        write(store, str(question.key), {"points": "none"})
    with pytest.raises(StoreError, match="cannot be read: string indices") as caught:
        report(planned, store, catalog)
    assert "emspec verify" in caught.value.fix


def write(store: Store, key: str, found: JsonObject) -> None:
    store.folder(key).mkdir(parents=True)
    (store.folder(key) / "power.json").write_text(json.dumps(found))
