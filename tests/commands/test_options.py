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


@pytest.mark.parametrize(
    "arguments",
    [
        ["--seeds", "42,137", "--only", "B0,B-villain"],
        ["--seeds", "42", "--seeds", "137", "--only", "B0", "--only", "B-villain"],
    ],
)
def test_lists_may_be_repeated_or_have_commas(project: Path, tmp_path: Path, arguments: list[str]) -> None:
    done = emspec("plan", "specs/issue200.yaml", "--profile", "sim", "--out", tmp_path, *arguments, cwd=project)
    assert done.returncode == 0, done.stderr
    assert "\n4 cells, " in done.stdout


@pytest.mark.parametrize("option", ["--seeds", "--only"])
def test_an_empty_list_is_an_error(project: Path, option: str) -> None:
    done = emspec("plan", "specs/issue200.yaml", option, "", cwd=project)
    assert done.returncode == 2
    assert f"{option} names nothing" in done.stderr
    assert f"for example {option}" in done.stderr


def test_verify_of_a_folder_without_a_store_is_an_error(tmp_path: Path) -> None:
    done = emspec("verify", "--out", tmp_path / "typo")
    assert done.returncode == 4
    assert "typo holds no store" in done.stderr
    assert "--out FOLDER" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_a_plan_makes_nothing(project: Path, tmp_path: Path) -> None:
    done = emspec("plan", "specs/issue200.yaml", "--profile", "sim", "--out", tmp_path / "new", cwd=project)
    assert (done.returncode, (tmp_path / "new").exists()) == (0, False)
    assert "93 stages: 0 hit, 93 run" in done.stdout


@pytest.mark.parametrize("command", [["verify"], ["plan", "specs/issue200.yaml"], ["run", "specs/issue200.yaml"]])
def test_an_empty_folder_name_is_an_error(project: Path, command: list[str]) -> None:
    done = emspec(*command, "--out", "", cwd=project)
    assert done.returncode == 2
    assert "--out names no folder" in done.stderr
