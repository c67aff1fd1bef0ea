"""What earlier probes found of a spec's tokenizer, for the commands that show it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emspec.commands.common import Compiled, Selection, open_store
from emspec.errors import Problem
from emspec.probe import Answer, ProbePlan, can_probe, compile_probe, findings, read_answers
from emspec.store import Store


@dataclass(frozen=True)
class Known:
    """A spec's questions, what the store knows of them, and what is to be warned of."""

    planned: ProbePlan
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...]


def known(compiled: Compiled, selection: Selection) -> Known | None:
    """Return what earlier probes found; None where the profile has no backend for it, or there is nothing to ask."""
    if not can_probe(compiled.experiment):
        return None
    store = open_store(selection, make=False)
    planned = questions_of(compiled, store)
    return read_known(planned, store, compiled) if planned.questions else None


def questions_of(compiled: Compiled, store: Store) -> ProbePlan:
    """Return the plan of a probe over what the store has."""
    return compile_probe(compiled.experiment, compiled.catalog, lambda key: store.lookup(key) is not None)


def read_known(planned: ProbePlan, store: Store, compiled: Compiled) -> Known:
    """Return what the store knows now."""
    answers = read_answers(planned.questions, store)
    return Known(planned, answers, findings(compiled.experiment, answers))


def with_problems(compiled: Compiled, found: Known | None) -> Compiled:
    """Return a spec with what probes found among its warnings."""
    if found is None or not found.problems:
        return compiled
    experiment = replace(compiled.experiment, problems=(*compiled.experiment.problems, *found.problems))
    return replace(compiled, experiment=experiment, plan=replace(compiled.plan, experiment=experiment))
