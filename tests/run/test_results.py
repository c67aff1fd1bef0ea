"""The run's folder: each file whole, results.json last."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from plans import plan_of, stage

from emspec.errors import StoreError
from emspec.model.plan import Plan
from emspec.run.results import publish
from emspec.store import Store

ROWS, ANALYSIS = stage("rows"), stage("analysis")
FILES = {"results.json": b"results", "report.md": b"report"}


@pytest.fixture
def plan() -> Plan:
    return replace(plan_of(ROWS, ANALYSIS), rows=ROWS.key, analyse=ANALYSIS.key)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    figures = store.folder(ANALYSIS.key) / "figures"
    figures.mkdir(parents=True)
    (figures / "H1.svg").write_text("figure")
    store.folder(ROWS.key).mkdir(parents=True)
    (store.folder(ROWS.key) / "rows.parquet").write_text("rows")
    return store


def test_a_file_is_replaced_and_never_written_over(tmp_path: Path, plan: Plan, store: Store) -> None:
    folder = tmp_path / "run"
    names = (*FILES, "rows.parquet", "figures/H1.svg")
    (folder / "figures").mkdir(parents=True)
    for number, name in enumerate(names):
        (folder / name).write_text("earlier")
        os.link(folder / name, tmp_path / f"opened-{number}")
    publish(folder, FILES, plan, store)
    assert [(folder / name).read_text() for name in names] == ["results", "report", "rows", "figure"]
    assert {(tmp_path / f"opened-{number}").read_text() for number in range(len(names))} == {"earlier"}
    assert not list(folder.rglob(".*"))


@pytest.mark.parametrize("lost", ["rows.parquet", "report.md"])
def test_results_come_last(tmp_path: Path, plan: Plan, store: Store, lost: str) -> None:
    folder = tmp_path / "run"
    (folder / lost).mkdir(parents=True)  # a folder in the file's place: it cannot be written
    with pytest.raises(StoreError, match="cannot write"):
        publish(folder, FILES, plan, store)
    assert not (folder / "results.json").exists()
