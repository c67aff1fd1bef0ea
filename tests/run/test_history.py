"""What is read of earlier runs."""

from __future__ import annotations

from pathlib import Path

from earlier import committed, ran
from plans import plan_of, stage

from emspec.run.events import EventLog
from emspec.run.history import history_of
from emspec.run.results import run_folder
from emspec.store import Store

SPEC = Path("specs/study.yaml")


def test_labels_are_those_of_the_spec_s_last_run_under_the_profile(tmp_path: Path) -> None:
    first, second, other = stage("one", rate=1), stage("one", rate=2), stage("one", rate=3)
    for plan in (plan_of(first), plan_of(second)):
        ran(plan, tmp_path, SPEC)
    ran(plan_of(other), tmp_path, Path("specs/another.yaml"))
    history = history_of(Store(tmp_path / "store"), tmp_path / "runs", SPEC, "test")
    assert history.labels == {"one": second.key}
    assert set(history.stored) == {first.key, second.key, other.key}
    assert {one.emspec for one in history.stored.values()} == {"0.0.9"}


def test_a_run_that_found_the_last_stage_knows_what_lies_beneath_it(tmp_path: Path) -> None:
    below = stage("below")
    above = stage("above", {"from": below.key})
    plan = plan_of(below, above)
    committed(plan, Store(tmp_path / "store"))
    folder = run_folder(tmp_path, SPEC, plan)
    folder.mkdir(parents=True)
    with EventLog(folder / "events.jsonl", []) as log:
        log.emit({"event": "run-started"})
        log.emit({"event": "stage-hit", "key": above.key, "label": "above"})
    (folder / "events.jsonl").open("a").write('{"event": "stage-hit", "key": "cut')
    history = history_of(Store(tmp_path / "store"), tmp_path / "runs", SPEC, "test")
    assert history.labels == {"above": above.key, "below": below.key}


def test_no_store_and_no_runs_are_an_empty_history(tmp_path: Path) -> None:
    history = history_of(Store(tmp_path / "store", make=False), tmp_path / "runs", SPEC, "test")
    assert (dict(history.stored), dict(history.labels)) == ({}, {})
