"""A plan laid over what is there already, by step, with what the rest costs: all forms of a plan are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emspec.model.experiment import Hypothesis
from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.plan.cost import PlanCost, plan_cost

NOT_INSTALLED = ""
"""The backend of stages that no installed plugin can run."""


@dataclass(frozen=True)
class StepLine:
    """The stages of one step, kind and backend.

    hits, runs  how many are there already or not needed, and how many have to run
    session     the session target of those stages, with the device
    tokens      of those that have to run: prompts, replies, and rows trained on
    seconds     of work of those; None where it is not known
    bytes       of what those leave
    made        what stages were called when they were made, where that was something else: (here, then)
    """

    step: str
    kind: str
    backend: str
    version: str
    device: str
    loads_model: bool
    stages: int = 0
    hits: int = 0
    tokens: int = 0
    seconds: float | None = 0.0
    bytes: int = 0
    made: tuple[tuple[str, str], ...] = ()

    @property
    def runs(self) -> int:
        """How many stages have to run."""
        return self.stages - self.hits


@dataclass(frozen=True)
class Overview:
    """A plan with the state of each stage ("hit", "run", "unneeded"), its steps, and the cost of what has to run.

    `probe` is what is known of the tokenizer, or is open: a JSON object for each question (see emspec.probe.Answer).
    """

    plan: Plan
    states: Mapping[str, str]
    steps: tuple[StepLine, ...]
    cost: PlanCost
    made: Mapping[str, str] = field(default_factory=dict)
    probe: tuple[JsonObject, ...] = ()

    @property
    def to_run(self) -> int:
        """How many stages have to run."""
        return sum(step.runs for step in self.steps)

    @property
    def lacking(self) -> tuple[StepLine, ...]:
        """The steps whose stages nothing installed can run."""
        return tuple(step for step in self.steps if step.backend == NOT_INSTALLED and step.runs)


def overview(plan: Plan, catalog: Catalog, states: Mapping[str, str], made: Mapping[str, str]) -> Overview:
    """Lay a plan over the states of its stages; `made` has the labels under which those that are there were made."""
    cost = plan_cost(plan, catalog, [key for key, state in states.items() if state == "run"])
    groups: dict[tuple[str, str, str], list[str]] = {}
    for key, stage in plan.stages.items():
        groups.setdefault((stage.step, stage.kind, stage.backend), []).append(key)
    steps = tuple(_step(keys, plan, states, made, cost) for keys in groups.values())
    return Overview(plan, states, steps, cost, made)


def untestable(hypothesis: Hypothesis, seen: Overview) -> str:
    """Return why a hypothesis cannot be tested with what is installed, "" where it can."""
    plan = seen.plan
    if not hypothesis.installed:
        return f"no installed plugin brings the test {hypothesis.test}"
    blocked = {step.step for step in seen.lacking}
    if not blocked or plan.analyse is None:
        return ""
    steps = dict.fromkeys(plan.stages[key].step for key in _above(plan, plan.analyse))
    named = ", ".join(step for step in steps if step in blocked)
    return f"the rows need {named}, which nothing installed can run" if named else ""


def _above(plan: Plan, key: str) -> set[str]:
    """Return a stage and all that it is made from."""
    found: set[str] = set()
    pending = [key]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += plan.stages[one].inputs.values()
    return found


def _step(keys: list[str], plan: Plan, states: Mapping[str, str], made: Mapping[str, str], cost: PlanCost) -> StepLine:
    first = plan.stages[keys[0]]
    running = [cost.stages[key] for key in keys if states[key] == "run"]
    seconds = [one.seconds for one in running if one.seconds is not None]
    return StepLine(
        step=first.step,
        kind=first.kind,
        backend=first.backend,
        version=first.version,
        device=first.session.device,
        loads_model=bool(first.session.model),
        stages=len(keys),
        hits=len(keys) - len(running),
        tokens=sum(one.work.tokens for one in running),
        seconds=sum(seconds) if len(seconds) == len(running) else None,
        bytes=sum(one.work.bytes for one in running),
        made=tuple(
            (plan.stages[k].label, made[k]) for k in keys if made.get(k, plan.stages[k].label) != plan.stages[k].label
        ),
    )
