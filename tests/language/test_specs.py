"""Every spec of the project compiles under every profile, with the installed plugins."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emspec.language import load
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.model.step import CoupleStep, EvaluateStep
from emspec.plugins import discover

PROJECT = Path(__file__).parents[2]
SPECS = sorted(
    path.relative_to(PROJECT) for path in (PROJECT / "specs").rglob("*.yaml") if path.parent.name != "profiles"
)
PROFILES = sorted(path.stem for path in (PROJECT / "specs" / "profiles").glob("*.yaml"))


@pytest.fixture(scope="module")
def installed() -> Catalog:
    return discover()[0]


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """The project's specs and registry, with a stand-in for the recorded replies, which are not in the project."""
    (tmp_path / "registry").symlink_to(PROJECT / "registry")
    shutil.copytree(PROJECT / "specs", tmp_path / "specs")
    recorded = tmp_path / "data" / "eps_issue205" / "E0_assistant" / "raw_completions.json"
    recorded.parent.mkdir(parents=True)
    recorded.write_text("{}")
    (tmp_path / "data" / "hits_by_question.csv").write_text("")
    return tmp_path


def load_in(project: Path, spec: Path, profile: str, catalog: Catalog) -> Experiment:
    return load(project / spec, profile=profile, catalog=catalog)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_every_spec_compiles_under_every_profile(spec: Path, profile: str, shipped: Path, installed: Catalog) -> None:
    experiment = load_in(shipped, spec, profile, installed)
    assert experiment.profile.name == profile
    assert all(isinstance(one.steps[-1], EvaluateStep) for one in experiment.conditions if one.name != "base")
    assert {"generate", "score", "rows", "analyse"} <= set(experiment.backends) or "evaluate" in experiment.backends


def test_issue_200(shipped: Path, installed: Catalog) -> None:
    experiment = load_in(shipped, Path("specs/issue200.yaml"), "full", installed)
    assert len(experiment.conditions) * len(experiment.seeds) == 18
    assert sum(not condition.stretch for condition in experiment.conditions) * len(experiment.seeds) == 15
    for condition in experiment.conditions:
        _, couple, evaluate = condition.steps
        assert isinstance(couple, CoupleStep)
        assert isinstance(evaluate, EvaluateStep)
        assert [persona.name for persona in couple.negatives] == ["data_scientist", "comedian"]
        assert couple.drawn == 15
        assert len(evaluate.panel) * len(evaluate.questions.questions) * evaluate.completions == 3360
    assert [problem.code for problem in experiment.problems] == ["D106", "D102", "D120", "D101", "D105", "D104", "D142"]


def test_the_smallest_spec_has_only_what_is_required() -> None:
    text = (PROJECT / "specs" / "examples" / "minimal.yaml").read_text()
    keys = [line.partition(":")[0] for line in text.splitlines() if line[:1].isalpha()]
    assert keys == ["model", "personas", "steps"]
