"""What is said where the disk does not take what a run writes."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from plans import plan_of, stage

from emspec.errors import StoreError
from emspec.run.execute import execute, unwritable
from emspec.run.work import Slot
from emspec.store import Store


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.ENOSPC, "free some space, then"),
        (errno.EDQUOT, "free some space, then"),
        (errno.EEXIST, "move the file away that lies where a folder must be (out/runs)"),
        (errno.ENOTDIR, "move the file away that lies where a folder must be (out/runs)"),
        (errno.EISDIR, "move the folder away that lies where a file must be (out/runs)"),
        (errno.EACCES, "allow writing to out/runs, or name another folder with --out"),
        (errno.EIO, "see what is wrong with out/runs, or name another folder with --out"),
    ],
)
def test_the_fix_is_for_what_is_in_the_way(number: int, fix: str) -> None:
    error = unwritable(OSError(number, os.strerror(number), "out/runs"))
    assert error.message == f"cannot write out/runs: {os.strerror(number)}"
    assert error.fix.startswith(fix)


def test_an_error_without_a_file_has_a_fix_too() -> None:
    assert unwritable(OSError("a link")).message == "cannot write: a link"
    assert "the output folder" in unwritable(OSError(errno.EIO, "broken")).fix


def test_a_file_where_the_run_s_folder_must_be(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot write .*/run: File exists") as caught:
        execute(plan_of(stage("one")), Store(tmp_path / "store"), tmp_path / "run", [Slot("cpu", False)], [])
    assert f"({tmp_path / 'run'})" in caught.value.fix
