"""Issue #200 as it was first written: `check` asks the three questions that its clarifier asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from design import as_golden, golden

from emspec.errors import Problem, SpecError
from emspec.language import load
from emspec.plugins import discover

PROJECT = Path(__file__).parents[2]
SPEC = PROJECT / "tests" / "golden" / "first" / "issue200.yaml"


@pytest.fixture(scope="module")
def raised(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Problem]:
    """Return what is found in the spec, with the project's registry and a stand-in for the earlier results."""
    project = tmp_path_factory.mktemp("project")
    (project / "registry").symlink_to(PROJECT / "registry")
    (project / "specs").mkdir()
    (project / "specs" / "profiles").symlink_to(PROJECT / "specs" / "profiles")
    (project / "data").mkdir()
    (project / "data" / "exp125-B0.json").write_text("{}")
    spec = project / "specs" / SPEC.name
    spec.write_text(SPEC.read_text())
    with pytest.raises(SpecError) as caught:
        load(spec, profile="full", catalog=discover()[0])
    return caught.value.problems


def test_it_gives_what_stands_beside_it(raised: Sequence[Problem], request: pytest.FixtureRequest) -> None:
    found = [as_golden(problem) for problem in raised]
    assert found == golden(SPEC, found, request)


@pytest.mark.parametrize(
    ("code", "subjects", "options"),
    [
        ("D101", ["B-evilai", "evil_ai", "B-sarcastic", "sarcastic"], ["14 personas, +17 %", "13 personas", "leave"]),
        ("D153", ["B0"], ["run it afresh", "keep it"]),
        ("D154", ["137", "256"], ["bystander_rate differs >= 10pp", "seeds: [42, 137, 256]", "seeds: [42]"]),
    ],
)
def test_each_question_of_the_clarifier_is_asked_with_its_options(
    code: str, subjects: list[str], options: list[str], raised: Sequence[Problem]
) -> None:
    [problem] = [one for one in raised if one.code == code]
    assert all(subject in problem.message for subject in subjects)
    assert [problem.fix.find(option) for option in options] == sorted(problem.fix.index(option) for option in options)


def test_only_the_open_gate_stops_it(raised: Sequence[Problem]) -> None:
    assert [problem.code for problem in raised if problem.severity == "error"] == ["D154"]
