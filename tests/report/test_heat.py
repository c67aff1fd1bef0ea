from __future__ import annotations

import re

from emspec.model.json import JsonObject
from emspec.report import words
from emspec.report.content import read
from emspec.report.heat import heatmap, told


def test_each_rate_is_a_link_that_says_what_it_is_of(findings: JsonObject) -> None:
    (content,) = read(findings).contents
    table = heatmap(content)
    assert table.count("<a ") == len(content.heatmap.conditions) * len(content.heatmap.personas)
    rate = content.people["B-villain", "villain"]
    assert rate is not None
    runs = [cell for cell in content.cells if (cell.condition, cell.persona) == ("B-villain", "villain")]
    said = told(content, "B-villain", "villain", rate.rate, runs)
    assert said.startswith(f"B-villain, villain (induction): {words.percent(rate.rate)}; 95 % interval ")
    assert words.interval(rate) in said
    assert f"{words.share(rate)} replies" in said
    for run in runs:
        assert f"{run.run}: {words.percent(run.rate.rate)}" in said
    assert f'data-tip="{said}"' in table


def test_trained_roles_are_framed_and_others_are_not(findings: JsonObject) -> None:
    (content,) = read(findings).contents
    cells = re.findall(r'<td class="(\w+(?: framed)?)"[^>]*><a [^>]*aria-label="([^:]*):', heatmap(content))
    framed = {label.split(" (")[0] for kind, label in cells if kind.endswith("framed")}
    assert {"B0, assistant", "B0, librarian", "B-villain, villain", "B0, confab"} <= framed
    assert "B0, villain" not in framed
    assert {label for kind, label in cells if kind.startswith("hot")} == {
        label for _, label in cells if label.startswith(("B", "couple-only")) and ", confab (" in label
    }
