"""Asking a tokenizer, in a worker, what is not known of it yet."""

from __future__ import annotations

from rich.console import Console

from emspec.commands.aside import run_aside
from emspec.commands.common import Compiled, Selection, open_store, out_folder
from emspec.commands.known import Known, questions_of, read_known
from emspec.console.probe import asking
from emspec.errors import PluginError
from emspec.run.preflight import missing
from emspec.run.results import probe_folder
from emspec.run.survey import survey
from emspec.run.work import Outcome, slots_for


def probe(compiled: Compiled, selection: Selection) -> tuple[Known, Outcome]:
    """Return what is known once everything has been asked, and how that went. PluginError where it cannot be done."""
    planned = questions_of(compiled, open_store(selection, make=False))
    if not planned.questions:
        return Known(planned, (), ()), Outcome((), ())
    lacking = missing(planned.plan, compiled.catalog)
    if lacking:
        raise PluginError(f"the tokenizer cannot be probed without {'; '.join(lacking.lines)}", lacking.fix)
    store = open_store(selection, make=True)
    to_run = survey(planned.plan, store, thorough=False).keys("run")
    if to_run:
        console = Console(stderr=True, highlight=False)
        console.print(asking(planned, len(to_run)), soft_wrap=True, markup=False)
    folder = probe_folder(out_folder(selection), selection.spec, planned.plan)
    outcome = run_aside(planned.plan, store, folder, slots_for("cpu", 1), compiled.observers)
    return read_known(planned, store, compiled), outcome
