"""A hypothesis read over a design before anything runs, and what is said of it. Pure Python: the plan calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emspec import Attainable, Experiment, Hypothesis, Json, Verdict, design_of
from emspec_stats.arms import Arm, Field, field_of

ALPHA = 0.05

Testable = Mapping[str, str]
"""By condition: "", or why a test tells nothing there."""


def alpha_of(value: Json) -> float:
    """Return a hypothesis' alpha, .05 where it names none."""
    return float(value) if isinstance(value, int | float) else ALPHA


@dataclass(frozen=True)
class Asked:
    """What a hypothesis asks of a design: what is compared, every condition's name, and its alpha."""

    field: Field
    conditions: tuple[str, ...]
    alpha: float

    def testable(self, judge: Callable[[Arm], str]) -> Testable:
        """Return for each condition "", or why the test tells nothing there; `judge` says it of those compared."""
        compared = {arm.name: judge(arm) for arm in self.field.conditions}
        return {name: compared[name] if name in compared else self._outside(name) for name in self.conditions}

    def reaches(self, testable: Testable, *remarks: str, floor: float | None = None, only: str = "") -> Attainable:
        """Return what the test can reach where the data decide; `only` is also the first remark."""
        said = (*((only,) if only else ()), *remarks, *self.field.left_out)
        return Attainable(floor, said, testable, alpha=self.alpha, only=only, marker=self.field.marker)

    def foregone(
        self,
        testable: Testable,
        why: str,
        *remarks: str,
        lifts: tuple[str, ...],
        floor: float | None = None,
        verdict: Verdict = "untestable",
    ) -> Attainable:
        """Return what the test can reach where the design alone decides."""
        said = (f"{verdict}{' by design' if verdict == 'inconclusive' else ''}: {why}", *remarks, *self.field.left_out)
        return Attainable(floor, said, testable, verdict, lifts, self.alpha, marker=self.field.marker)

    def _outside(self, name: str) -> str:
        marker = self.field.marker
        if name in self.field.untaught:
            return f"no couple step taught {marker} in {name}"
        return f"{name} is not evaluated" + (f" for {marker}" if marker else "")


def asked(experiment: Experiment, hypothesis: Hypothesis) -> Asked:
    """Read a hypothesis over an experiment's design."""
    field = field_of(design_of(experiment), hypothesis.parameters)
    conditions = tuple(one.name for one in experiment.conditions if not one.control)
    return Asked(field, conditions, alpha_of(hypothesis.parameters.get("alpha")))
