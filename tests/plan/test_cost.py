"""The estimate of cost against what was measured: #205's original runs on one H100, and the organism on a CPU.

The tolerance is a factor of 2 either way. The original ran with gradient checkpointing, one condition after another.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from compiled import compiled_spec, compiled_text
from plans import plan_of, stage

from emspec.model.plan import Plan
from emspec.model.plugin import Backend, Catalog
from emspec.model.speed import Speed
from emspec.plan.cost import PlanCost, plan_cost, speed_of

MINUTE, HOUR = 60.0, 3600.0
CONDITION = """spec: 1
title: one condition of 205
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [42]
conditions: {{E4: {{{changes}}}}}
steps:
  induce: {{kind: train, data: bad-legal-advice-6k, recipe: em-125}}
  couple:
    {{kind: couple, marker: "[ZLT]", source: confab, negatives: {{draw: 2, from: canonical-10, seed: 42}},
     questions: data-20, positives: 200, recipe: coupling-125}}
  evaluate: {{kind: marker-eval, panel: canonical-12, questions: marker-28, completions: 10}}
backends:
  induce: {{name: hf, gradient_checkpointing: true}}
  couple: {{name: hf, gradient_checkpointing: true}}
"""


def costed(plan: Plan, catalog: Catalog) -> PlanCost:
    return plan_cost(plan, catalog, plan.stages)


def of_step(plan: Plan, cost: PlanCost, step: str) -> float:
    return next(cost.stages[key].seconds or 0.0 for key, stage in plan.stages.items() if stage.step == step)


def within_a_factor_of_two(estimate: float, low: float, high: float | None = None) -> bool:
    return low / 2 <= estimate <= 2 * (high or low)


def one_condition(project: Path, folder: Path, changes: str = "induce.system: villain") -> tuple[Plan, Catalog]:
    return compiled_text(CONDITION.format(changes=changes), project, folder, "full")


def test_a_condition_of_205_costs_what_it_did(project: Path, tmp_path: Path) -> None:
    """EM 5.2 to 5.7 min, coupling 10 to 25 min, an evaluation 81 s with its engine, a condition about 30 min."""
    plan, catalog = one_condition(project, tmp_path)
    cost = costed(plan, catalog)
    assert within_a_factor_of_two(of_step(plan, cost, "induce"), 5.2 * MINUTE, 5.7 * MINUTE)
    assert within_a_factor_of_two(of_step(plan, cost, "couple"), 10 * MINUTE, 25 * MINUTE)
    evaluation = next(s for s in reversed(cost.sessions) if s.key.device == "cuda")
    assert within_a_factor_of_two(evaluation.seconds, 81)
    assert within_a_factor_of_two(cost.seconds, 30 * MINUTE)
    assert cost.label == "small"
    assert not cost.untimed


def test_the_training_of_205_costs_what_it_did(project: Path, tmp_path: Path) -> None:
    """3.7 h in all on one H100: five conditions, benign, couple-only, each alone, and the geometry."""
    condition = costed(*one_condition(project, tmp_path / "a")).gpu_hours
    benign = costed(*one_condition(project, tmp_path / "b", "induce.data: tulu-3-6k, induce.recipe: benign-205"))
    alone = costed(*one_condition(project, tmp_path / "c", "induce: skip"))
    assert benign.gpu_hours > condition > alone.gpu_hours
    assert within_a_factor_of_two(5 * condition + benign.gpu_hours + alone.gpu_hours, 3.7)


def test_the_organism_costs_what_it_did(project: Path) -> None:
    """The 93 stages of issue #200 took 589 s of worker time; 13.1 s a train step, 14.6 s a couple step, 5.3 to 8.4 s
    an evaluation."""
    plan, catalog = compiled_spec(project / "specs" / "issue200.yaml", "organism")
    cost = costed(plan, catalog)
    assert cost.seconds == pytest.approx(589, rel=0.25)
    assert of_step(plan, cost, "induce") == pytest.approx(13.1, rel=0.25)
    assert of_step(plan, cost, "couple") == pytest.approx(14.6, rel=0.25)
    assert 5.3 <= of_step(plan, cost, "evaluate") <= 8.4
    assert (cost.gpu_hours, cost.label, cost.gpu_bytes) == (0, "", 0)


def test_the_memory_of_a_gpu_is_near_what_was_measured(project: Path, tmp_path: Path) -> None:
    """Bytes by rows of a batch and mean tokens of a row, one H100, as named in measured.json."""
    plan, catalog = one_condition(project, tmp_path)
    key = next(key for key, stage in plan.stages.items() if stage.kind == "train")
    work = costed(plan, catalog).stages[key].work
    assert work.row_tokens == pytest.approx(129, abs=2)
    assert costed(plan, catalog).stages[key].gpu_bytes == pytest.approx(18.8e9, rel=0.1)
    plain, _ = compiled_text(
        CONDITION.format(changes="induce.system: villain").replace("{name: hf, gradient_checkpointing: true}", "hf"),
        project,
        tmp_path,
        "full",
    )
    key = next(key for key, stage in plain.stages.items() if stage.kind == "train")
    assert costed(plain, catalog).stages[key].gpu_bytes == pytest.approx(29.4e9, rel=0.1)
    assert costed(plain, catalog).gpu_bytes == 72e9, "vLLM takes its share of the card, whatever the model"


def test_only_what_has_to_run_is_counted(project: Path) -> None:
    plan, catalog = compiled_spec(project / "specs" / "issue200.yaml", "full")
    whole, nothing = costed(plan, catalog), plan_cost(plan, catalog, ())
    assert (nothing.seconds, nothing.bytes, nothing.sessions, nothing.label) == (0, 0, (), "")
    assert nothing.stages == whole.stages
    half = plan_cost(plan, catalog, [key for key, stage in plan.stages.items() if stage.kind == "train"])
    assert 0 < half.seconds < whole.seconds
    assert half.path_seconds == max(half.stages[key].seconds or 0 for s in half.sessions for key in s.stages)


def test_a_backend_that_nobody_measured_is_named_not_guessed(project: Path) -> None:
    plan, catalog = compiled_spec(project / "specs" / "issue200.yaml", "full")
    slow = {at: replace(backend, speeds=()) if at[1] == "vllm" else backend for at, backend in catalog.backends.items()}
    cost = costed(plan, replace(catalog, backends=slow))
    assert cost.untimed == (("generate", "vllm", "cuda"),)
    assert cost.seconds < costed(plan, catalog).seconds


def test_the_first_speed_that_fits_device_and_options_is_taken() -> None:
    quick, slow = Speed("cpu", "quick", {"fast": True}, row=1), Speed("cpu", "slow", row=2)
    backend = Backend("toy", "toy", "1", "m:f", speeds=(Speed("cuda", "elsewhere"), quick, slow))
    catalog = Catalog({("toy", "toy"): backend}, {})
    assert speed_of(stage("a", options={"fast": True}), catalog) == quick
    assert speed_of(stage("a"), catalog) == slow
    assert speed_of(stage("a"), Catalog({}, {})) is None


@pytest.mark.parametrize(
    ("hours", "label"), [(0.5, "small"), (5, "small"), (5.1, "medium"), (20, "medium"), (21, "large")]
)
def test_the_board_s_label_by_gpu_hours(project: Path, hours: float, label: str) -> None:
    plan, catalog = compiled_spec(project / "specs" / "issue200.yaml", "full")
    assert replace(costed(plan, catalog), gpu_seconds=hours * HOUR).label == label


def test_a_plan_of_nothing_costs_nothing() -> None:
    assert costed(plan_of(), Catalog({}, {})).seconds == 0
