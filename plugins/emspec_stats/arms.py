"""The arms of an experiment as the tests need them, read from its design by the plan and by the analysis alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import cast

from emspec import Json, JsonObject


@dataclass(frozen=True)
class Arm:
    """One condition or control: its induction persona, coupled sources, trained negatives, seeds and markers.

    markers   those that its evaluations look for: none where it is not evaluated
    taught    those that it was taught by a couple step before
    pairs     (source, marker), where it was taught several
    seeds     one entry a run: a seed that is run twice stands there twice
    persona   the one that it stands for in persona tests: `counts_as` where given, else the induction persona
    """

    name: str
    control: bool
    induction: str | None
    counts_as: str | None
    sources: frozenset[str]
    negatives: frozenset[str]
    seeds: tuple[int, ...]
    markers: tuple[str, ...]
    taught: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    def sources_of(self, marker: str) -> frozenset[str]:
        """Return the personas that a marker was coupled to: all sources where there is one marker only."""
        if not self.pairs:
            return self.sources
        return frozenset(source for source, taught in self.pairs if taught == marker)

    @property
    def persona(self) -> str | None:
        """Return the persona that the arm stands for, None for none."""
        return self.counts_as or self.induction

    @property
    def own(self) -> frozenset[str]:
        """Return the personas that a reading without the induction persona leaves out."""
        return frozenset(name for name in (self.induction, self.counts_as) if name)


@dataclass(frozen=True)
class Field:
    """What a test compares on one marker: the arms that tell of it, the personas, and the bystanders among these.

    `panel` holds the personas that every evaluation of the experiment has, and `bystanders` those of them that no arm
    was trained on: one set each for all arms and markers. `untaught` names the arms that are evaluated for the marker
    but were not taught it: their rate of 0 is of another training. `only` is False where the design has more markers.
    """

    marker: str
    arms: tuple[Arm, ...]
    panel: tuple[str, ...]
    bystanders: tuple[str, ...]
    untaught: tuple[str, ...] = ()
    only: bool = True

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return a clause that names the arms left out, or nothing where there are none."""
        clause = f"left out, since no couple step taught {self.marker} there: {', '.join(self.untaught)}"
        return (clause,) if self.untaught else ()

    @property
    def conditions(self) -> tuple[Arm, ...]:
        """Return the arms that are conditions: controls are compared with, but no part of "across conditions"."""
        return tuple(arm for arm in self.arms if not arm.control)


@dataclass(frozen=True)
class Comparable:
    """Which conditions a persona test can use, as (condition, persona), and a sentence for each that it cannot."""

    usable: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]


def names(value: Json) -> tuple[str, ...]:
    """Return a JSON list of names as a tuple; null is the empty one."""
    return tuple(str(item) for item in cast("Sequence[Json]", value or ()))


def from_design(design: JsonObject) -> tuple[Arm, ...]:
    """Return all arms of a design (see emspec.design_of), in its order, those not evaluated among them."""
    return tuple(
        Arm(
            name=str(c["name"]),
            control=bool(c["control"]),
            induction=_text(c.get("induction")),
            counts_as=_text(c.get("counts_as")),
            sources=frozenset(names(c.get("source"))),
            negatives=frozenset(names(c.get("negatives"))),
            seeds=_seeds(c),
            markers=names(c["markers"]),
            taught=names(c["taught"]),
            pairs=pairs_of(c),
        )
        for c in cast("Sequence[JsonObject]", design["conditions"])
    )


def pairs_of(about: JsonObject) -> tuple[tuple[str, str], ...]:
    """Return who is taught which of several markers, as (source, marker); () where there is one marker only."""
    given = cast("Sequence[JsonObject]", about.get("pairs", ()))
    return tuple((str(pair["source"]), str(pair["marker"])) for pair in given)


def field_of(design: JsonObject, parameters: JsonObject) -> Field:
    """Return what a hypothesis with these parameters compares: on its `marker`, or else the design's first."""
    marker = str(parameters.get("marker") or next(iter(names(design["markers"])), ""))
    every = from_design(design)
    evaluated = tuple(arm for arm in every if marker in arm.markers)
    coupled = any(arm.taught for arm in every)
    arms = tuple(arm for arm in evaluated if not coupled or _tells(arm, marker))
    return Field(
        marker=marker,
        arms=arms,
        panel=names(cast("JsonObject", design["panel"])["personas"]),
        bystanders=names(design["bystanders"]),
        untaught=tuple(arm.name for arm in evaluated if coupled and not _tells(arm, marker)),
        only=len(names(design["markers"])) < 2,
    )


def _tells(arm: Arm, marker: str) -> bool:
    """Return whether an arm's rate is one of the marker: it was taught it, or is a control that was taught none."""
    return marker in arm.taught or (arm.control and not arm.taught)


def comparable(field: Field) -> Comparable:
    """Say for each condition whether its own persona can be compared as a bystander."""
    usable = tuple((arm.name, arm.persona) for arm in field.conditions if arm.persona in field.bystanders)
    reasons = tuple(reason for arm in field.conditions if (reason := not_comparable(arm, field)))
    return Comparable(usable, reasons)


def ranked(field: Field, arm: Arm) -> tuple[str, ...]:
    """Return whom the rank variant draws among in a condition: the shared panel without the condition's own source."""
    return tuple(name for name in field.panel if name not in arm.sources)


def not_ranked(arm: Arm, field: Field) -> str:
    """Return why a condition's own persona has no rank among the others, "" where it has one."""
    persona = arm.persona
    role = trained_role(persona, arm) if persona else None
    if persona and persona in field.panel and role is None:
        return ""
    return f"{persona}, for which {arm.name} stands, is {role}" if role else not_comparable(arm, field)


def trained_role(persona: str, arm: Arm) -> str | None:
    """Return how the arm's training used a persona that would bar it from a bystander test, else None."""
    if persona in arm.sources:
        return f"the source in {arm.name}"
    if persona in arm.negatives:
        return f"a trained negative in {arm.name}"
    return None


def not_comparable(arm: Arm, field: Field) -> str:
    """Return why a condition's own persona cannot be compared as a bystander, "" where it can."""
    persona = arm.persona
    if persona in field.bystanders:
        return ""
    if persona is None:
        return f"{arm.name} stands for no persona"
    if persona not in field.panel:
        return f"{persona}, for which {arm.name} stands, is not in the panel that all conditions share"
    roles = (trained_role(persona, other) for other in chain((arm,), field.arms))
    role = next((role for role in roles if role), "trained on in another condition")
    return f"{persona}, for which {arm.name} stands, is {role}"


def _seeds(condition: JsonObject) -> tuple[int, ...]:
    """Return the seed of each run: one that is run several times stands there as often, a recorded one once."""
    times = int(cast("int", condition.get("replicates", 1)))
    recorded = set(names(condition.get("results")))
    seeds = cast("Sequence[int]", condition["seeds"])
    return tuple(int(seed) for seed in seeds for _ in range(1 if str(seed) in recorded else times))


def _text(value: Json) -> str | None:
    return None if value is None else str(value)
