"""`emspec power SPEC`."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from emspec.commands.common import compile_selection, open_store, out_folder, selection_of, spec_options
from emspec.console.power import print_power
from emspec.console.progress import view
from emspec.console.verdicts import failure_text
from emspec.errors import PluginError, RunFailed, UsageError
from emspec.model.experiment import Experiment
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.power import Asked, PowerPlan, compile_power, report
from emspec.power.questions import EVERY
from emspec.run.events import Observer
from emspec.run.execute import execute
from emspec.run.hardware import cores
from emspec.run.preflight import missing, missing_libraries
from emspec.run.progress import Progress
from emspec.run.results import power_folder
from emspec.run.survey import survey
from emspec.run.work import Outcome, Slot
from emspec.store import Store

DRAWS = 200
QUICK = 100
_EFFECT = re.compile(r"(?:(?P<name>[A-Za-z][\w-]*)=)?(?P<value>[0-9]*\.?[0-9]+) ?pp")


@click.command()
@spec_options
@click.option("--draws", type=click.IntRange(20, 100_000), help=f"Experiments per effect; by default {DRAWS}.")
@click.option("--effect", "effects", multiple=True, metavar="[NAME=]NUMBERpp", help="Effect to ask the power at.")
@click.option("--rate", type=float, metavar="RATE", help="Mean bystander rate, as a fraction; by default the spec's.")
@click.option("--quick", is_flag=True, help=f"The design alone, without variants, from {QUICK} experiments an effect.")
@click.option("--workers", type=click.IntRange(min=1), help="Worker processes; by default one a core.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
def command(rate: float | None, workers: int | None, form: str, **values: Any) -> int:
    """Say what SPEC's hypothesis tests could find: by each test itself, on simulated experiments."""
    selection = selection_of(values)
    compiled = compile_selection(selection)
    planned = compile_power(_at(compiled.experiment, rate), compiled.catalog, _asked(values))
    _stop_if_missing(planned, compiled.catalog)
    store = open_store(selection, make=True)
    folder = power_folder(out_folder(selection), selection.spec, planned.plan)
    slots = [Slot("cpu", False) for _ in range(workers or cores())]
    _check(_execute(planned.plan, store, folder, slots, compiled.observers), planned.plan)
    found = report(planned, store, compiled.catalog)
    if form == "json":
        click.echo(json.dumps(found.to_json(), indent=1))
    else:
        print_power(Console(highlight=False), found)
    return 0


def _stop_if_missing(planned: PowerPlan, catalog: Catalog) -> None:
    lacking = missing(planned.plan, catalog)
    if lacking:
        raise PluginError(f"power cannot be simulated without {'; '.join(lacking.lines)}", lacking.fix)
    absent = missing_libraries(planned.simulator)
    if absent:
        what = f"power cannot be simulated without {', '.join(absent)}, for {planned.simulator.name}"
        raise PluginError(what, planned.simulator.install or f"pip install {' '.join(absent)}")


def _execute(plan: Plan, store: Store, folder: Path, slots: list[Slot], observers: Sequence[Observer]) -> Outcome:
    """Run the stages that are not there yet, with their progress on the error stream."""
    progress = Progress(plan)
    to_run = survey(plan, store, thorough=False).keys("run")
    progress.expect(to_run)
    if not to_run:
        return execute(plan, store, folder, slots, observers).outcome
    with view(Console(stderr=True, highlight=False), progress, len(slots)) as shown:
        return execute(plan, store, folder, slots, [shown.see, *observers]).outcome


def _check(outcome: Outcome, plan: Plan) -> None:
    """Raise RunFailed where a stage could not be done."""
    console = Console(stderr=True, highlight=False)
    for failure in outcome.failures:
        console.print(failure_text(failure, plan.stages[failure.key].label), soft_wrap=True)
    if outcome.failures:
        raise RunFailed(
            f"{len(outcome.failures)} stage(s) failed, {len(outcome.finished)} finished; what is finished is kept",
            f"once mended, resume with: {shlex.join(['emspec', *sys.argv[1:]])}",
        )


def _asked(values: Mapping[str, Any]) -> Asked:
    draws, quick = values["draws"], values["quick"]
    return Asked(draws or (QUICK if quick else DRAWS), _effects(values["effects"]), variants=not quick)


def _at(experiment: Experiment, rate: float | None) -> Experiment:
    if rate is None:
        return experiment
    if not 0 < rate < 1:
        raise UsageError(f"--rate takes a fraction between 0 and 1, not {rate:g}", "for example --rate 0.11")
    return replace(experiment, noise=replace(experiment.noise, rate=rate))


def _effects(given: tuple[str, ...]) -> Mapping[str, float]:
    matches = [(text, _EFFECT.fullmatch(text.strip())) for text in given]
    for text, match in matches:
        if match is None or not float(match["value"]) < 100:
            raise UsageError(f"--effect takes NUMBERpp or NAME=NUMBERpp, not {text!r}", "for example --effect H1=5pp")
    return {match["name"] or EVERY: round(float(match["value"]) / 100, 6) for _, match in matches if match}
