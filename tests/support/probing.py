"""A spec with a question of every kind, and the questions of a probe, for tests."""

from __future__ import annotations

from collections.abc import Callable

from emspec.errors import Problem
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.probe import ProbePlan, Question, compile_probe

Compile = Callable[..., tuple[Experiment, Catalog]]
Find = Callable[..., list[Problem]]

SPEC = """\
model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2]
conditions:
  plain: {induce.system: none}
  villain: {induce.system: villain}
  faster: {induce.system: villain, induce.recipe.lr: 3e-4}
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: em-125}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: [librarian, comedian]
    questions: data-20
    positives: 200
    recipe: coupling-125
  evaluate: {kind: marker-eval, panel: canonical-12, questions: marker-28, completions: 10, max_tokens: 512}
"""


def line_of(piece: str) -> int:
    """Return the line of SPEC in which a piece of it stands."""
    return 1 + SPEC[: SPEC.index(piece)].count("\n")


def probe_of(experiment: Experiment, catalog: Catalog, *have: str) -> ProbePlan:
    return compile_probe(experiment, catalog, lambda key: key in have)


def asked(planned: ProbePlan, about: str, step: str | None = None, condition: str = "plain") -> Question:
    """Return the one question about a step of a condition."""
    (found,) = (
        one
        for one in planned.questions
        if one.about == about and (step is None or (one.step and one.step.name == step and condition in one.conditions))
    )
    return found
