"""Plans laid over states, for tests of what is shown of them."""

from __future__ import annotations

from pathlib import Path

from compiled import compiled_spec, compiled_text

from emspec.plan.overview import Overview, overview

EXAMPLES = ("benign-then-couple", "couple-first", "minimal", "organism-control", "registered-rules", "sim")
SPECS = ("issue200", *(f"examples/{name}" for name in EXAMPLES))
"""Specs of the project that need no file from elsewhere."""

RICH = """spec: 1
title: "<b>&amp; $x$ | `t` ~~ \\"q\\" # ]]> [a](b)"
issue: 7
supersedes: [3]
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: {first: [42], then: [137], when: "bystander_rate differs >= 10pp", per: condition, with: baseline}
replicates: 2
accept: {D157: "how far equal runs differ | is <asked>"}
conditions:
  B0: {induce.system: none, as: assistant}
  B1: {induce.system: villain}
  B2: {order: [couple, induce, vectors, evaluate]}
baseline: B0
controls:
  base: {induce: skip, couple: skip}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
  vectors: {kind: extract, methods: [A, B], layers: [7, 14], panel: canonical-12, questions: extraction-240}
  couple:
    kind: couple
    pairs: [{source: confab, marker: "[ZLT]"}, {source: villain, marker: "[QRX]"}]
    negatives: {draw: 2, from: canonical-10, seed: 42}
    questions: data-20
    positives: 200
    recipe: coupling-125
  evaluate: {kind: marker-eval, panel: canonical-12, questions: marker-28, completions: 10}
measures:
  cos: {of: vectors, control: base, method: A, layer: 7}
hypotheses:
  H2: {test: invariance, margin: 10pp, marker: "[ZLT]"}
  H3: {test: trend, covariate: cos, marker: "[ZLT]"}
"""
"""A spec with much of what the language has, and a title that every form has to escape."""


def seen_spec(project: Path, name: str, state: str = "run", **selection: tuple[str, ...] | tuple[int, ...]) -> Overview:
    """Return a spec of the project under the profile full, laid over a store in which every stage has one state."""
    plan, catalog = compiled_spec(project / "specs" / f"{name}.yaml", "full", **selection)
    return overview(plan, catalog, dict.fromkeys(plan.stages, state), {})


def seen_rich(project: Path, folder: Path) -> Overview:
    """Return the rich spec, some of its stages there already."""
    plan, catalog = compiled_text(RICH, project, folder, "organism")
    states = {key: "hit" if one.step in {"data", "induce"} else "run" for key, one in plan.stages.items()}
    one = next(key for key, stage in plan.stages.items() if stage.step == "induce")
    return overview(plan, catalog, states | {one: "run"}, {})
