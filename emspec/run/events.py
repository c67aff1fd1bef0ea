"""Events: JSON lines in the run's folder, and whoever else wants to see them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from emspec.model.json import JsonObject

Observer = Callable[[JsonObject], None]


class EventLog:
    """Appends each event to events.jsonl with its time, and passes it on to the observers, the broken ones left out."""

    def __init__(self, path: Path, observers: Sequence[Observer]) -> None:
        self._stream = path.open("a", encoding="utf-8")
        self._observers = list(observers)

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stream.close()

    def emit(self, event: JsonObject) -> None:
        """Write and pass on one event."""
        stamped = {"time": round(time.time(), 3), **event}
        self._stream.write(json.dumps(stamped) + "\n")
        self._stream.flush()
        for observer in tuple(self._observers):
            try:
                observer(stamped)
            except Exception as error:
                self._observers.remove(observer)
                self.emit({"event": "observer-dropped", "message": f"{type(error).__name__}: {error}"})
