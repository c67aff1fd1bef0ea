"""Each thing is asked once, in a stage that depends on what its answer depends on and on nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from probing import Compile, asked, probe_of

from emspec.errors import PluginError
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.model.records import FileRef
from emspec.plan import compile_plan
from emspec.probe import can_probe
from emspec.probe.questions import cap_of, personas_of


def keys(compiled: Compile, *changes: tuple[str, str]) -> dict[str, str]:
    experiment, catalog = compiled(*changes)
    planned = probe_of(experiment, catalog)
    return {
        f"{one.about} {one.step.name if one.step else ''} {' '.join(one.conditions)}": one.key
        for one in planned.questions
    }


def test_steps_that_differ_in_nothing_that_matters_share_a_question(compiled: Compile) -> None:
    assert list(keys(compiled)) == [
        "template  ",
        "training induce plain",
        "prompts couple plain villain faster",
        "coupling couple plain villain faster",
        "prompts evaluate plain villain faster",
        "training induce villain faster",
    ]


@pytest.mark.parametrize(
    ("change", "others"),
    [
        (("seeds: [1, 2]", "seeds: [3]"), set()),
        (("completions: 10", "completions: 3"), set()),
        (("positives: 200", "positives: 100"), set()),
        (("max_tokens: 512", "max_tokens: 99"), set()),
        (("plain: {induce.system: none}", "plain: {induce.system: comedian}"), {"training induce plain"}),
        (('"[ZLT]"', '"[QRX]"'), {"coupling couple plain villain faster"}),
        (("recipe: coupling-125", "recipe: {base: coupling-125, lr: 1e-5}"), set()),
        (
            ("recipe: coupling-125", "recipe: {base: coupling-125, mask: marker-as-125}"),
            {"coupling couple plain villain faster"},
        ),
        (
            ("recipe: em-125", "recipe: {base: em-125, max_length: 64}"),
            {"training induce plain", "training induce villain faster"},
        ),
        (("questions: marker-28", "questions: data-20"), {"prompts evaluate plain villain faster"}),
    ],
    ids=lambda one: one[1] if isinstance(one, tuple) else "",
)
def test_a_key_depends_on_what_the_answer_depends_on(
    compiled: Compile, change: tuple[str, str], others: set[str]
) -> None:
    before, after = keys(compiled), keys(compiled, change)
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == others


def test_no_rows_are_fetched_for_a_probe(compiled: Compile) -> None:
    experiment, catalog = compiled()
    planned = probe_of(experiment, catalog)
    assert {one.lacking for one in planned.questions if one.about == "training"} == {"bad-legal-advice-6k"}
    assert {stage.kind for stage in planned.plan.stages.values()} == {"probe"}
    assert len(planned.plan.stages) == 4


def test_rows_that_are_there_are_asked_about(compiled: Compile) -> None:
    experiment, catalog = compiled(profile="organism")
    made = probe_of(experiment, catalog)  # by a backend that makes them on the spot
    assert [one.lacking for one in made.questions] == [""] * 6
    (data,) = (key for key, stage in made.plan.stages.items() if stage.kind == "data")
    assert list(made.plan.stages).index(data) < list(made.plan.stages).index(asked(made, "training", "induce").key)
    experiment, catalog = compiled()
    fetched = probe_of(experiment, catalog, _data_key(experiment, catalog))
    assert [one.lacking for one in fetched.questions] == [""] * 6


def _data_key(experiment: Experiment, catalog: Catalog) -> str:
    plan = compile_plan(experiment, catalog)
    return next(key for key, stage in plan.stages.items() if stage.kind == "data")


def test_a_probe_takes_the_tokenizer_of_the_profile_s_model_and_no_gpu(compiled: Compile) -> None:
    experiment, catalog = compiled()
    planned = probe_of(experiment, catalog)
    assert {stage.session.device for stage in planned.plan.stages.values()} == {"cpu"}
    assert planned.plan.experiment.profile.device == "cpu"
    models = {str(stage.parameters["model"]) for stage in planned.plan.stages.values()}
    assert models == {str(experiment.model.identity)}
    assert planned.backend == "hf"


def test_whose_prompts_and_how_long_replies_may_be(compiled: Compile) -> None:
    experiment, catalog = compiled()
    planned = probe_of(experiment, catalog)
    coupled, evaluated = (asked(planned, "prompts", name).step for name in ("couple", "evaluate"))
    assert [one.name for one in personas_of(coupled)] == ["confab", "librarian", "comedian"]
    assert len(personas_of(evaluated)) == 12
    assert (cap_of(evaluated), cap_of(asked(planned, "training", "induce").step), personas_of(None)) == (512, 0, ())


def test_recorded_replies_are_not_asked_about(compiled: Compile) -> None:
    experiment, catalog = compiled()
    condition = experiment.conditions[0]
    recorded = replace(condition, results={seed: FileRef("r", "r.json", "0" * 64) for seed in condition.seeds})
    planned = probe_of(replace(experiment, conditions=(recorded,)), catalog)
    assert planned.questions == ()


def test_without_a_backend(compiled: Compile) -> None:
    experiment, catalog = compiled()
    assert can_probe(experiment)
    bare = replace(experiment, backends={kind: one for kind, one in experiment.backends.items() if kind != "probe"})
    assert not can_probe(bare)
    with pytest.raises(PluginError, match="no backend is chosen for probe stages"):
        probe_of(bare, catalog)
    none = replace(catalog, backends={what: one for what, one in catalog.backends.items() if what[0] != "probe"})
    with pytest.raises(PluginError, match="no installed plugin can probe a tokenizer"):
        probe_of(bare, none)
