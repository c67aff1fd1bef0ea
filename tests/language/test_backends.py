from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from emspec.errors import SpecError

IN_SPEC = ("hypotheses:", "backends:\n  evaluate: {name: replay, file: data/rows.jsonl, match: position}\nhypotheses:")


def messages(error: SpecError) -> list[str]:
    assert all(problem.place is None for problem in error.problems)
    return [problem.message for problem in error.problems]


def test_spec_over_profile_with_a_file_by_digest(compiled, project: Path) -> None:
    choice = compiled(IN_SPEC).backends["evaluate"]
    digest = hashlib.sha256((project / "data" / "rows.jsonl").read_bytes()).hexdigest()
    assert choice.name == "replay"
    assert choice.options == {"file": digest, "match": "position"}
    assert [(file.name, file.sha256) for file in choice.files] == [("file", digest)]
    assert Path(choice.files[0].path).is_file()


def test_command_line_over_spec(compiled) -> None:
    backends = compiled(IN_SPEC, overrides={"evaluate": "sim,rate=5pp,seed=3"}).backends
    assert (backends["evaluate"].name, backends["evaluate"].options) == ("sim", {"rate": 0.05, "seed": 3})
    assert backends["generate"].name == "vllm"


def test_a_stage_kind_on_the_command_line_is_for_all_steps(compiled) -> None:
    backends = compiled(IN_SPEC, overrides={"generate": "hf"}).backends
    assert backends["generate"].name == "hf"
    assert "evaluate" not in backends


def test_a_file_on_the_command_line_is_relative_to_the_working_directory(
    compiled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    files = compiled(overrides={"evaluate": "replay,file=mine.json"}).backends["evaluate"].files
    assert [Path(file.path).name for file in files] == ["mine.json"]


@pytest.mark.parametrize(
    ("overrides", "message", "fix"),
    [
        ({"evaluat": "hf"}, "--backend evaluat=hf: there is no step or stage kind evaluat", "did you mean evaluate?"),
        ({"evaluate": "vlm"}, "--backend evaluate=vlm: `name` cannot be vlm", "did you mean vllm?"),
        (
            {"evaluate": "sim,rate=2"},
            "--backend evaluate=sim,rate=2: `rate` must be at most 1, not the number 2",
            "write a number such as 0.1, or 10pp",
        ),
        (
            {"evaluate": "sim,rat=1"},
            "--backend evaluate=sim,rat=1: `evaluate` has no `rat`",
            "did you mean rate?",
        ),
        (
            {"evaluate": "sim,rate=1e999"},
            "--backend evaluate=sim,rate=1e999: `rate` must be a number such as 0.1, or 10pp, not the text 1e999",
            "write a number such as 0.1, or 10pp",
        ),
        ({"induce": "vllm"}, "--backend induce=vllm: `name` cannot be vllm", "choose from: hf"),
    ],
)
def test_what_is_wrong_on_the_command_line(compiled, overrides: dict[str, str], message: str, fix: str) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(overrides=overrides)
    assert messages(caught.value) == [message]
    assert caught.value.problems[0].fix == fix


def test_a_required_option_left_out(compiled) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(overrides={"evaluate": "replay"})
    assert messages(caught.value) == ["--backend evaluate=replay: `evaluate` lacks `file`"]


def test_the_note_says_which_backends_of_the_profile_were_replaced(compiled) -> None:
    assert compiled(profile="tinier").profile.note == "smaller"
    assert compiled(IN_SPEC, profile="tinier").profile.note == "smaller; evaluate by replay, not sim"
    typed = compiled(IN_SPEC, profile="tinier", overrides={"generate": "vllm"}).profile.note
    assert typed == "smaller; generate by vllm, not sim"
    assert compiled(profile="tinier", overrides={"generate": "sim,rate=0.3"}).profile.note == "smaller"
