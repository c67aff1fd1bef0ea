"""The plan as a document to paste into an issue."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from overviews import SPECS, seen_rich, seen_spec
from texts import golden_text

from emspec.console.mermaid import mermaid_text
from emspec.console.plan_forms import plan_text
from emspec.plan.graph import folded_graph

GOLDEN = Path(__file__).parents[1] / "golden" / "plans"


@pytest.mark.parametrize("name", ["issue200", "examples/registered-rules", "examples/couple-first"])
def test_documents_are_as_they_were(project: Path, name: str, request: pytest.FixtureRequest) -> None:
    text = plan_text("markdown", seen_spec(project, name), False)
    assert text == golden_text(GOLDEN / f"{name.rpartition('/')[2]}.md", text, request)


@pytest.mark.parametrize("name", SPECS)
def test_tables_are_whole_and_nothing_says_when_or_where(project: Path, name: str) -> None:
    seen = seen_spec(project, name)
    text = plan_text("markdown", seen, False)
    columns = 0
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (columns and cells) or cells == columns
        columns = cells
    assert not re.search(r"\d\d:\d\d|(^|\s)/\w+", text)
    assert text.endswith(f"```mermaid\n{mermaid_text(folded_graph(seen))}```\n")


def test_it_says_what_the_language_can_say(project: Path, tmp_path: Path) -> None:
    text = plan_text("markdown", seen_rich(project, tmp_path), False)
    for part in (
        r'# \#7 \<b\>\&amp; \$x\$ \| \`t\` \~\~ "q" \# \]\]\> \[a\](b)',
        "- seeds: 42, each 2 times; baseline: B0",
        r"- gate: seeds 137 run for a condition whose bystander\_rate differs \>= 0.1, and B0 beside it",
        "- measure cos: vectors of base, method A, layer 7",
        "- state: proposed; supersedes #3",
        "| B0 | baseline | 42 | no system prompt, counts as assistant | – |",
        r"| B1 | condition | 42 | villain | induce.persona: none -\> villain |",
        "| B2 | condition | 42 | no system prompt | order: couple, induce, vectors, evaluate |",
        "| base | control | 42 | – | without induce; without couple |",
        r"- couple: confab \[ZLT\], villain \[QRX\], negatives data\_scientist, comedian (2 drawn",
        "| villain | no | source in B0, B1, B2; induction persona of B1; unseen in 1 other | faf18dd0 | ",
        "| how far equal runs differ \\| is \\<asked\\> |",
        "1 accepted, ",
        "- nothing installed can run the ",
    ):
        assert part in text, part


def test_a_persona_outside_the_panel_and_added_steps_are_said_to_be_so(project: Path) -> None:
    text = plan_text("markdown", seen_spec(project, "issue200"), False)
    assert r"| evil\_ai | not in the panel | induction persona of B-evilai | 36caa3d7 |" in text
    control = plan_text("markdown", seen_spec(project, "examples/organism-control"), False)
    assert "| with induce: data " in control
    assert "- **induce** (train, not in couple-only): data " in control


def test_its_graph_can_have_every_stage(project: Path) -> None:
    seen = seen_spec(project, "examples/sim")
    text = plan_text("markdown", seen, True)
    assert text.endswith(f"```mermaid\n{plan_text('mermaid', seen, True)}```\n")


def test_a_gate_that_opened_and_one_without_a_rule(project: Path, tmp_path: Path) -> None:
    seen = seen_rich(project, tmp_path)
    plan = seen.plan
    opened = replace(plan.experiment, opened={"B1": True, "B2": False})
    text = plan_text("markdown", replace(seen, plan=replace(plan, experiment=opened)), False)
    assert "- the gate opened for B1\n" in text
    assert plan.experiment.gate
    unwritten = replace(plan.experiment, gate=replace(plan.experiment.gate, rule=None))
    text = plan_text("markdown", replace(seen, plan=replace(plan, experiment=unwritten)), False)
    assert "- gate: seeds 137 wait for a rule that is not written yet\n" in text
