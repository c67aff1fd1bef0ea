"""Which stage comes next: what is ready, in which session, and how much still hangs on it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from itertools import count

from emspec.model.stage import SessionKey, Stage


class ReadyQueue:
    """The stages still to run. Of those that are ready, the one with the longest path of work behind it comes first."""

    def __init__(self, stages: Mapping[str, Stage], to_run: Iterable[str]) -> None:
        self._stages = stages
        self._left = {key: set[str]() for key in to_run}
        self._feeds: dict[str, list[str]] = {key: [] for key in self._left}
        for key, missing in self._left.items():
            missing.update(i for i in self._stages[key].inputs.values() if i in self._left)
            for needed in missing:
                self._feeds[needed].append(key)
        self._weight = self._path_costs()
        self._order = count()
        self._ready: dict[SessionKey, list[tuple[float, int, str]]] = {}
        for key, missing in self._left.items():
            if not missing:
                self.put(key)

    def __len__(self) -> int:
        return len(self._left)

    def put(self, key: str) -> None:
        """Make a stage ready (again)."""
        heap = self._ready.setdefault(self._stages[key].session, [])
        heapq.heappush(heap, (-self._weight[key], next(self._order), key))

    def take(self, current: SessionKey | None, *, loads_model: bool) -> str | None:
        """Return the best ready stage, preferring the session that is open already; None where none is ready."""
        sessions = [s for s, heap in self._ready.items() if heap and bool(s.model) == loads_model]
        if not sessions:
            return None
        session = current if current in sessions else min(sessions, key=lambda s: self._ready[s][0])
        return heapq.heappop(self._ready[session])[2]

    def finish(self, key: str) -> None:
        """Note a stage as done; what waited for it alone becomes ready."""
        del self._left[key]
        for fed in self._feeds[key]:
            missing = self._left.get(fed)  # None: dropped, since another of its inputs failed
            if missing is not None:
                missing.discard(key)
                if not missing:
                    self.put(fed)

    def drop(self, key: str) -> list[str]:
        """Give up a stage and everything that depends on it; return those others."""
        dropped: list[str] = []
        pending = [key]
        while pending:
            gone = pending.pop()
            if self._left.pop(gone, None) is not None:
                dropped.append(gone)
                pending += self._feeds[gone]
        return dropped[1:]

    def _path_costs(self) -> dict[str, float]:
        weight: dict[str, float] = {}
        for key in reversed(tuple(k for k in self._stages if k in self._left)):
            weight[key] = self._stages[key].cost + max((weight[f] for f in self._feeds[key]), default=0.0)
        return weight
