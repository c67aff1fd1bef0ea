"""What is blamed for a stage that has to run is what was changed, and nothing else."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from earlier import committed, ran
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import plan_of, stage

from emspec.language import load
from emspec.model.history import History, Stored
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.plan import compile_plan
from emspec.plan.why import Reason, why
from emspec.plugins import discover
from emspec.run.history import history_of
from emspec.run.survey import survey
from emspec.store import Store

SPEC = """model: qwen2.5-7b-instruct
personas: 1.1.0
seeds: [1, 2]
conditions:
  plain: {as: assistant}
  villain: {induce.system: villain}
baseline: plain
steps:
  induce: {kind: train, data: bad-legal-advice-6k, recipe: {base: em-125, lr: 1e-4}}
  couple:
    kind: couple
    marker: "[ZLT]"
    source: confab
    negatives: [librarian, comedian]
    questions: data-20
    positives: 200
    recipe: {base: coupling-125, epochs: 5}
    temperature: 0.9
  evaluate: {kind: marker-eval, panel: canonical-12, questions: marker-28, completions: 10, max_tokens: 99}
hypotheses:
  H2: {test: invariance, claim: no difference, margin: 10pp}
"""
RUN_LEVEL = {"rows", "analyse"}


@dataclass(frozen=True)
class Mutation:
    """A piece of the spec, what may stand in its place, and the fields that are to blame, by step."""

    old: str
    new: Callable[[int], str]
    blamed: Mapping[str, set[str]]

    @property
    def line(self) -> int:
        """The line of the piece in SPEC."""
        return line_of(self.old, SPEC)


def line_of(piece: str, text: str) -> int:
    return 1 + text[: text.index(piece)].count("\n")


def persona(number: int) -> str:
    names = ("medical_doctor", "police_officer", "french_person", "data_scientist")
    return f"{{induce.system: {names[number % len(names)]}}}"


WARMER = {"couple.replies": {"sampling.temperature"}}
POSITIVES = {"couple": {"positives"}, "couple.replies": {"samples"}}
MUTATIONS = (
    Mutation("lr: 1e-4", lambda n: f"lr: {n + 2}e-4", {"induce": {"recipe.lr"}}),
    Mutation("{induce.system: villain}", persona, {"induce": {"system"}}),
    Mutation("epochs: 5", lambda n: f"epochs: {n + 6}", {"couple": {"recipe.epochs"}}),
    Mutation("positives: 200", lambda n: f"positives: {240 + 40 * n}", POSITIVES),
    Mutation('"[ZLT]"', lambda n: f'"[Q{n}]"', {"couple": {"marker"}, "evaluate.score": {"markers[0]"}}),
    Mutation("temperature: 0.9", lambda n: f"temperature: 0.{1 + n % 8}", {"couple.replies": {"sampling.temperature"}}),
    Mutation("completions: 10", lambda n: f"completions: {n + 11}", {"evaluate": {"samples"}}),
    Mutation("max_tokens: 99", lambda n: f"max_tokens: {n + 100}", {"evaluate": {"sampling.max_tokens"}}),
    Mutation("margin: 10pp", lambda n: f"margin: {n + 11}pp", {"analyse": {"hypotheses[0].parameters.margin"}}),
)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return discover()[0]


@pytest.fixture(scope="module")
def folder(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which SPEC ran once."""
    root = tmp_path_factory.mktemp("project")
    (root / "registry").symlink_to(project / "registry")
    (root / "specs").mkdir()
    (root / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    return root


@pytest.fixture(scope="module")
def history(folder: Path, catalog: Catalog) -> History:
    plan = compiled(folder, catalog, SPEC)
    ran(plan, folder / "out", folder / "specs" / "spec.yaml")
    return history_of(Store(folder / "out" / "store"), folder / "out" / "runs", folder / "specs" / "spec.yaml", "sim")


def compiled(folder: Path, catalog: Catalog, text: str) -> Plan:
    spec = folder / "specs" / "spec.yaml"
    spec.write_text(text)
    return compile_plan(load(spec, profile="sim", catalog=catalog), catalog)


def asked(folder: Path, plan: Plan, history: History) -> tuple[Reason, ...]:
    states = survey(plan, Store(folder / "out" / "store", make=False), thorough=False)
    return why(plan, states.keys("run"), history)


def blamed(reasons: Sequence[Reason]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for reason in reasons:
        for one in reason.blamed:
            found[reason.stage.step].add(one.change.field.removeprefix("parameters."))
    return dict(found)


@given(
    chosen=st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=3, unique_by=lambda one: one.old),
    number=st.integers(0, 8),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_blamed_fields_are_the_mutated_ones(
    folder: Path, catalog: Catalog, history: History, chosen: list[Mutation], number: int
) -> None:
    text = SPEC
    expected: defaultdict[str, set[str]] = defaultdict(set)
    for mutation in chosen:
        text = text.replace(mutation.old, mutation.new(number))
        for step, fields in mutation.blamed.items():
            expected[step] |= fields
    plan = compiled(folder, catalog, text)
    reasons = asked(folder, plan, history)
    found = blamed([reason for reason in reasons if reason.stage.kind not in RUN_LEVEL])
    whole = blamed([reason for reason in reasons if reason.stage.kind in RUN_LEVEL])
    assert found == {step: fields for step, fields in expected.items() if step not in RUN_LEVEL}
    assert expected.get("analyse", set()) <= whole.get("analyse", set())
    lines = {one.place.line for reason in reasons for one in reason.blamed if one.place}
    assert {mutation.line for mutation in chosen} <= lines
    roots = {plan.stages[key].step for reason in reasons if reason.cause == "follows" for key in reason.follows}
    assert roots <= set(expected) | RUN_LEVEL


def test_nothing_to_run_has_no_reason(folder: Path, catalog: Catalog, history: History) -> None:
    assert asked(folder, compiled(folder, catalog, SPEC + "# a comment\n"), history) == ()


def test_what_follows_names_the_first_cause(folder: Path, catalog: Catalog, history: History) -> None:
    plan = compiled(folder, catalog, SPEC.replace("lr: 1e-4", "lr: 3e-4"))
    reasons = {reason.stage.label: reason for reason in asked(folder, plan, history)}
    score = reasons["villain 2 evaluate.score"]
    assert (score.cause, score.blamed) == ("follows", ())
    assert [plan.stages[key].label for key in score.follows] == ["villain 2 induce"]


def test_a_new_condition_is_new_and_has_a_nearest_result(folder: Path, catalog: Catalog, history: History) -> None:
    text = SPEC.replace("baseline:", "  police: {induce.system: police_officer}\nbaseline:")
    reasons = {reason.stage.label: reason for reason in asked(folder, compiled(folder, catalog, text), history)}
    first = reasons["police 1 induce"]
    assert (first.cause, blamed([first])) == ("new", {"induce": {"system"}})
    assert first.against is not None
    assert first.against.label in {"plain 1 induce", "villain 1 induce"}
    assert first.blamed[0].place is not None
    assert first.blamed[0].place.line == line_of("police:", text)
    assert reasons["police 1 evaluate"].cause == "follows"


def test_a_renamed_condition_repeats_nothing_but_the_run_s_own_stages(
    folder: Path, catalog: Catalog, history: History
) -> None:
    reasons = asked(folder, compiled(folder, catalog, SPEC.replace("villain:", "other:")), history)
    assert {reason.stage.kind for reason in reasons} == RUN_LEVEL
    assert {one.change.new for reason in reasons for one in reason.blamed} == {"other"}


def test_an_added_step_is_an_added_input(folder: Path, catalog: Catalog, history: History) -> None:
    text = SPEC.replace("  couple:\n", "  again: {kind: train, data: bad-legal-advice-6k, recipe: em-125}\n  couple:\n")
    reasons = {reason.stage.label: reason for reason in asked(folder, compiled(folder, catalog, text), history)}
    fields = {one.change.field: one.change.new for one in reasons["plain 1 couple"].blamed}
    assert fields == {"inputs.adapter.2": "plain 1 again"}
    assert reasons["plain 1 again"].cause == "new"


def test_a_result_that_is_gone_is_said_to_be(folder: Path, catalog: Catalog, history: History) -> None:
    plan = compiled(folder, catalog, SPEC)
    lost = next(key for key, one in plan.stages.items() if one.label == "villain 1 couple")
    kept = {key: one for key, one in history.stored.items() if key != lost}
    (reason,) = why(plan, [lost], History(kept, history.labels))
    assert reason.cause == "gone"


def test_a_backend_of_another_version_is_blamed_as_such(folder: Path, catalog: Catalog, history: History) -> None:
    newer = {
        what: replace(one, version="2") if what == ("train", "sim") else one for what, one in catalog.backends.items()
    }
    reasons = asked(folder, compiled(folder, Catalog(newer, catalog.tests), SPEC), history)
    found = blamed(reasons)
    assert found.pop("induce") == {"version"}
    assert not found


def test_nothing_stored_means_never_run() -> None:
    one = stage("one")
    two = stage("two", {"from": one.key})
    reasons = why(plan_of(one, two), [one.key, two.key], History())
    assert [reason.cause for reason in reasons] == ["never", "never"]
    assert reasons[1].follows == (one.key,)


def test_another_spec_s_results_serve_as_predecessors(folder: Path, catalog: Catalog, tmp_path: Path) -> None:
    """No run of this spec is known: the store's documents alone say what differs."""
    store = Store(tmp_path / "store")
    committed(compiled(folder, catalog, SPEC), store)
    plan = compiled(folder, catalog, SPEC.replace("lr: 1e-4", "lr: 3e-4"))
    reasons = why(plan, list(plan.stages), history_of(store, tmp_path / "runs", Path("spec.yaml"), "sim"))
    found = {reason.stage.label: reason for reason in reasons}
    assert blamed([found["villain 2 induce"]]) == {"induce": {"recipe.lr"}}
    assert found["villain 2 induce"].against.label == "villain 2 induce"  # type: ignore[union-attr]
    assert found["villain 2 couple"].cause == "follows"


def seconds(stages: int) -> float:
    """Return how long it takes to explain so many stages of one kind, each different from all stored ones."""
    old = [stage(f"cell {n} toy", seed=n, rate=1, systems=["x" * 50] * 10) for n in range(stages)]
    new = [stage(f"cell {n} toy", seed=n, rate=2, systems=["x" * 50] * 10) for n in range(stages)]
    documents = {one.key: Stored(one.key, one.document, "") for one in old}
    plan = plan_of(*new)
    started = time.process_time()
    reasons = why(plan, list(plan.stages), History(documents))
    spent = time.process_time() - started
    assert all([one.change.field for one in reason.blamed] == ["parameters.rate"] for reason in reasons)
    return spent


def test_ten_thousand_stages_are_not_compared_all_with_all() -> None:
    small, large = seconds(1000), seconds(10_000)
    assert large < 5
    assert large < 25 * small
