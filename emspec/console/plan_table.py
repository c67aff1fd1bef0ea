"""The steps of a plan as cells of text, for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from emspec.console.units import NONE, bytes_text, count_text, span_text
from emspec.plan.overview import NOT_INSTALLED, Overview, StepLine

STEP_COLUMNS = ("step", "stages", "hit", "run", "session", "tokens", "time", "disk")
TEXT_COLUMNS = frozenset({"step", "session"})


def step_rows(seen: Overview) -> Iterator[tuple[str, ...]]:
    """Yield, for each step, its stages and what those that have to run need."""
    for step in seen.steps:
        figures = (count_text(step.tokens), _time(step), bytes_text(step.bytes)) if step.runs else (NONE, NONE, NONE)
        yield (step.step, str(step.stages), str(step.hits), str(step.runs), _session(step), *figures)


def _time(step: StepLine) -> str:
    return "not known" if step.seconds is None else span_text(step.seconds)


def _session(step: StepLine) -> str:
    if step.backend == NOT_INSTALLED:
        return f"no {step.kind} backend installed"
    return f"{step.backend} on {step.device}" if step.loads_model else step.backend
