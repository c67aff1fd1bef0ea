"""`emspec lock` and what the run and its report say of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from cli import emspec, only, run_spec

SPEC = "specs/sim.yaml"


@pytest.fixture
def folder(project: Path, tmp_path: Path) -> Path:
    (tmp_path / "registry").symlink_to(project / "registry")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    shutil.copy(project / "specs" / "examples" / "sim.yaml", tmp_path / SPEC)
    return tmp_path


def lock(folder: Path, *arguments: str, code: int = 0) -> str:
    done = emspec("lock", SPEC, "--profile", "sim", "--seeds", "1", *arguments, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def locks(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "specs" / "sim.lock.json").read_text())["locks"]


def change(folder: Path, old: str, new: str) -> None:
    spec = folder / SPEC
    assert old in spec.read_text()
    spec.write_text(spec.read_text().replace(old, new))


def test_a_lock_is_written_once_and_never_overwritten_silently(folder: Path) -> None:
    assert "fixed before the first result" in lock(folder)
    (first,) = locks(folder)
    assert (first["profile"], first["evaluated"], first["evaluations"]) == ("sim", 0, 2)
    assert "is locked already" in lock(folder)
    change(folder, "margin: 10pp", "margin: 5pp")
    said = lock(folder, code=2)
    assert "hypotheses.H2.parameters.margin: 0.1 -> 0.05" in said
    assert '--again --because "WHY"' in said
    assert locks(folder) == [first]
    assert "needs a reason" in lock(folder, "--again", code=2)
    assert "needs a reason" in lock(folder, "--because", "a whim", code=2)
    lock(folder, "--again", "--because", "a typing error")
    assert locks(folder)[0] == first
    assert locks(folder)[1]["because"] == "a typing error"


def test_every_locking_again_is_counted_and_told_with_its_reason(folder: Path) -> None:
    lock(folder)
    for number, (margin, reason) in enumerate((("5pp", "narrower"), ("8pp", "wider"), ("9pp", "wider yet")), 1):
        change(folder, f"margin: {'10pp' if number == 1 else ('5pp', '8pp')[number - 2]}", f"margin: {margin}")
        said = " ".join(lock(folder, "--again", "--because", reason).split())
        assert f"locked again {number} time(s): " in said
    assert "narrower; wider; wider yet" in said
    assert "is locked already" in lock(folder, "--again", "--because", "nothing changed")
    assert len(locks(folder)) == 4


def test_a_lock_that_cannot_be_read_stops_before_the_run(folder: Path) -> None:
    (folder / "specs" / "sim.lock.json").write_text('{"locks": [{}]}')
    done = emspec("run", SPEC, "--profile", "sim", cwd=folder)
    assert done.returncode == 2
    assert "the lock specs/sim.lock.json cannot be read: it is not what emspec lock writes" in done.stderr
    assert "git checkout specs/sim.lock.json" in done.stderr
    assert not (folder / "out" / "runs").exists()


def test_a_spec_that_evaluates_nothing_has_no_analysis_to_lock(folder: Path) -> None:
    change(folder, "hypotheses:", "x-hypotheses:")
    text = (folder / SPEC).read_text()
    (folder / SPEC).write_text(text[: text.index("  evaluate:")])
    assert "evaluates nothing" in lock(folder, code=2)


@pytest.mark.slow
def test_the_run_and_its_report_say_whether_the_analysis_was_fixed(folder: Path) -> None:
    arguments = ("--profile", "sim", "--seeds", "1")
    out = folder / "out"
    unlocked = run_spec(folder / SPEC, out, *arguments)
    assert json.loads(only(out, "run.json").read_text())["lock"]["state"] == "unlocked"
    assert "The analysis was not locked before the run." in only(out, "report.md").read_text()
    assert "2 of its 2 evaluations were there already" in lock(folder)
    after = run_spec(folder / SPEC, out, *arguments)
    assert json.loads(only(out, "run.json").read_text())["lock"]["state"] == "after"
    assert "not fixed before the first result" in only(out, "report.html").read_text()
    assert after == unlocked, "results.json says nothing of it: equal runs have equal bytes"
    elsewhere = folder / "elsewhere"
    (folder / "specs" / "sim.lock.json").unlink()
    lock(folder, "--out", str(elsewhere))
    done = emspec("run", SPEC, "--out", elsewhere, *arguments, cwd=folder)
    assert "The analysis was fixed before the first result: " in done.stdout
    assert json.loads(only(elsewhere, "run.json").read_text())["lock"]["state"] == "before"
