"""The figures of a run as files, from the findings alone: for slides, papers and the report's page.

Each is drawn once, by matplotlib, and saved as SVG and as PNG; its title and its caption lie in the file. The page
takes the SVG in, where black is the ink of the page and every other colour is readable on light and on dark ground. Of
heatmap and rates it has tables with drawn cells instead, since each of their numbers links to its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from emspec import JsonObject
from emspec_stats.figures import forest, heatmap, losses, questions, rates, replies
from emspec_stats.figures.style import Drawing, save, styled


def draw(findings: JsonObject, folder: Path) -> None:
    """Write every figure that the findings have something for, as SVG and PNG below a folder, which is made.

    Equal findings give equal bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with styled():
        for drawing in drawings(findings):
            save(drawing, folder)


def drawings(findings: JsonObject) -> Iterator[Drawing]:
    """Yield heatmap, rates, questions and replies of each marker (NAME-2 for the second), then forest and losses."""
    others = cast("dict[str, JsonObject]", findings["others"])
    for number, content in enumerate((findings, *others.values()), 1):
        again = f"-{number}" if number > 1 else ""
        found = {**content, "design": findings["design"], "asked": findings["asked"]}
        yield heatmap.drawing(found, f"heatmap{again}")
        yield rates.drawing(found, f"rates{again}")
        yield from questions.drawings(found, f"questions{again}")
        yield from replies.drawings(found, f"replies{again}")
    yield from forest.drawings(findings)
    yield from losses.drawings(findings)
