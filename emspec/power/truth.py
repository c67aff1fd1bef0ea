"""The truth that is planted: cells, the rate of every persona in them, and how far an effect can go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emspec.model.alternative import Alternative
from emspec.model.experiment import Condition, Experiment, Hypothesis
from emspec.model.json import Json
from emspec.model.step import EvaluateStep
from emspec.plan.compile import cell_document

LEAST = 0.01
"""The least rate that is planted, and the least distance of a rate from 1."""
STRIDE = 0.005
CLOSE = 1e-9


@dataclass(frozen=True)
class Truth:
    """Cells as a power stage has them, and per cell and persona the rate without effect and the pattern's part."""

    cells: tuple[Mapping[str, Json], ...]
    rates: tuple[tuple[float, ...], ...]
    pattern: tuple[tuple[float, ...], ...]

    @property
    def replies(self) -> int:
        """Return how many replies an experiment has."""
        return sum(_replies(cell) for cell in self.cells)

    def fits(self, effect: float) -> bool:
        """Return whether an effect leaves every rate that it changes away from 0 and 1."""
        changed = (
            rate + effect * part
            for rates, parts in zip(self.rates, self.pattern, strict=True)
            for rate, part in zip(rates, parts, strict=True)
            if part
        )
        return all(LEAST - CLOSE <= rate <= 1 - LEAST + CLOSE for rate in changed)

    def farthest(self, start: float, towards: int) -> float:
        """Return the effect farthest from `start`, which must fit, that fits still."""
        steps = 0
        while steps < 1 / STRIDE and self.fits(start + towards * STRIDE * (steps + 1)):
            steps += 1
        return round(start + towards * STRIDE * steps, 6)


def truth(experiment: Experiment, hypothesis: Hypothesis, alternative: Alternative) -> Truth:
    """Return the cells that are evaluated for a hypothesis' marker, and the rates that are planted in them.

    A control that was taught no marker, or was never fine-tuned before, leaks nothing.
    """
    marker = marker_of(experiment, hypothesis)
    pairs = [(c, seed, e) for c in experiment.conditions for seed in c.seeds for e in c.evaluations]
    held = [(condition, seed, step) for condition, seed, step in pairs if marker in step.markers]
    texts = dict.fromkeys(text for _, _, step in held for text in step.questions.questions)
    numbers = {text: str(number) for number, text in enumerate(texts, 1)}
    coupled = any(condition.taught for condition in experiment.conditions)
    return Truth(
        cells=tuple(_cell(condition, seed, step, marker, numbers) for condition, seed, step in held),
        rates=tuple(_rates(condition, step, experiment, marker, coupled=coupled) for condition, _, step in held),
        pattern=tuple(_parts(alternative, condition, step) for condition, _, step in held),
    )


def marker_of(experiment: Experiment, hypothesis: Hypothesis) -> str:
    """Return the marker that a hypothesis is about: its own, or else the first that is looked for."""
    looked_for = (marker for c in experiment.conditions for e in c.evaluations for marker in e.markers)
    return str(hypothesis.parameters.get("marker") or next(looked_for, ""))


def _cell(
    condition: Condition, seed: int, step: EvaluateStep, marker: str, numbers: Mapping[str, str]
) -> Mapping[str, Json]:
    """Return a cell as the row table describes it; questions by number, since their words change nothing."""
    numbered = tuple(numbers[text] for text in step.questions.questions)
    described = cell_document(condition, seed, step)
    return {**described, "questions": numbered, "markers": (marker,), "completions": step.completions}


def _rates(
    condition: Condition, step: EvaluateStep, experiment: Experiment, marker: str, *, coupled: bool
) -> tuple[float, ...]:
    noise = experiment.noise
    tells = marker in condition.taught or not coupled
    induced = condition.induction is not None or condition.induction_persona is not None
    leaks = tells and (not condition.control or induced)
    of_source, of_others = noise.source_rate if tells else 0.0, noise.rate if leaks else 0.0
    own = condition.sources_of(marker)
    return tuple(of_source if persona.name in own else of_others for persona in step.panel)


def _parts(alternative: Alternative, condition: Condition, step: EvaluateStep) -> tuple[float, ...]:
    parts = alternative.pattern.get(condition.name, {})
    return tuple(parts.get(persona.name, 0.0) for persona in step.panel)


def _replies(cell: Mapping[str, Json]) -> int:
    personas, questions, completions = cell["personas"], cell["questions"], cell["completions"]
    assert isinstance(personas, Sequence)
    assert isinstance(questions, Sequence)
    assert isinstance(completions, int)
    return len(personas) * len(questions) * completions
