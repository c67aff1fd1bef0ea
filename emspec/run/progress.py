"""How far a run has come and how long it may still take, from its events and the plan's relative costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.plan.estimate import TRIVIAL


@dataclass
class Progress:
    """Counts of a run in progress. `running` maps labels of stages in work to (done, total, unit)."""

    plan: Plan
    to_run: int = 0
    finished: int = 0
    failed: int = 0
    running: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    _left: dict[str, None] = field(default_factory=dict)
    _seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    _cost: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def expect(self, keys: tuple[str, ...]) -> None:
        """Set the stages that are to run."""
        self.to_run = len(keys)
        self._left = dict.fromkeys(keys)

    def see(self, event: JsonObject) -> None:
        """Take in one event."""
        name, label = event["event"], str(event.get("label", ""))
        if name == "run-started":  # more than was expected, where results turned out to be damaged
            self.to_run = _whole(event["to_run"])
        elif name == "stage-started":
            self.running[label] = (0, 0, "")
            self._left.setdefault(str(event["key"]))
        elif name == "stage-hit" and event["key"] in self._left:  # another runner made it meanwhile
            del self._left[str(event["key"])]
            self.finished += 1
        elif name == "stage-progress" and label in self.running:
            self.running[label] = (_whole(event["done"]), _whole(event["total"]), str(event["unit"]))
        elif name in {"stage-finished", "stage-failed", "stage-retried"}:
            self.running.pop(label, None)
            self.finished += name == "stage-finished"
            self.failed += name == "stage-failed"
            if name == "stage-finished":
                self._learn(str(event["key"]), float(str(event["seconds"])))

    def seconds_left(self, workers: int) -> float | None:
        """Return the estimated seconds to the end, or None before the first stage with a cost of its own has finished.

        A kind of stage takes the seconds per cost that it took so far; a kind not seen yet, the mean of the others.
        Trivial stages count for nothing.
        """
        cost, seconds = sum(self._cost.values()), sum(self._seconds.values())
        if not cost:
            return None
        left = 0.0
        for key in self._left:
            stage = self.plan.stages[key]
            if stage.cost <= TRIVIAL:
                continue
            seen = stage.kind in self._cost
            pace = self._seconds[stage.kind] / self._cost[stage.kind] if seen else seconds / cost
            left += stage.cost * pace
        return left / max(1, workers)

    def _learn(self, key: str, seconds: float) -> None:
        stage = self.plan.stages[key]
        self._left.pop(key, None)
        if stage.cost > TRIVIAL:
            self._seconds[stage.kind] += seconds
            self._cost[stage.kind] += stage.cost


def _whole(value: object) -> int:
    return int(str(value))
