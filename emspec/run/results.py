"""The run's folder: what a finished run leaves for people, beside the store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from emspec.errors import StoreError
from emspec.files import write_atomic
from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.run.execute import unwritable
from emspec.store import Store

DIGITS = 8
RESULTS = "results.json"
STORE = "store"
RUNS = "runs"
"""The folders of the store and of all runs, below the output folder."""


def run_folder(out: Path, spec: Path, plan: Plan) -> Path:
    """Return the folder of a plan's runs: named for the spec and the profile, and by the plan's digest."""
    return out / RUNS / f"{spec.stem}-{plan.experiment.profile.name}-{plan.digest[:DIGITS]}"


def power_folder(out: Path, spec: Path, plan: Plan) -> Path:
    """Return the folder for the events and logs of a power analysis."""
    return out / "power" / f"{spec.stem}-{plan.digest[:DIGITS]}"


def probe_folder(out: Path, spec: Path, plan: Plan) -> Path:
    """Return the folder for the events and logs of a probe."""
    return out / "probe" / f"{spec.stem}-{plan.digest[:DIGITS]}"


def findings_of(plan: Plan, store: Store) -> tuple[JsonObject, Mapping[str, bytes]]:
    """Return the analysis and its SVG figures, by file name. StoreError where there is no analysis."""
    folder = store.folder(plan.analyse or "")
    try:
        findings = json.loads((folder / "findings.json").read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(f"the analysis cannot be read: {error}", "emspec verify, then the same run again") from error
    figures = {path.name: path.read_bytes() for path in sorted((folder / "figures").glob("*.svg"))}
    return findings, figures


def publish(folder: Path, files: Mapping[str, bytes], plan: Plan, store: Store) -> None:
    """Put copies of the figures and the row table into the run's folder, and write its files: each in one step.

    RESULTS comes last: where it is new, all is. Raises StoreError where something cannot be written.
    """
    try:
        _publish(folder, files, plan, store)
    except OSError as error:
        raise unwritable(error) from error


def _publish(folder: Path, files: Mapping[str, bytes], plan: Plan, store: Store) -> None:
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for path in (store.folder(plan.analyse or "") / "figures").glob("*"):
        write_atomic(folder / "figures" / path.name, path.read_bytes())
    if plan.rows:
        write_atomic(folder / "rows.parquet", (store.folder(plan.rows) / "rows.parquet").read_bytes())
    for name in sorted(files, key=lambda name: name == RESULTS):
        write_atomic(folder / name, files[name])
