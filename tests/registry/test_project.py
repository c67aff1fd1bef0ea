from __future__ import annotations

from pathlib import Path

import pytest

from emspec.errors import RegistryError
from emspec.registry import Project, find_project

GOLDEN = Path(__file__).parents[1] / "golden"


def test_the_nearest_folder_above_the_spec() -> None:
    assert find_project(GOLDEN / "specs" / "good.yaml").root == GOLDEN
    assert find_project(GOLDEN).root == GOLDEN


def test_or_else_above_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN / "specs")
    assert find_project(tmp_path / "spec.yaml").root == GOLDEN


def test_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RegistryError, match="holds registry/personas") as caught:
        find_project(tmp_path / "spec.yaml")
    assert caught.value.fix


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a\0b"])
def test_paths_out_of_the_project(path: str) -> None:
    assert Project(GOLDEN).inside(path) is None


def test_paths_in_the_project() -> None:
    assert Project(GOLDEN).inside("data/rows.jsonl") == GOLDEN / "data" / "rows.jsonl"
