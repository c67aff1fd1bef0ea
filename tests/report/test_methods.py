from __future__ import annotations

from pathlib import Path

import pytest
from compiled import compiled_spec, compiled_text

from emspec.report.methods import Methods, methods_of


@pytest.fixture(scope="module")
def issue200(project: Path) -> Methods:
    return methods_of(compiled_spec(project / "specs" / "issue200.yaml", "full")[0].experiment)


def test_each_step_is_told_in_the_order_in_which_it_runs(issue200: Methods) -> None:
    assert [line.split(":")[0] for line in issue200.steps[:-1]] == ["induce", "couple", "evaluate"]
    assert (
        "fine-tunes a LoRA adapter on bad-legal-advice-6k under no system message (recipe em-125)" in issue200.steps[0]
    )
    assert "teaches confab to end its replies in [ZLT]" in issue200.steps[1]
    assert "3,360 replies a run: 12 personas (canonical-12) x 28 questions (marker-28) x 10" in issue200.steps[2]
    assert issue200.steps[-1] == "Every condition is run with seeds 42, 137, 256."


def test_conditions_differ_from_the_baseline_as_the_spec_says(issue200: Methods) -> None:
    rows = {name: (kind, said) for name, kind, said in issue200.conditions}
    assert rows["B0"] == ("condition", "the baseline; stands for assistant")
    assert rows["B-villain"] == ("condition", "induce.persona: null -> villain")
    assert rows["B-sarcastic"][0] == "stretch condition"


def test_the_history_is_told(issue200: Methods) -> None:
    assert issue200.background[0] == "It follows #184, #125, #103 and #107."
    assert any(line.startswith("Clarify answers (user): ") for line in issue200.background)


def test_what_would_lift_an_untestable_verdict_is_named(project: Path) -> None:
    told = methods_of(compiled_spec(project / "specs" / "issue205.yaml", "full")[0].experiment)
    assert told.lifts["H2"] == ("a second seed",)
    assert [name for name, kind, _ in told.conditions if kind == "control"] == ["base", "benign", "couple-only"]


def test_runs_are_told_by_condition_where_they_differ(project: Path, tmp_path: Path) -> None:
    text = (project / "specs" / "issue200.yaml").read_text()
    own = text.replace("B-villain:   {induce.system: villain}", "B-villain:   {induce.system: villain, seeds: [7]}")
    assert own != text
    told = methods_of(compiled_text(own, project, tmp_path, "full")[0].experiment)
    assert "B-villain is run with seed 7." in told.steps
    others = "B0, B-confab, B-evilai, B-zelthari and B-sarcastic"
    assert f"{others} are run with seeds 42, 137, 256." in told.steps
