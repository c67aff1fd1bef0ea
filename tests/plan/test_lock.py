"""How a plan stands to the locks of its spec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from compiled import compiled_spec

from emspec.language import load
from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.plan import compile_plan
from emspec.plan.describe import described
from emspec.plan.lock import Lock, analysis_digest, evaluations, shortened, standing
from emspec.plugins import discover
from emspec.report.locked import sentence

Variant = Callable[..., tuple[Plan, JsonObject]]


@pytest.fixture
def variant(project: Path, tmp_path: Path) -> Variant:
    """Return a function that compiles the simulated example after some replacements."""
    catalog, _ = discover()
    text = (project / "specs" / "examples" / "sim.yaml").read_text()
    (tmp_path / "registry").symlink_to(project / "registry")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "profiles").symlink_to(project / "specs" / "profiles")

    def compiled(*changes: tuple[str, str]) -> tuple[Plan, JsonObject]:
        after = text
        for old, new in changes:
            assert after.count(old) == 1, old
            after = after.replace(old, new)
        spec = tmp_path / "specs" / "spec.yaml"
        spec.write_text(after)
        experiment = load(spec, profile="sim", catalog=catalog)
        return compile_plan(experiment, catalog), described(experiment, catalog)

    return compiled


def lock(plan: Plan, design: JsonObject, evaluated: int = 0, because: str = "", time: str = "2026-02-01") -> Lock:
    digests = (plan.digest, analysis_digest(plan))
    held = shortened(design)
    return Lock("sim", time, "0.1.0", "ab" * 32, *digests, evaluated, len(evaluations(plan)), (), because, held)


def test_a_spec_without_a_lock_is_said_to_have_none(variant: Variant) -> None:
    plan, design = variant()
    found = standing(plan, design, (), "")
    assert found.state == "unlocked"
    assert sentence(found) == "The analysis was not locked before the run."
    assert standing(plan, design, [replace(lock(plan, design), profile="full")], "").state == "unlocked"


@pytest.mark.parametrize(
    ("evaluated", "first", "state", "said"),
    [
        (
            0,
            "",
            "before",
            "when plan {} was locked, none of its 6 evaluations was there.",
        ),
        (0, "2026-02-02", "before", "fixed before the first result: "),
        (0, "2026-01-31", "after", "not fixed before the first result: "),
        (
            4,
            "",
            "after",
            "when plan {} was locked, 4 of its 6 evaluations were there already.",
        ),
    ],
)
def test_before_or_after_the_first_result(variant: Variant, evaluated: int, first: str, state: str, said: str) -> None:
    plan, design = variant()
    found = standing(plan, design, [lock(plan, design, evaluated)], first)
    assert found.state == state
    assert said.format(plan.digest[:8]) in sentence(found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("margin: 10pp", "margin: 5pp", "hypotheses.H2.parameters.margin: 0.1 -> 0.05"),
        ("completions: 10", "completions: 12", "conditions.plain.steps.evaluate.completions: 10 -> 12"),
        ("villain: {induce.system: villain}", "villain: {induce.system: comedian}", "induce.persona.comedian"),
        ("seeds: [1, 2, 3]", "seeds: [1, 2]", "seeds[2]: was 3, is gone"),
    ],
)
def test_what_changed_since_is_named(variant: Variant, old: str, new: str, said: str) -> None:
    held = lock(*variant())
    plan, design = variant((old, new))
    found = standing(plan, design, [held], "")
    assert found.state == "changed"
    assert said in sentence(found)
    assert f"is not the one that was locked (plan {held.plan[:8]})" in sentence(found)


def test_cosmetic_edits_break_no_lock(variant: Variant) -> None:
    held = lock(*variant())
    assert standing(*variant(("baseline: plain", "baseline: plain   # the usual one")), [held], "").state == "before"


def test_another_version_of_a_backend_is_a_change_without_a_change_of_the_design(variant: Variant) -> None:
    plan, design = variant()
    found = standing(replace(plan, digest="0" * 64), design, [lock(plan, design)], "")
    assert found.state == "changed"
    assert "a backend, a test or emspec may have another version" in sentence(found)


def test_locking_again_keeps_the_reasons(variant: Variant) -> None:
    first = lock(*variant())
    plan, design = variant(("margin: 10pp", "margin: 5pp"))
    again = lock(plan, design, because="the margin was a typing error")
    found = standing(plan, design, [first, again], "")
    assert (found.state, found.earlier) == ("before", (first,))
    assert "locked again 1 time(s): the margin was a typing error." in sentence(found)


def test_earlier_runs_of_the_spec_are_told_of(variant: Variant) -> None:
    plan, design = variant()
    found = standing(plan, design, [replace(lock(plan, design), runs=("sim-sim-12345678",))], "")
    assert "1 run(s) of the spec under this profile had results already" in sentence(found)


def test_a_gate_is_part_of_the_design_that_is_locked(project: Path) -> None:
    gated, catalog = compiled_spec(project / "specs" / "examples" / "gated.yaml", "full")
    design = described(gated.experiment, catalog)
    assert gated.experiment.gate is not None
    assert list(design["gate"]["then"]) == list(gated.experiment.gate.then)
    assert design["gate"]["rule"]["threshold"] == gated.experiment.gate.rule.threshold
