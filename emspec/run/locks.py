"""The lock file beside a spec, and what a lock says of the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from emspec.errors import UsageError
from emspec.files import sha256_file, write_atomic
from emspec.model.json import JsonObject
from emspec.model.plan import Plan
from emspec.plan.lock import Lock, Standing, analysis_digest, evaluations, shortened, standing
from emspec.run.execute import unwritable
from emspec.run.results import RESULTS, RUNS, STORE, run_folder
from emspec.store import Store

SCHEMA = 1


def lock_file(spec: Path) -> Path:
    """Return the place of a spec's locks: study.lock.json beside study.yaml."""
    return spec.with_suffix(".lock.json")


def read_locks(spec: Path) -> tuple[Lock, ...]:
    """Return the locks of a spec, the oldest first; () where there are none. UsageError where they cannot be read."""
    path = lock_file(spec)
    try:
        held = json.loads(path.read_bytes())
        return tuple(Lock(**{**one, "runs": tuple(one["runs"])}) for one in held["locks"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not what emspec lock writes"
        what = f"the lock {path} cannot be read: {why}"
        raise UsageError(what, f"bring it back from version control: git checkout {path}") from None


def write_locks(spec: Path, locks: Sequence[Lock]) -> Path:
    """Write the locks of a spec and return the file's place."""
    path = lock_file(spec)
    document = {"schema": SCHEMA, "spec": spec.name, "locks": [lock.to_json() for lock in locks]}
    try:
        write_atomic(path, (json.dumps(document, indent=1) + "\n").encode())
    except OSError as error:
        raise unwritable(error) from error
    return path


def lock_of(plan: Plan, design: JsonObject, spec: Path, out: Path, *, because: str) -> Lock:
    """Return a lock of a plan as of now. `out` is the output folder, where the store and the spec's runs lie."""
    store = Store(out / STORE, make=False)
    profile = plan.experiment.profile.name
    keys = evaluations(plan)
    known = run_folder(out, spec, plan).name.rpartition("-")[0]
    runs = sorted(path.parent.name for path in (out / RUNS).glob(f"{known}-*/{RESULTS}"))
    return Lock(
        profile=profile,
        time=_moment(datetime.now(UTC).timestamp()),
        emspec=version("emspec"),
        spec=sha256_file(spec),
        plan=plan.digest,
        analysis=analysis_digest(plan),
        evaluated=sum(store.lookup(key) is not None for key in keys),
        evaluations=len(keys),
        runs=tuple(name for name in runs if name.rpartition("-")[0] == known),
        because=because,
        design=shortened(design),
    )


def standing_of(plan: Plan, design: JsonObject, locks: Sequence[Lock], store: Store) -> Standing:
    """Return how a plan stands to the locks of its spec, by what they say and by what the store recorded."""
    found = (store.lookup(key) for key in evaluations(plan))
    times = [float(str(manifest.record["started"])) for manifest in found if manifest and "started" in manifest.record]
    return standing(plan, design, locks, _moment(min(times)) if times else "")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
