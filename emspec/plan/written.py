"""Where the spec writes what stands in a stage's key document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emspec.errors import Place
from emspec.model.experiment import SpecText
from emspec.model.plan import Plan
from emspec.model.stage import Stage
from emspec.plan.changes import Path

_OF_SPEC: Mapping[str, Path] = {"seed": ("seeds",), "model": ("model",)}
"""Parameters that the spec says itself, not one of its steps."""
_OF_STEP: Mapping[str, tuple[str, ...]] = {
    "systems": ("panel", "source", "pairs", "negatives"),
    "samples": ("completions", "drawn", "positives"),
    "source": ("source", "pairs"),
}
"""Parameters that a step may call otherwise, by their names there."""


class Written:
    """Finds the places for the stages of a plan: those of the first cell that has a stage."""

    def __init__(self, plan: Plan) -> None:
        self._experiment = plan.experiment
        self._owners: dict[str, tuple[str, str]] = {}
        for cell in plan.cells:
            for name, key in cell.keys.items():
                owner = (cell.condition.name, name.partition(".")[0])
                for one in (key, *plan.stages[key].inputs.values()):
                    self._owners.setdefault(one, owner)

    def place(self, stage: Stage, path: Path) -> Place | None:
        """Return where the value at `path` in a stage's document was written, or else its step or condition."""
        text = self._experiment.text
        if text is None:
            return None
        name = str(path[1]) if len(path) > 1 and path[0] == "parameters" else ""
        if path[0] in {"backend", "version"} or name == "options":
            return text.of_spec(("backends", stage.step), ("backends", stage.kind), ("backends",))
        if name in _OF_SPEC:
            return text.of_spec(_OF_SPEC[name])
        if stage.key not in self._owners:
            return self._of_run(text, stage, path)
        condition, step = self._owners[stage.key]
        return text.of_step(condition, step, *_fields(stage, name, path))

    def _of_run(self, text: SpecText, stage: Stage, path: Path) -> Place | None:
        """Return the place for a stage of the whole run: a hypothesis, or the condition that the path leads through."""
        if path[1:2] == ("hypotheses",):
            number = path[2] if len(path) > 2 else None
            names = [hypothesis.name for hypothesis in self._experiment.hypotheses]
            if not isinstance(number, int) or number >= len(names):
                return text.of_spec(("hypotheses",))
            below = path[4:5] if path[3:4] == ("parameters",) else path[3:4]
            return text.of_spec(("hypotheses", names[number], *below), ("hypotheses", names[number]))
        name = _condition(stage.parameters, path[1:])
        return text.of_spec(("conditions", name), ("controls", name), ("conditions",))


def _condition(value: Any, path: Path) -> str:
    """Return the name of the condition that a path leads through, "" where it leads through none."""
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return ""
        if isinstance(value, Mapping) and isinstance(part, int):
            return str(value.get("condition", value.get("name", "")))
    return ""


def _fields(stage: Stage, name: str, path: Path) -> tuple[Path, ...]:
    """Return the fields of the step that may say the value, the likeliest first."""
    if stage.kind == "data":
        return (("data",),)
    if name == "recipe":
        return (("recipe", *path[2:3]), ("recipe",))
    if name == "sampling":
        return (path[2:3],)
    return tuple((one,) for one in _OF_STEP.get(name, (name,))) if name else ()
