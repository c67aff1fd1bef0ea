"""`extends:` over several specs: what each takes out, changes and adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from emspec.errors import SpecError
from emspec.language import load
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog

GOOD = Path(__file__).parents[1] / "golden" / "specs" / "good.yaml"


@pytest.fixture
def chained(project: Path, catalog: Catalog):
    """Return a function that loads the last of some texts, each of which extends the one before; the first the good
    spec."""

    def load_last(*texts: str) -> Experiment:
        (project / "specs" / "0.yaml").write_text(GOOD.read_text())
        for number, text in enumerate(texts, 1):
            (project / "specs" / f"{number}.yaml").write_text(f"extends: {number - 1}.yaml\n{text}")
        return load(project / "specs" / f"{len(texts)}.yaml", profile="full", catalog=catalog)

    return load_last


def test_an_entry_is_taken_out_of_any_spec_below(chained) -> None:
    above = chained("conditions: {paramedic: {induce.system: paramedic}}\n", "conditions: {slow: remove}\n")
    assert [one.name for one in above.conditions] == ["plain", "villain", "paramedic", "couple-only", "couple-first"]


def test_what_one_spec_takes_out_another_can_put_back(chained) -> None:
    back = chained("conditions: {slow: remove}\n", "conditions: {slow: {induce.system: paramedic}}\n")
    (slow,) = (one for one in back.conditions if one.name == "slow")
    assert not slow.stretch
    assert slow.induction_persona
    assert slow.induction_persona.name == "paramedic"


def test_a_second_removal_finds_nothing(chained) -> None:
    with pytest.raises(SpecError) as caught:
        chained("conditions: {slow: remove}\n", "conditions: {slow: remove}\n")
    [problem] = caught.value.problems
    assert problem.place
    assert (Path(problem.place.file).name, problem.place.line, problem.place.column) == ("2.yaml", 2, 14)
    assert problem.message == "the extended spec has no slow in its conditions that could be removed"


def test_the_issue_and_its_history_are_not_inherited(chained) -> None:
    experiment = chained("issue: 8\n")
    assert (experiment.issue, experiment.title, experiment.history) == (8, "1", ())


def test_a_step_keeps_the_fields_that_are_not_written_again(chained) -> None:
    experiment = chained("steps: {evaluate: {completions: 7}}\n")
    assert {step.completions for one in experiment.conditions for step in one.evaluations} == {7}
    assert {step.panel_name for one in experiment.conditions for step in one.evaluations} == {"five"}
