"""What the hypotheses of an experiment can be tested on: by condition, by test, and who is who in the panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emspec.model.design import design_of
from emspec.model.experiment import Condition, Experiment
from emspec.model.json import Json, JsonObject


@dataclass(frozen=True)
class TestedCondition:
    """A condition, the persona that it stands for, and by hypothesis "" or why it tells nothing there.

    A hypothesis that does not ask about the condition is not among them.
    """

    name: str
    persona: str | None
    reasons: Mapping[str, str]
    __test__ = False


@dataclass(frozen=True)
class Reached:
    """A hypothesis, its test, alpha and least p (None for none), and what any data can come to.

    `outcome` is "" where the data decide, or the verdict that is foregone; `says` is the reason, or what else is known.
    """

    hypothesis: str
    test: str
    alpha: float | None
    floor: float | None
    outcome: str
    says: tuple[str, ...]
    lifts: tuple[str, ...]


@dataclass(frozen=True)
class PanelRole:
    """A persona of the panel: whether it counts as a bystander everywhere, and the conditions of each of its roles.

    `roles` are source, trained negative, induction persona and counts as, in this order, each with its conditions;
    `unseen` are the evaluated conditions in which it has no role at all.
    """

    persona: str
    bystander: bool
    roles: Mapping[str, tuple[str, ...]]
    unseen: tuple[str, ...]


@dataclass(frozen=True)
class Testability:
    """The whole. `absent` maps personas that conditions stand for, and no panel has, to those conditions."""

    conditions: tuple[TestedCondition, ...]
    reached: tuple[Reached, ...]
    panel: tuple[PanelRole, ...]
    absent: Mapping[str, tuple[str, ...]]
    __test__ = False

    def to_json(self) -> JsonObject:
        """Return the whole as JSON values."""
        conditions: list[Json] = [
            {"condition": one.name, "persona": one.persona, "testable": dict(one.reasons)} for one in self.conditions
        ]
        tests: list[Json] = [
            {
                "hypothesis": one.hypothesis,
                "test": one.test,
                "alpha": one.alpha,
                "least_p": one.floor,
                "foregone": one.outcome or None,
                "remarks": list(one.says),
                "lifts": list(one.lifts),
            }
            for one in self.reached
        ]
        panel: list[Json] = [
            {
                "persona": one.persona,
                "bystander": one.bystander,
                "roles": {role: list(names) for role, names in one.roles.items()},
                "unseen": list(one.unseen),
            }
            for one in self.panel
        ]
        absent: JsonObject = {name: list(where) for name, where in self.absent.items()}
        return {"testability": conditions, "tests": tests, "panel": panel, "not_in_panel": absent}


def read_testability(experiment: Experiment) -> Testability:
    """Return what an experiment's hypotheses can be tested on."""
    arms = [one for one in experiment.conditions if not one.control]
    panels = {p.name for one in experiment.conditions for step in one.evaluations for p in step.panel}
    absent: dict[str, tuple[str, ...]] = {}
    for one in arms:
        persona = stands_for(one)
        if persona and panels and one.evaluations and persona not in panels:
            absent[persona] = (*absent.get(persona, ()), one.name)
    return Testability(
        conditions=tuple(TestedCondition(one.name, stands_for(one), _reasons(one, experiment)) for one in arms),
        reached=tuple(_reached(experiment)),
        panel=_panel(experiment),
        absent=absent,
    )


def stands_for(condition: Condition) -> str | None:
    """Return the persona that a condition stands for: the one that it counts as, or else its induction persona."""
    return condition.counts_as or _induced_under(condition)


def _induced_under(condition: Condition) -> str | None:
    return condition.induction_persona.name if condition.induction_persona else None


def _reasons(condition: Condition, experiment: Experiment) -> Mapping[str, str]:
    reach = experiment.attainable
    asked = (one.name for one in experiment.hypotheses if condition.name in reach[one.name].testable)
    return {name: reach[name].testable[condition.name] for name in asked}


def _reached(experiment: Experiment) -> list[Reached]:
    found = []
    for one in experiment.hypotheses:
        reach = experiment.attainable[one.name]
        reasons = set(reach.testable.values())
        says = tuple(remark for remark in reach.remarks if remark not in reasons)
        found.append(Reached(one.name, one.test, reach.alpha, reach.floor, reach.foregone or "", says, reach.lifts))
    return found


def _panel(experiment: Experiment) -> tuple[PanelRole, ...]:
    """Return the personas of all panels, in the order in which they are first asked."""
    steps = (step for one in experiment.conditions for step in one.evaluations)
    return roles_in(experiment, dict.fromkeys(persona.name for step in steps for persona in step.panel))


def roles_in(experiment: Experiment, names: Iterable[str]) -> tuple[PanelRole, ...]:
    """Return what personas are in the evaluated conditions, whether or not they are in a panel."""
    evaluated = [one for one in experiment.conditions if one.evaluations]
    bystanders = design_of(experiment)["bystanders"]
    held = isinstance(bystanders, list | tuple)
    roles = {one.name: _roles(one) for one in evaluated}
    found = []
    for name in names:
        mine: dict[str, tuple[str, ...]] = {}
        for role in ("source", "trained negative", "induction persona", "counts as"):
            where = tuple(one.name for one in evaluated if name in roles[one.name][role])
            if where:
                mine[role] = where
        seen = {condition for where in mine.values() for condition in where}
        unseen = tuple(one.name for one in evaluated if one.name not in seen)
        found.append(PanelRole(name, held and name in bystanders, mine, unseen))  # type: ignore[operator]
    return tuple(found)


def _roles(condition: Condition) -> Mapping[str, frozenset[str]]:
    induced = _induced_under(condition)
    return {
        "source": condition.sources,
        "trained negative": condition.negatives,
        "induction persona": frozenset({induced} if induced else ()),
        "counts as": frozenset({condition.counts_as} if condition.counts_as else ()),
    }
