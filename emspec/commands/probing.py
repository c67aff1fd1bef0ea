"""What is known of the tokenizer, for the commands that show it, and the asking."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rich.console import Console

from emspec.commands.aside import raise_failures, run_aside
from emspec.commands.common import Compiled, Selection, open_store, out_folder
from emspec.console.probe import asking
from emspec.errors import PluginError, Problem
from emspec.probe import Answer, ProbePlan, can_probe, compile_probe, findings, read_answers
from emspec.run.preflight import missing
from emspec.run.results import probe_folder
from emspec.run.survey import survey
from emspec.run.work import Outcome, slots_for
from emspec.store import Store


@dataclass(frozen=True)
class Probed:
    """What the store knows of a spec's questions, and what is to be warned of. `outcome` is that of the asking."""

    planned: ProbePlan
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...]
    outcome: Outcome | None = None

    def check(self) -> None:
        """Raise RunFailed, after printing what failed, where something could not be asked."""
        if self.outcome:
            raise_failures(self.outcome, self.planned.plan)


def known(compiled: Compiled, selection: Selection) -> Probed | None:
    """Return what earlier probes found; None where the profile has no backend for it, or there is nothing to ask."""
    if not can_probe(compiled.experiment):
        return None
    store = open_store(selection, make=False)
    planned = _planned(compiled, store)
    return _read(planned, store, compiled) if planned.questions else None


def probe(compiled: Compiled, selection: Selection) -> Probed:
    """Ask what is not known yet, in a worker. PluginError where that cannot be done here."""
    store = open_store(selection, make=False)
    planned = _planned(compiled, store)
    lacking = missing(planned.plan, compiled.catalog)
    if lacking:
        raise PluginError(f"the tokenizer cannot be probed without {'; '.join(lacking.lines)}", lacking.fix)
    store = open_store(selection, make=True)
    console = Console(stderr=True, highlight=False)
    to_run = survey(planned.plan, store, thorough=False).keys("run")
    if to_run:
        console.print(asking(planned, len(to_run)), soft_wrap=True, markup=False)
    folder = probe_folder(out_folder(selection), selection.spec, planned.plan)
    outcome = run_aside(planned.plan, store, folder, slots_for("cpu", 1), compiled.observers)
    return replace(_read(planned, store, compiled), outcome=outcome)


def with_problems(compiled: Compiled, probed: Probed | None) -> Compiled:
    """Return a spec with what probes found among its warnings."""
    if probed is None or not probed.problems:
        return compiled
    experiment = replace(compiled.experiment, problems=(*compiled.experiment.problems, *probed.problems))
    return replace(compiled, experiment=experiment, plan=replace(compiled.plan, experiment=experiment))


def _planned(compiled: Compiled, store: Store) -> ProbePlan:
    return compile_probe(compiled.experiment, compiled.catalog, lambda key: store.lookup(key) is not None)


def _read(planned: ProbePlan, store: Store, compiled: Compiled) -> Probed:
    answers = read_answers(planned.questions, store)
    return Probed(planned, answers, findings(compiled.experiment, answers))
