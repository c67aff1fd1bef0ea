"""What earlier runs left below the output folder: stored documents, and the last runs of one spec."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emspec.model.history import History, Stored
from emspec.model.stage import Manifest
from emspec.store import Store

_ENDED = ("stage-finished", "stage-hit")


def history_of(store: Store, runs: Path, spec: Path, profile: str) -> History:
    """Return all stored results, and the labels that the runs of a spec gave theirs.

    `runs` is the folder of all runs. A later run's label counts; runs under the profile count before those of others.
    """
    stored = {manifest.key: _stored(manifest) for manifest in store.recorded()}
    logs = [log for folder in runs.glob(f"{spec.stem}-*") for log in (folder / "events.jsonl",) if log.is_file()]
    known = [(_is_of(log, spec, profile), _started(log), log) for log in logs]
    labels: dict[str, str] = {}
    for _, _, log in sorted(known):
        ended = {event["key"]: event["label"] for event in _events(log, _ENDED)}
        labels |= {one.label: one.key for one in _below(ended, stored) if one.label}
        labels |= {label: key for key, label in ended.items()}
    return History(stored, labels)


def _is_of(log: Path, spec: Path, profile: str) -> bool:
    """Return whether a run's log belongs to the spec under the profile (see run.results.run_folder)."""
    return log.parent.name.rpartition("-")[0] == f"{spec.stem}-{profile}"


def _stored(manifest: Manifest) -> Stored:
    record: Mapping[str, Any] = manifest.record
    versions = record.get("versions") or {}
    return Stored(manifest.key, manifest.document, str(record.get("label", "")), str(versions.get("emspec", "")))


def _started(log: Path) -> float:
    """Return when the last run in a log began, in seconds since the epoch."""
    times = [event["time"] for event in _events(log, ("run-started",))]
    return float(times[-1]) if times else 0.0


def _events(log: Path, names: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """Yield the events of some names; a line that a kill cut is passed over, and most others are not parsed."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if any(f'"event": "{name}"' in line for name in names):
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if event.get("event") in names:
                    yield event


def _below(keys: Iterable[str], stored: Mapping[str, Stored]) -> Iterator[Stored]:
    """Yield the results that others were made from: a run that finds a result looks at nothing beneath it."""
    wanted = list(keys)
    seen = set(wanted)
    while wanted:
        one = stored.get(wanted.pop())
        inputs = one.document.get("inputs") if one else None
        for name in map(str, inputs.values() if isinstance(inputs, Mapping) else ()):
            if name in stored and name not in seen:
                seen.add(name)
                wanted.append(name)
                yield stored[name]
