"""The arms of an experiment as the tests need them, read from a compiled experiment or from an analysis' design.

One account of who is a bystander and which conditions are testable serves the plan and the analysis, so they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from emspec import Condition, CoupleStep, EvaluateStep, Experiment, Json, JsonObject, TrainStep


@dataclass(frozen=True)
class Arm:
    """One condition or control: its induction persona, coupled sources, trained negatives, panel and seeds.

    `persona` is the one that it stands for in persona tests: `counts_as` where given, else the induction persona.
    """

    name: str
    control: bool
    induction: str | None
    counts_as: str | None
    sources: frozenset[str]
    negatives: frozenset[str]
    panel: tuple[str, ...]
    seeds: tuple[int, ...]

    @property
    def persona(self) -> str | None:
        """Return the persona that the arm stands for, None for none."""
        return self.counts_as or self.induction

    @property
    def own(self) -> frozenset[str]:
        """Return the personas that a reading without the induction persona leaves out."""
        return frozenset(name for name in (self.induction, self.counts_as) if name)


@dataclass(frozen=True)
class Comparable:
    """Which conditions a persona test can use, as (condition, persona), and a sentence for each that it cannot."""

    usable: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]


def names(value: Json) -> tuple[str, ...]:
    """Return a JSON list of names as a tuple; null is the empty one."""
    return tuple(str(item) for item in cast("Sequence[Json]", value or ()))


def from_experiment(experiment: Experiment) -> tuple[Arm, ...]:
    """Return the arms of a compiled experiment that are evaluated, in its order."""
    arms = (_arm(condition, experiment.seeds) for condition in experiment.conditions)
    return tuple(arm for arm in arms if arm.panel)


def from_design(design: JsonObject) -> tuple[Arm, ...]:
    """Return the arms of an analyse stage's `design`, in its order."""
    panel = names(cast("JsonObject", design["panel"])["personas"])
    conditions = cast("Sequence[JsonObject]", design["conditions"])
    return tuple(
        Arm(
            name=str(c["name"]),
            control=bool(c["control"]),
            induction=_text(c.get("induction")),
            counts_as=_text(c.get("counts_as")),
            sources=frozenset(names(c.get("source"))),
            negatives=frozenset(names(c.get("negatives"))),
            panel=panel,
            seeds=tuple(int(cast("int", seed)) for seed in cast("Sequence[Json]", c["seeds"])),
        )
        for c in conditions
    )


def bystanders(arms: Sequence[Arm]) -> tuple[str, ...]:
    """Return the headline bystanders, in panel order.

    They are the personas in every arm's panel that no arm coupled to a marker or trained as a negative: one set for
    all arms. Induction personas are among them.
    """
    trained = frozenset[str]().union(*(arm.sources | arm.negatives for arm in arms))
    shared = [frozenset(arm.panel) for arm in arms]
    return tuple(
        name for name in (arms[0].panel if arms else ()) if name not in trained and all(name in p for p in shared)
    )


def conditions(arms: Sequence[Arm]) -> tuple[Arm, ...]:
    """Return the arms that are conditions: controls are compared with, but are no part of "across conditions"."""
    return tuple(arm for arm in arms if not arm.control)


def comparable(arms: Sequence[Arm]) -> Comparable:
    """Say for each condition whether its own persona can be compared as a bystander."""
    allowed = bystanders(arms)
    usable = tuple((arm.name, arm.persona) for arm in conditions(arms) if arm.persona in allowed and arm.persona)
    reasons = tuple(_why_not(arm, arms) for arm in conditions(arms) if arm.persona not in allowed)
    return Comparable(usable, reasons)


def trained_role(persona: str, arm: Arm) -> str | None:
    """Return how the arm's training used a persona that would bar it from a bystander test, else None."""
    if persona in arm.sources:
        return f"the source in {arm.name}"
    if persona in arm.negatives:
        return f"a trained negative in {arm.name}"
    return None


def _why_not(arm: Arm, arms: Sequence[Arm]) -> str:
    persona = arm.persona
    if persona is None:
        return f"{arm.name} stands for no persona"
    if any(persona not in other.panel for other in arms):
        return f"{persona}, for which {arm.name} stands, is not in the panel"
    roles = [role for other in (arm, *arms) if (role := trained_role(persona, other))]
    return f"{persona}, for which {arm.name} stands, is {roles[0]}"


def _arm(condition: Condition, seeds: Sequence[int]) -> Arm:
    training = [step for step in condition.steps if isinstance(step, TrainStep)]
    coupling = [step for step in condition.steps if isinstance(step, CoupleStep)]
    panels = [step.panel for step in condition.steps if isinstance(step, EvaluateStep)]
    persona = training[-1].persona if training else None
    return Arm(
        name=condition.name,
        control=condition.control,
        induction=persona.name if persona else None,
        counts_as=condition.counts_as,
        sources=frozenset(step.source.name for step in coupling),
        negatives=frozenset(persona.name for step in coupling for persona in step.negatives),
        panel=tuple(persona.name for persona in panels[0]) if panels else (),
        seeds=tuple(seeds),
    )


def _text(value: Json) -> str | None:
    return None if value is None else str(value)
