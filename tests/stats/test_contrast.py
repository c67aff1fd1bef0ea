from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from emspec_stats.contrast import decide
from studies import Arm, Study, hypothesis, issue200

from emspec import Finding, Json


def study(*rates: tuple[int, ...], control: bool = True) -> Study:
    """Arms A, B ...: a run for each hit count (of 10); the last one is a control that was taught nothing."""
    return Study(tuple(arm("ABCDE"[at], runs, control and at == len(rates) - 1) for at, runs in enumerate(rates)))


def arm(name: str, runs: tuple[int, ...], control: bool) -> Arm:
    hits = {s: {"a": [h] * 4, "b": [h] * 4, "confab": [10 - h] * 4} for s, h in enumerate(runs)}
    return Arm(name, hits, control=control, taught=() if control else None)


def ask(s: Study, **parameters: Json) -> Finding:
    return decide(s.rows, s.design, hypothesis("contrast", **parameters))


MORE = study((6, 7, 6), (6, 5, 6), (0, 0, 1))


def test_an_arm_that_leaks_more_than_a_control() -> None:
    found = ask(MORE, of="A", against="C")
    assert (found.verdict, found.unit) == ("supported", "pp")
    assert found.effect == pytest.approx(60)
    assert found.reason.startswith("Leakage of bystanders, A minus C, is +60.0 pp (90 % interval +")
    assert found.reason.endswith("it leaks more.")
    assert ask(MORE, of="C", against="A").verdict == "contradicted"
    assert ask(MORE, of="C", against="A", direction="less").verdict == "supported"
    assert ask(MORE, of="A", against="C", direction="different").verdict == "supported"


def test_the_margin_is_what_the_claim_has_to_exceed() -> None:
    assert ask(MORE, of="A", against="C", margin=0.4).verdict == "supported"
    short = ask(MORE, of="A", against="C", margin=0.59)
    assert (short.verdict, short.margin) == ("inconclusive", pytest.approx(59))
    assert ask(MORE, of="A", against="B", direction="different", margin=0.3).verdict == "contradicted"
    assert ask(MORE, of="A", against="B", direction="different").verdict == "inconclusive"


def test_several_arms_are_averaged_and_shown_one_by_one() -> None:
    found = ask(MORE, of=["A", "B"], against="C")
    assert found.effect == pytest.approx((60 + 100 * (17 / 30 - 1 / 30)) / 2)
    assert [part.label for part in found.parts] == ["A minus C", "B minus C"]
    assert found.parts[0].effect == pytest.approx(60)
    assert found.estimand.startswith("bystander rate in A and B minus C; these personas")


def test_the_rate_may_be_the_sources_or_one_personas() -> None:
    assert ask(MORE, of="A", against="C", rate="source", direction="less").effect == pytest.approx(-60)
    assert ask(MORE, of="A", against="C", persona="a").effect == pytest.approx(60)


def test_one_run_each_is_inconclusive_unless_the_run_sd_is_declared() -> None:
    s = study((6,), (6,), (0,))
    found = ask(s, of="A", against="C")
    assert (found.verdict, found.p) == ("inconclusive", None)
    assert "one run per condition" in found.reason
    declared = ask(s, of="A", against="C", run_sd=0.049)
    assert declared.verdict == "supported"
    assert any(one.startswith("declared, not measured") for one in declared.assumptions)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"of": "A", "against": "A"}, "A stands on both sides"),
        ({"of": "A", "against": "Z"}, "Z is not evaluated in this run"),
        ({"of": "A", "against": "B", "persona": "pirate"}, "pirate is not in the panel that all conditions share"),
    ],
)
def test_untestable(parameters: dict[str, Json], reason: str) -> None:
    found = ask(MORE, **parameters)
    assert (found.verdict, found.reason) == ("untestable", f"It cannot be tested: {reason}.")


def test_issue_200_against_its_couple_only_control() -> None:
    s = issue200()
    found = decide(s.rows, s.design, hypothesis("contrast", of="B0", against="couple-only"))
    by_name = {a.name: a for a in s.arms}
    rate = {
        name: np.mean([np.mean(run[p]) / 10 for run in by_name[name].hits.values() for p in s.bystanders])
        for name in ("B0", "couple-only")
    }
    assert found.effect == pytest.approx(100 * (rate["B0"] - rate["couple-only"]))
    assert found.verdict == "supported"


def test_sources_that_differ_between_the_arms_are_no_one_rate() -> None:
    first, second = arm("A", (6, 7, 6), False), replace(arm("B", (6, 5, 6), False), source=("a",))
    s = Study((first, second, arm("C", (0, 0, 1), True)))
    found = ask(s, of="A", against="B", rate="source")
    assert (found.verdict, "under different personas" in found.reason) == ("untestable", True)
    alone = ask(s, of="A", against="C", rate="source", direction="less")
    assert alone.effect == pytest.approx(100 * (1 - 19 / 30 - (1 - 1 / 30)))


def test_a_source_outside_the_panel_is_untestable_and_no_failure() -> None:
    s = Study(tuple(Arm(n, {1: {"a": [h], "b": [h]}, 2: {"a": [h], "b": [h]}}) for n, h in (("A", 6), ("B", 2))))
    found = ask(s, of="A", against="B", rate="source")
    assert (found.verdict, found.reason) == (
        "untestable",
        "It cannot be tested: confab, the source, is not in the panel that all conditions share.",
    )


def test_one_question_and_one_persona_are_claimed_to_be_no_more_than_that() -> None:
    runs = {"A": (6, 7, 6), "B": (1, 2, 1)}
    s = Study(tuple(Arm(n, {r: {"a": [h], "confab": [9]} for r, h in enumerate(hits)}) for n, hits in runs.items()))
    found = ask(s, of="A", against="B")
    assert found.verdict == "supported"
    assert "this question alone" in found.estimand
    assert not any(one.startswith("questions are a sample") for one in found.assumptions)
    people = ask(s, of="A", against="B", personas="sampled")
    assert (people.verdict, "one bystander tells nothing" in people.reason) == ("untestable", True)


def test_what_is_declared_and_what_is_left_out_is_said_with_the_verdict() -> None:
    s = study((6,), (6,), (0,))
    declared = ask(s, of="A", against="C", run_sd=0.049)
    assert declared.reason.endswith("Run-to-run noise is declared, not measured.")
    assert declared.reason.startswith("Leakage of bystanders, A minus C, is +60.0 pp")
