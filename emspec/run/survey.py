"""What of a plan is already in the store, and what has to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from emspec.model.plan import Plan
from emspec.store import Store

State = Literal["hit", "run", "unneeded"]


@dataclass(frozen=True)
class Survey:
    """`states` of all stages; `healed` names results that were found damaged, as (key, file).

    `made` has the label under which a stage that is there was made, which may have been for another spec.
    """

    states: Mapping[str, State]
    healed: tuple[tuple[str, str], ...] = ()
    made: Mapping[str, str] = field(default_factory=dict)

    def keys(self, state: State) -> tuple[str, ...]:
        """Return the keys in a state, in plan order."""
        return tuple(key for key, have in self.states.items() if have == state)


def survey(plan: Plan, store: Store, *, thorough: bool) -> Survey:
    """Walk from the plan's last stages back to what is there.

    A stage whose result exists needs nothing of what it was made from. With `thorough`, the bytes of every result that
    will be read are compared with their digests; a damaged one, and one with files cut or gone, is moved aside and made
    again.
    """
    consumed = {key for stage in plan.stages.values() for key in stage.inputs.values()}
    # The run's folder gets a copy of the row table, also where the analysis that reads it is there already.
    wanted = [key for key in plan.stages if key not in consumed or key == plan.rows]
    states: dict[str, State] = {}
    healed: list[tuple[str, str]] = []
    made: dict[str, str] = {}
    while wanted:
        key = wanted.pop()
        if key in states:
            continue
        damage = store.heal(key) if thorough else None
        if damage:
            healed.append((key, damage))
        elif found := store.lookup(key):
            states[key] = "hit"
            made[key] = str(found.record.get("label", plan.stages[key].label))
            continue
        states[key] = "run"
        wanted += plan.stages[key].inputs.values()
    ordered: dict[str, State] = {key: states.get(key, "unneeded") for key in plan.stages}
    return Survey(ordered, tuple(healed), made)
