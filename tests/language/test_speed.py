from __future__ import annotations

import time
from pathlib import Path

from emspec.language import load
from emspec.model.plugin import Catalog

GOOD = Path(__file__).parents[1] / "golden" / "specs" / "good.yaml"
PERSONAS = ("assistant", "villain", "librarian", "comedian", "confab")


def grid(conditions: int) -> str:
    """The good spec with so many conditions, each with an induction persona and a learning rate of its own."""
    text = GOOD.read_text()
    start, end = text.index("  plain:"), text.index("baseline:")
    lines = (
        f"  c{number}: {{induce.system: {PERSONAS[number % 5]}, induce.recipe.lr: {1e-5 * (1 + number // 5):.7g}}}\n"
        for number in range(conditions)
    )
    text = text[:start] + "".join(lines) + text[end:]
    return text.replace("baseline: plain", "baseline: c0").replace("condition: villain", "condition: c1")


def seconds(project: Path, catalog: Catalog, conditions: int) -> float:
    spec = project / "specs" / "grid.yaml"
    spec.write_text(grid(conditions))
    started = time.process_time()
    experiment = load(spec, profile="full", catalog=catalog)
    spent = time.process_time() - started
    assert len(experiment.conditions) == conditions
    return spent


def test_ten_thousand_cells_in_a_second_and_a_half(project: Path, catalog: Catalog) -> None:
    small, large = (min(seconds(project, catalog, cells) for _ in range(3)) for cells in (334, 3334))
    assert large < 1.5
    assert large < 20 * small
