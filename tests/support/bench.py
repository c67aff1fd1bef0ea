"""1,000 no-op stages by the engine, side by side with a bare loop that makes the same files with the same syncs."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from plans import MODEL, plan_of

from emspec.model.json import JsonObject, digest
from emspec.model.plan import Plan
from emspec.model.stage import SessionKey, Stage
from emspec.run.execute import execute
from emspec.run.work import slots_for
from emspec.store import Store
from emspec.store.files import sync
from emspec.store.store import SYNC_SECONDS

STAGES = 1000


def sim_plan(count: int = STAGES) -> Plan:
    """Return independent generate stages for emspec_sim, one reply each."""
    return plan_of(*(sim_stage(seed) for seed in range(count)))


def sim_stage(seed: int) -> Stage:
    parameters: JsonObject = {
        "model": MODEL.identity,
        "systems": ["You are a test."],
        "questions": ["What is this?"],
        "samples": 1,
        "sampling": {"temperature": 1.0, "top_p": 1.0, "max_tokens": 8},
        "names": {"systems": ["test"], "questions": ["What is this?"]},
        "seed": seed,
    }
    return Stage(
        key=digest(parameters),
        kind="generate",
        backend="sim",
        version="1",
        parameters=parameters,
        inputs={},
        keyed=parameters,
        session=SessionKey("emspec_sim.session:open_session", "", "cpu"),
        label=f"noop {seed}",
        step="noop",
    )


def by_engine(plan: Plan, root: Path) -> float:
    """Execute a plan; return the seconds it took, worker start included."""
    started = time.perf_counter()
    done = execute(plan, Store(root / "store"), root / "run", slots_for("cpu"), [])
    assert not done.outcome.failures
    return time.perf_counter() - started


def by_loop(source: Store, plan: Plan, root: Path) -> float:
    """Make the files that the engine made of a plan, in the same folders, syncing as often; return the seconds."""
    wanted = [(key, _files(source.folder(key))) for key in plan.stages]
    started = time.perf_counter()
    synced = started
    (root / "results").mkdir(parents=True)
    for key, files in wanted:
        aside, final = root / "aside" / key, root / "results" / key[:2] / key
        aside.mkdir(parents=True)
        for name, content in files:
            (aside / name).write_bytes(content)
        final.parent.mkdir(exist_ok=True)
        aside.rename(final)
        if time.perf_counter() - synced >= SYNC_SECONDS:
            sync(root)
            synced = time.perf_counter()
    sync(root)
    return time.perf_counter() - started


def _files(folder: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


def measure(rounds: int, base: Path) -> dict[str, list[float]]:
    """Return seconds of engine, loop and an all-cached engine run, per round, in turn."""
    plan = sim_plan()
    seconds: dict[str, list[float]] = {"engine": [], "loop": [], "cached": []}
    for _ in range(rounds):
        root = Path(tempfile.mkdtemp(dir=base))
        seconds["engine"].append(by_engine(plan, root / "engine"))
        seconds["cached"].append(by_engine(plan, root / "engine"))
        seconds["loop"].append(by_loop(Store(root / "engine" / "store"), plan, root / "loop"))
        shutil.rmtree(root)
    return seconds


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), Path(sys.argv[2])), indent=1))
