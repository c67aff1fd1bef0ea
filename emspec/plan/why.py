"""Why stages have to run: the key document of each against that of its nearest predecessor among the stored results.

A predecessor is what the spec's last run called the same (condition, seed, step), or else the result of the same kind
that differs in the fewest fields. Inputs are followed back: they count as changed only where something else than an
input of theirs did not change already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from emspec.errors import Place
from emspec.model.history import History, Stored
from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.model.stage import Stage
from emspec.plan.changes import ABSENT, Change, Value, changes
from emspec.plan.nearest import Nearest
from emspec.plan.written import Written

Cause = Literal["changed", "follows", "new", "never", "gone"]


@dataclass(frozen=True)
class Blamed:
    """A changed field of a stage, and where the spec (or its profile) writes the value: None where nothing does."""

    change: Change
    place: Place | None


@dataclass(frozen=True)
class Reason:
    """Why one stage has to run.

    cause    changed: a field differs from what the last run called the same; follows: only its inputs do; new: the last
             run had no such stage, `against` is the most alike; never: nothing alike is stored; gone: the result that
             there was is not there any more, or is damaged
    blamed   the fields that differ, those of inputs left out where they follow from other stages
    follows  keys of the stages of the plan that this one runs because of: the first causes, not those between
    against  the result that it was compared with
    """

    stage: Stage
    cause: Cause
    blamed: tuple[Blamed, ...] = ()
    follows: tuple[str, ...] = ()
    against: Stored | None = None


def why(plan: Plan, to_run: Collection[str], history: History) -> tuple[Reason, ...]:
    """Return the reason for each stage of `to_run`, in the plan's order."""
    return tuple(_Inquiry(plan, to_run, history).reasons())


class _Inquiry:
    """Goes through the plan, inputs first: what a stage's inputs were before is known when it is its turn."""

    def __init__(self, plan: Plan, to_run: Collection[str], history: History) -> None:
        self.plan = plan
        self.to_run = frozenset(to_run)
        self.history = history
        self.nearest = Nearest(history)
        self.written = Written(plan)
        self.known = frozenset((*history.stored, *history.labels.values()))
        self.before: dict[str, str] = {}
        self.roots: dict[str, tuple[str, ...]] = {}

    def reasons(self) -> Iterator[Reason]:
        for key, stage in self.plan.stages.items():
            if key in self.to_run:
                reason = self._reason(stage)
                self.roots[key] = reason.follows if reason.cause == "follows" else (key, *reason.follows)
                yield reason

    def _reason(self, stage: Stage) -> Reason:
        if stage.key in self.known:
            self.before[stage.key] = stage.key
            return Reason(stage, "gone")
        document = {**stage.document, "inputs": self._inputs_before(stage)}
        named = self.history.labels.get(stage.label)
        against = self.history.stored.get(named or "")
        if against is None or against.document.get("kind") != stage.kind:
            named, against = None, self.nearest.of(document, stage)
        if against is None:
            return Reason(stage, "never", follows=self._first_causes(stage, stage.inputs))
        self.before[stage.key] = against.key
        blamed = tuple(
            Blamed(change, self.written.place(stage, change.path))
            for change in self._named(stage, changes(against.document, document))
        )
        follows = self._first_causes(stage, self._moved(stage, document))
        cause: Cause = "follows" if follows and not blamed else "changed" if named else "new"
        return Reason(stage, cause, blamed, follows, against)

    def _inputs_before(self, stage: Stage) -> Mapping[str, str]:
        """Return the inputs with the keys that those had which are to run now: as if nothing above had changed."""
        return {role: self.before.get(key, key) for role, key in stage.inputs.items()}

    def _moved(self, stage: Stage, document: JsonObject) -> Mapping[str, str]:
        """Return the inputs that have another key than before."""
        before = document["inputs"]
        assert isinstance(before, Mapping)
        return {role: key for role, key in stage.inputs.items() if before[role] != key}

    def _first_causes(self, stage: Stage, inputs: Mapping[str, str]) -> tuple[str, ...]:
        found = (root for key in inputs.values() for root in self.roots.get(key, ()))
        return tuple(dict.fromkeys(found))

    def _named(self, stage: Stage, found: tuple[Change, ...]) -> Iterator[Change]:
        """Yield the changes; an input is called by its stage's label, not by its key."""
        for change in found:
            if change.path[0] == "inputs":
                now = ABSENT if change.new is ABSENT else stage.inputs[str(change.path[1])]
                yield replace(change, old=self._label(change.old), new=self._label(now))
            else:
                yield change

    def _label(self, key: Value) -> Value:
        """Return what the stage of a key is called; what is no key stays as it is."""
        if not isinstance(key, str):
            return key
        if key in self.plan.stages:
            return self.plan.stages[key].label
        stored = self.history.stored.get(key)
        return stored.label if stored and stored.label else key[:8]
