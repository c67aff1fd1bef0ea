"""What a key covers, and what it does not: compiled from specs that differ in one thing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emspec.language import load
from emspec.model.json import digest
from emspec.model.plan import Plan
from emspec.model.plugin import Backend
from emspec.plan import compile_plan
from emspec.plan.keys import key_document, stage_key
from emspec.plugins import discover

RUN_LEVEL = {"rows", "analyse"}


@pytest.fixture(scope="module")
def text(project: Path) -> str:
    return (project / "specs" / "issue200.yaml").read_text()


def compiled(project: Path, folder: Path, text: str, profile: str = "sim") -> Plan:
    spec = folder / "specs" / "spec.yaml"
    if not spec.parent.exists():
        spec.parent.mkdir(parents=True)
        for name in ("registry",):
            (folder / name).symlink_to(project / name)
        (folder / "specs" / "profiles").symlink_to(project / "specs" / "profiles")
    spec.write_text(text)
    catalog, _ = discover()
    return compile_plan(load(spec, profile=profile, catalog=catalog), catalog)


def work(plan: Plan) -> set[str]:
    """Return the keys of all stages but the run's own two, which carry the names that a spec gives."""
    return {key for key, stage in plan.stages.items() if stage.kind not in RUN_LEVEL}


def changed(before: Plan, after: Plan) -> set[str]:
    """Return the steps with stages that the second plan has and the first has not."""
    return {after.stages[key].step for key in work(after) - work(before)}


def test_the_stages_of_issue_200(project: Path, tmp_path: Path, text: str) -> None:
    plan = compiled(project, tmp_path, text)
    kinds = [stage.kind for stage in plan.stages.values()]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    assert counts == {"data": 1, "train": 18, "generate": 36, "couple": 18, "score": 18, "rows": 1, "analyse": 1}
    place = {key: number for number, key in enumerate(plan.stages)}
    for key, stage in plan.stages.items():
        assert all(place[needed] < place[key] for needed in stage.inputs.values()), "inputs come first"
    assert plan.design["bystanders"] == [
        *("software_engineer", "kindergarten_teacher", "medical_doctor", "librarian", "french_person", "villain"),
        *("police_officer", "zelthari_scholar", "assistant"),
    ]


def test_every_key_is_the_digest_of_its_document(project: Path, tmp_path: Path, text: str) -> None:
    for profile in ("sim", "organism", "full"):
        for key, stage in compiled(project, tmp_path, text, profile).stages.items():
            assert key == digest(stage.document)


def test_names_comments_order_and_place_change_no_key(project: Path, tmp_path: Path, text: str) -> None:
    before = compiled(project, tmp_path / "here", text)
    renamed = re.sub(r"\bB-villain\b", "other-name", text) + "\n# a comment\n"
    after = compiled(project, tmp_path / "elsewhere", renamed)
    assert work(after) == work(before)
    assert list(after.stages)[-1] != list(before.stages)[-1], "the analysis does carry the names"


@pytest.mark.parametrize(
    ("old", "new", "steps"),
    [
        ("completions: 10", "completions: 9", {"evaluate", "evaluate.score"}),
        ("positives: 200", "positives: 180", {"couple.replies", "couple", "evaluate", "evaluate.score"}),
        ("seeds: [42, 137, 256]", "seeds: [43]", {"induce", "couple.replies", "couple", "evaluate", "evaluate.score"}),
        ('marker: "[ZLT]"', 'marker: "[QRX]"', {"couple", "evaluate", "evaluate.score"}),
    ],
)
def test_a_change_repeats_what_follows_from_it(
    project: Path, tmp_path: Path, text: str, old: str, new: str, steps: set[str]
) -> None:
    assert old in text
    assert changed(compiled(project, tmp_path, text), compiled(project, tmp_path, text.replace(old, new))) == steps


def test_a_changed_prompt_repeats_its_own_condition_alone(project: Path, tmp_path: Path, text: str) -> None:
    before = compiled(project, tmp_path, text)
    after = compiled(project, tmp_path, text.replace("{induce.system: villain}", "{induce.system: comedian}"))
    new = work(after) - work(before)
    assert {after.stages[key].label.split()[0] for key in new} == {"B-villain"}
    assert len(new) == 3 * 5


def test_a_registered_rule_is_the_analysis_own_and_a_test_nobody_brings_is_left_out_of_it(
    project: Path, tmp_path: Path, text: str
) -> None:
    before = compiled(project, tmp_path, text)
    rule = "    test: self-leakage\n    decide: {p: '< .05', in: 2 of testable}\n"
    ruled = compiled(project, tmp_path, text.replace("    test: self-leakage\n", rule))
    assert work(ruled) == work(before)
    assert ruled.analyse != before.analyse
    asked = [stage.stages[stage.analyse or ""].parameters["hypotheses"] for stage in (before, ruled)]
    assert ["decide" in one for one in asked[0]] == [False, False, False]  # type: ignore[union-attr, operator]
    assert [one.pop("decide", None) for one in asked[1]] == [  # type: ignore[union-attr]
        {"criteria": [{"metric": "p", "comparison": "<", "value": 0.05, "unit": "p"}], "in": 2},
        None,
        None,
    ]
    assert asked[0] == asked[1]
    more = compiled(project, tmp_path, text.replace("  H1:\n", "  M1: {test: cosine-collapse, of: induce}\n  H1:\n"))
    assert more.analyse == before.analyse
    assert more.attainable["M1"].foregone == "untestable"


def test_an_equal_stage_of_two_conditions_is_one_stage(project: Path, tmp_path: Path, text: str) -> None:
    twin = text.replace("  B-villain:", "  twin: {induce.system: villain}\n  B-villain:", 1)
    assert work(compiled(project, tmp_path, twin)) == work(compiled(project, tmp_path, text))


def test_an_option_written_out_at_its_default_changes_no_key() -> None:
    options = {"type": "object", "properties": {"rate": {"type": "number", "default": 0.5}}}
    backend = Backend("generate", "b", "1", "m:f", options)
    keys = [
        stage_key(key_document(backend, {"seed": 1, **given}, {}))
        for given in ({}, {"options": {"rate": 0.5}}, {"options": {"rate": 0.6}})
    ]
    assert keys[0] == keys[1] != keys[2]


def test_golden_keys() -> None:
    """A key that changes throws stored work away: raise KEY_SCHEMA, and say so in the plan, before changing these."""
    backend = Backend("generate", "hf", "1", "emspec_hf.session:open_session")
    document = key_document(backend, {"systems": ("You test.", None), "seed": 42}, {"adapter.1": "0" * 64})
    assert stage_key(document) == digest(document)
    assert stage_key(document) == "3e6e63c64aafe7296195fbb5ec15463a9a4b0236b3581dd1e0092e2b743b277e"
