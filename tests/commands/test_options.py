"""Options: what they take, how they are repeated, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli import emspec


@pytest.mark.parametrize("minutes", ["inf", "nan", "0", "-1", "10081"])
def test_a_silence_without_sense_is_refused(project: Path, tmp_path: Path, minutes: str) -> None:
    done = emspec("run", "specs/issue200.yaml", "--out", tmp_path / "out", "--silence", minutes, cwd=project)
    assert done.returncode == 2
    assert "--silence takes minutes, more than 0 and at most 10,080" in done.stderr
    assert "for example --silence 60" in done.stderr
    assert not (tmp_path / "out").exists()
