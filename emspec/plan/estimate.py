"""Rough relative costs of stages: they order the work and weigh the progress, and decide nothing else."""

from __future__ import annotations

from emspec.model.step import CoupleStep, EvaluateStep, ExtractStep, TrainStep

TOKENS_PER_REPLY = 32.0
"""Median reply length of the original runs, in tokens."""
TOKENS_PER_ROW = 113.0
"""Mean length of an EM row of the original runs, in tokens."""
BACKWARD = 3.0
"""A training token costs about three forward passes."""
TRIVIAL = 1.0


def train_cost(step: TrainStep) -> float:
    """Return the cost of a train step, in tokens passed forward."""
    rows = step.data.contract.get("rows", 1000)
    return float(str(rows)) * float(str(step.recipe.fields.get("epochs", 1))) * TOKENS_PER_ROW * BACKWARD


def couple_cost(step: CoupleStep) -> float:
    """Return the cost of the training stage of a couple step, in tokens passed forward."""
    rows = step.positives * (len(step.pairs) + len(step.negatives))
    return rows * float(str(step.recipe.fields.get("epochs", 1))) * TOKENS_PER_REPLY * BACKWARD


def replies_cost(step: CoupleStep) -> float:
    """Return the cost of a couple step's on-policy replies, in tokens generated."""
    return (len(step.pairs) + len(step.negatives)) * len(step.questions.questions) * step.drawn * TOKENS_PER_REPLY


def evaluate_cost(step: EvaluateStep) -> float:
    """Return the cost of an evaluation's replies, in tokens generated."""
    return len(step.panel) * len(step.questions.questions) * step.completions * TOKENS_PER_REPLY


def extract_cost(step: ExtractStep) -> float:
    """Return the cost of an extraction, in tokens passed forward: method B writes a reply first."""
    replies = TOKENS_PER_REPLY if "B" in step.methods else 1.0
    return len(step.panel) * len(step.questions.questions) * (TOKENS_PER_ROW + replies)
