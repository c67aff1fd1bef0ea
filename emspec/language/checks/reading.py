"""What a design check reads, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from emspec.errors import Place, Severity
from emspec.language.conditions import ConditionText
from emspec.language.fields import StepText
from emspec.model.experiment import Condition, Experiment
from emspec.model.step import AdapterStep, CoupleStep, EvaluateStep, Step, Teaching, TrainStep
from emspec.source import Document, KeyPath

S = TypeVar("S", bound=Step)


@dataclass(frozen=True)
class Reading:
    """An experiment, and the text that it was read from."""

    experiment: Experiment
    document: Document
    texts: Sequence[ConditionText]

    def place(self, condition: Condition, step: Step, *field: str | int) -> Place:
        """Return where a field of a condition's step was written, or the step where it was not."""
        return self._steps[condition.name, step.name].place(*field)

    def heading(self, condition: Condition) -> Place:
        """Return where a condition's name stands."""
        return self._conditions[condition.name].spot.key()

    def of_spec(self, *paths: KeyPath) -> Place:
        """Return the place of the first of `paths` in the spec that is written, or else of what lacks the first."""
        written = next((path for path in paths if self.document.has(path)), paths[0])
        return self.document.value(written)

    def of_step(self, condition: str, step: str, *paths: KeyPath) -> Place:
        """Return the place of the first of `paths` in a condition's step that is written, or else the step's."""
        text = self._steps[condition, step]
        return text.place(*next((path for path in paths if text.has(path)), ()))

    def induced_under(self, condition: Condition) -> str | None:
        """Return the persona of a condition's induction by name, None without a system message."""
        induction = condition.induction_persona
        return induction.name if induction else None

    @cached_property
    def baseline(self) -> Condition | None:
        """The condition that the others are compared with, where it is among those that run."""
        return next((one for one in self.experiment.conditions if one.name == self.experiment.baseline), None)

    def firsts(self, kind: type[S]) -> Iterator[tuple[Condition, S]]:
        """Yield each step of a kind once, however many conditions share it, with the first condition that has it."""
        seen: set[int] = set()
        for condition in self.experiment.conditions:
            for step in condition.steps:
                if isinstance(step, kind) and id(step) not in seen:
                    seen.add(id(step))
                    yield condition, step

    def inducing(self, condition: Condition) -> TrainStep | AdapterStep | None:
        """Return the step that a condition is induced by: its last training, or an adapter that declares a persona."""
        steps = (one for one in reversed(condition.steps) if isinstance(one, TrainStep | AdapterStep))
        return next((one for one in steps if isinstance(one, TrainStep) or one.roles.induction), None)

    def induction_place(self, condition: Condition) -> Place:
        """Return where the persona of a condition's induction was written, or else the step, or the condition."""
        step = self.inducing(condition)
        written = ("system",), ("roles", "induction")
        return self.of_step(condition.name, step.name, *written) if step else self.heading(condition)

    def taught_then_evaluated(self) -> Iterator[tuple[Condition, Teaching, EvaluateStep]]:
        """Yield each evaluation with each coupling or adapter before it, and the first condition that has both."""
        seen: set[tuple[int, int]] = set()
        for condition in self.experiment.conditions:
            for step in condition.evaluations:
                for taught in condition.teaching_before(step):
                    if (id(taught), id(step)) not in seen:
                        seen.add((id(taught), id(step)))
                        yield condition, taught, step

    def trained_then_evaluated(self) -> Iterator[tuple[Condition, CoupleStep, EvaluateStep]]:
        """Yield each evaluation with each coupling before it, and the first condition that has both."""
        for condition, taught, step in self.taught_then_evaluated():
            if isinstance(taught, CoupleStep):
                yield condition, taught, step

    @cached_property
    def _conditions(self) -> Mapping[str, ConditionText]:
        return {text.name: text for text in self.texts}

    @cached_property
    def _steps(self) -> Mapping[tuple[str, str], StepText]:
        return {(text.name, step.name): step for text in self.texts for step in text.steps}


@dataclass(frozen=True)
class Finding:
    """What a check found: where, what, and the way out.

    An error stops, unless it is `acceptable` and the spec accepts it.
    """

    place: Place
    message: str
    fix: str
    severity: Severity = "warning"
    acceptable: bool = True


Check = Callable[[Reading], Iterator[Finding]]
