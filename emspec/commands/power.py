"""`emspec power SPEC`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click
from rich.console import Console

from emspec.commands.aside import raise_failures, run_aside
from emspec.commands.common import compile_selection, open_store, out_folder, selection_of, spec_options
from emspec.console.power import print_power
from emspec.errors import PluginError, UsageError
from emspec.model.experiment import Experiment
from emspec.model.plugin import Catalog
from emspec.power import Asked, PowerPlan, compile_power, report
from emspec.power.questions import EVERY
from emspec.run.hardware import cores
from emspec.run.preflight import missing, missing_libraries
from emspec.run.results import power_folder
from emspec.run.work import Slot

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
    raise_failures(run_aside(planned.plan, store, folder, slots, compiled.observers), planned.plan)
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
