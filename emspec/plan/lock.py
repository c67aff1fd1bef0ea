"""Was the analysis fixed before the first result? Locks as values, and a plan held against them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from emspec.model.json import Json, JsonObject, digest
from emspec.model.plan import Plan
from emspec.plan.changes import Change, changes

LONG_TEXT = 64
"""Characters from which on a lock holds a text's digest, not the text."""
LONG_LIST = 8
"""Items from which on a lock holds a list's length and digest."""
DIGITS = 16

State = Literal["unlocked", "before", "after", "changed"]


@dataclass(frozen=True)
class Lock:
    """What was fixed, and when.

    time       UTC, ISO 8601; `emspec` the version; `spec` the SHA-256 of the spec's text
    plan       digest of the plan's stage keys; `analysis` that of hypotheses, tests' versions and design
    evaluated  how many of the plan's `evaluations` were in the store at that time
    runs       folders of runs of the spec under the profile that had results by then, of whatever plan
    because    why it was locked again, "" for the first lock under the profile
    design     the design (plan.describe), long texts by digest: to tell later what changed
    """

    profile: str
    time: str
    emspec: str
    spec: str
    plan: str
    analysis: str
    evaluated: int
    evaluations: int
    runs: tuple[str, ...]
    because: str
    design: JsonObject

    def to_json(self) -> JsonObject:
        """Return the lock as JSON values."""
        return {**asdict(self), "runs": list(self.runs), "design": self.design}


@dataclass(frozen=True)
class Standing:
    """How a plan stands to the locks of its spec under its profile.

    state    before, after: it is the plan that was locked, before or after the first of its evaluations was made;
             changed: another one was; unlocked: none was
    lock     the last lock; `earlier` are those before it
    changed  in what the design differs from the locked one
    """

    state: State
    lock: Lock | None = None
    earlier: tuple[Lock, ...] = ()
    changed: tuple[Change, ...] = ()


def evaluations(plan: Plan) -> tuple[str, ...]:
    """Return the keys of the replies that the plan evaluates, each once."""
    found = (cell.keys[step.name] for cell in plan.cells for step in cell.condition.evaluations)
    return tuple(dict.fromkeys(found))


def analysis_digest(plan: Plan) -> str:
    """Return the digest of what is analysed how: the parameters of the plan's analysis; "" where there is none."""
    return digest(plan.stages[plan.analyse].parameters) if plan.analyse else ""


def standing(plan: Plan, design: JsonObject, locks: Sequence[Lock], first_result: str) -> Standing:
    """Hold a plan against the locks of its spec.

    `first_result` is when the first of its evaluations that are there was begun (UTC, ISO 8601), "" for none: a lock
    that is later than it came after it, whatever it says of the store that it knew.
    """
    own = tuple(lock for lock in locks if lock.profile == plan.experiment.profile.name)
    if not own:
        return Standing("unlocked")
    before, last = own[:-1], own[-1]
    if (last.plan, last.analysis) != (plan.digest, analysis_digest(plan)):
        return Standing("changed", last, before, changes(last.design, shortened(design)))
    late = last.evaluated > 0 or ("" < first_result < last.time)
    return Standing("after" if late else "before", last, before)


def shortened(design: JsonObject) -> JsonObject:
    """Return a design with long texts and lists by digest: what a lock can hold and still be read."""
    return {name: _short(value) for name, value in design.items()}


def _short(value: Json) -> Json:
    if isinstance(value, str):
        return _digest(value) if len(value) > LONG_TEXT else value
    if isinstance(value, Mapping):
        return {name: _short(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        if len(value) > LONG_LIST:
            return f"{len(value)} items, {_digest(list(value))}"
        return [_short(one) for one in value]
    return value


def _digest(value: Json) -> str:
    return f"sha256 {digest(value)[:DIGITS]}"
