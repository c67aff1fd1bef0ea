from __future__ import annotations

from pathlib import Path

import pytest

from emspec.errors import SpecError
from emspec.model.step import CoupleStep, EvaluateStep, TrainStep


def test_replacements_are_recorded_and_made(compiled) -> None:
    experiment = compiled(profile="tiny")
    assert experiment.profile.device == "cpu"
    assert experiment.profile.note == "small"
    assert set(experiment.profile.replacements) == {
        ("model", "big", "tiny"),
        ("recipe", "em", "em-tiny"),
        ("couple.max_tokens", "512", "48"),
        ("couple.recipe.epochs", "as in the recipe", "2"),
        ("evaluate.max_tokens", "512", "48"),
    }
    induce, couple, evaluate = experiment.conditions[0].steps
    assert isinstance(induce, TrainStep)
    assert isinstance(couple, CoupleStep)
    assert isinstance(evaluate, EvaluateStep)
    assert experiment.model.name == "tiny"
    assert (induce.recipe.base, induce.recipe.fields["lr"]) == ("em-tiny", 4e-3)
    assert (couple.recipe.base, couple.recipe.fields["epochs"], couple.recipe.changed) == ("coupling", 2.0, ("epochs",))
    assert couple.sampling.max_tokens == evaluate.sampling.max_tokens == 48


def test_a_profile_extends_another(compiled) -> None:
    experiment = compiled(profile="tinier")
    induce, couple, evaluate = experiment.conditions[0].steps
    assert experiment.profile.note == "smaller"
    assert induce.recipe.fields["max_steps"] == 3
    assert "max_steps" not in couple.recipe.fields
    assert (couple.sampling.max_tokens, evaluate.sampling.max_tokens) == (8, 48)
    assert couple.recipe.fields["epochs"] == 2.0
    assert experiment.backends["generate"].options == {"rate": 0.2, "seed": 0}
    assert experiment.backends["train"].name == "hf"


def test_what_a_profile_puts_in_place_must_be_there(compiled, project: Path) -> None:
    profiles = project / "specs" / "profiles"
    profiles.unlink()
    profiles.mkdir()
    (profiles / "own.yaml").write_text("profile: own\nmodels: {big: bigger}\nkinds: {train: {sytem: none}}\n")
    with pytest.raises(SpecError) as caught:
        compiled(profile="own")
    problem = caught.value.problems[0]
    assert (problem.code, problem.place.line, problem.place.column) == ("S102", 3, 17)
    (profiles / "own.yaml").write_text("profile: own\nmodels: {big: bigger}\n")
    with pytest.raises(SpecError) as caught:
        compiled(profile="own")
    problem = caught.value.problems[0]
    assert (problem.code, problem.place.line, problem.place.column, problem.fix) == ("S104", 2, 15, "did you mean big?")
    assert problem.place.file.endswith("own.yaml")


def test_profiles_that_extend_each_other(compiled, project: Path) -> None:
    profiles = project / "specs" / "profiles"
    profiles.unlink()
    profiles.mkdir()
    (profiles / "one.yaml").write_text("profile: one\nextends: two\n")
    (profiles / "two.yaml").write_text("profile: two\nextends: one\n")
    with pytest.raises(SpecError) as caught:
        compiled(profile="one")
    assert caught.value.problems[0].message == "the profile extends itself"


def test_a_replacement_by_a_mapping_reads_well(compiled, project: Path) -> None:
    profiles = project / "specs" / "profiles"
    profiles.unlink()
    profiles.mkdir()
    (profiles / "short.yaml").write_text("profile: short\nkinds: {marker-eval: {questions: {from: all-4, first: 2}}}\n")
    experiment = compiled(profile="short")
    assert experiment.profile.replacements == (("evaluate.questions", "all-4", "from all-4, first 2"),)
    questions = experiment.conditions[0].steps[-1].questions
    assert (questions.name, len(questions.questions)) == ("all-4, first 2", 2)


def test_a_recipe_of_another_kind_is_the_specs_mistake_and_not_the_profiles(compiled) -> None:
    """The profile puts em-tiny in the place of em, which no couple step can have to begin with."""
    with pytest.raises(SpecError) as caught:
        compiled(("recipe: coupling\n", "recipe: em\n"), profile="tiny")
    (problem,) = caught.value.problems
    assert problem.message == "em is a recipe for train steps, not for couple"
    assert problem.place.file.endswith("spec.yaml")
