"""What every test starts from: the arms that ran, the bystanders, the counts of its marker, its alpha."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from emspec import Finding, Json, JsonObject
from emspec_stats.arms import Arm, Field, field_of, from_design, names
from emspec_stats.asked import alpha_of
from emspec_stats.counts import Counts, count
from emspec_stats.crossed import Sample
from emspec_stats.pooled import PERSONAS, POOLED, QUESTIONS, SHARED_SEEDS, UNKNOWN, declared_noise


@dataclass(frozen=True)
class Setting:
    """A hypothesis over the rows of one marker. The field's arms are those with rows; `unrun` names all others, and
    `remarks` say where the rows come from.
    """

    hypothesis: JsonObject
    field: Field
    unrun: tuple[str, ...]
    remarks: tuple[str, ...]
    counts: Counts
    alpha: float

    @property
    def conditions(self) -> tuple[Arm, ...]:
        """Return the arms that are conditions, not controls."""
        return self.field.conditions

    @property
    def bystanders(self) -> tuple[str, ...]:
        """Return the bystanders, the same in all arms."""
        return self.field.bystanders

    def parameter(self, name: str) -> Json:
        """Return a parameter of the hypothesis."""
        return cast("JsonObject", self.hypothesis["parameters"]).get(name)

    def margin(self) -> float:
        """Return the margin as a fraction of 1, 0 where none is given."""
        return float(cast("float", self.parameter("margin") or 0.0))

    @property
    def sampled(self) -> bool:
        """Whether the claim is about personas like these, not about these."""
        return self.parameter("personas") == "sampled"

    @property
    def declared(self) -> float | None:
        """Return the run-to-run SD that the hypothesis assumes, in radians; None where it names none."""
        found = self.parameter("run_sd")
        return float(found) if isinstance(found, int | float) else None

    @property
    def replicated(self) -> bool:
        """Whether some condition has two runs, so that run-to-run noise can be told."""
        return any(len(self.counts.of(arm.name)) > 1 for arm in self.field.arms)

    def barred(self) -> str:
        """Return why no conditions can be compared at all, "" where they can."""
        if not self.questions.any():
            return "no question was put in every run"
        few = self.sampled and len(self.bystanders) < 2
        return "one bystander tells nothing of personas like it" if few else ""

    @property
    def questions(self) -> NDArray[np.bool_]:
        """Return which questions every run of the arms was asked: comparisons are paired by question."""
        return self.counts.shared([arm.name for arm in self.field.arms])

    def noise_terms(self, sample: Sample) -> tuple[str, ...]:
        """Return what a comparison of conditions assumes of runs, questions and personas."""
        runs: tuple[str, ...] = (
            f"{SHARED_SEEDS}: where they move conditions together, more is known than stated",
            POOLED,
        )
        if not sample.replicated:
            runs = (declared_noise(sample.declared),) if sample.declared is not None else (UNKNOWN,)
        people = (PERSONAS,) if sample.sampled else ()
        return (*runs, *((QUESTIONS,) if self.questions.sum() > 1 else ()), *people)

    def assumptions(self, *more: str) -> tuple[str, ...]:
        """Return a finding's assumptions, the ones common to all tests last."""
        left = int((~self.questions).sum())
        shared = (f"conditions without rows, left out: {', '.join(self.unrun)}",) if self.unrun else ()
        paired = (f"questions that not every run was asked, left out: {left}",) if left else ()
        return (*more, *self.remarks, *shared, *paired)

    def finding(self, estimand: str) -> Finding:
        """Return a finding with the hypothesis filled in, for `dataclasses.replace` to complete."""
        return Finding(
            hypothesis=str(self.hypothesis["name"]),
            test=str(self.hypothesis["test"]),
            claim=str(self.hypothesis["claim"]),
            verdict="untestable",
            reason="",
            estimand=self._estimand(estimand),
            alpha=self.alpha,
            assumptions=self.assumptions(),
        )

    def untestable(self, reason: str, estimand: str) -> Finding:
        """Return the finding of a hypothesis that this design cannot test."""
        return replace(self.finding(estimand), reason=self.reason(reason))

    def reason(self, text: str) -> str:
        """Return a reason, and after it what a reader must know of what it is over."""
        left_out = [f"{clause[0].upper()}{clause[1:]}." for clause in self.field.left_out]
        asked = int(self.questions.sum())
        shared = [f"It is over the {asked} questions that every run was asked."] if asked < len(self.questions) else []
        assumed = self.declared is not None and not self.replicated
        return " ".join(
            [text, *(["Run-to-run noise is declared, not measured."] if assumed else []), *shared, *left_out]
        )

    def _estimand(self, text: str) -> str:
        """Return an estimand, of one question where there is one only, and of the marker where there are several."""
        said = text.replace("questions like these", "this question alone") if self.questions.sum() == 1 else text
        return said if self.field.only else f"{said}; marker {self.field.marker}"


def settle(rows: pa.Table, design: JsonObject, hypothesis: JsonObject) -> Setting:
    """Read a test's arguments."""
    parameters = cast("JsonObject", hypothesis["parameters"])
    field = field_of(design, parameters)
    counts = count(rows, field.marker)
    ran = {run.condition for run in counts.runs}
    held = replace(field, arms=tuple(arm for arm in field.arms if arm.name in ran))
    unrun = tuple(arm.name for arm in from_design(design) if arm.name not in ran)
    return Setting(hypothesis, held, unrun, remarks(design, ran), counts, alpha_of(parameters.get("alpha")))


def remarks(design: JsonObject, ran: Collection[str]) -> tuple[str, ...]:
    """Return what a reader must know of where the runs come from: recorded results, and seeds that a gate opened."""
    found = []
    gate = cast("JsonObject", design.get("gate", {}))
    opened = [name for name in names(gate.get("opened")) if name in ran]
    if gate:
        seeds = ", ".join(map(str, cast("Sequence[Json]", gate["then"])))
        who = ", ".join(opened) or "no condition"
        found.append(f"selected data: seeds {seeds} were run for {who}, for what the first seeds showed")
    conditions = cast("Sequence[JsonObject]", design["conditions"])
    recorded = [str(one["name"]) for one in conditions if one.get("results") and one["name"] in ran]
    if recorded:
        found.append(f"recorded elsewhere, not run here: the replies of {', '.join(recorded)}")
    unknown = [str(one["name"]) for one in conditions if one.get("unknown") and one["name"] in ran]
    if unknown:
        found.append(f"not recorded, so that they count as bystanders: the trained negatives of {', '.join(unknown)}")
    return tuple(found)
