"""What several commands need: the options that select a spec's variant, and the plan they lead to."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from emspec.errors import UsageError
from emspec.language import attained, load
from emspec.model.experiment import Experiment
from emspec.model.plan import Plan
from emspec.model.plugin import Catalog
from emspec.plan import compile_plan, with_decisions
from emspec.plugins import discover
from emspec.registry import find_project
from emspec.run.events import Observer
from emspec.run.gates import decisions
from emspec.run.hardware import gpus
from emspec.run.results import STORE
from emspec.store import Store

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Selection:
    """A spec and the variant of it that is asked for."""

    spec: Path
    profile: str | None
    backends: tuple[str, ...]
    only: tuple[str, ...]
    seeds: tuple[int, ...]
    stretch: bool | None
    out: Path | None
    skip: tuple[str, ...] = ()


@dataclass(frozen=True)
class Compiled:
    """A selection, compiled. `announced` says why the profile was chosen, where nobody named one; `written` is the
    experiment before any gate of it was decided.
    """

    experiment: Experiment
    plan: Plan
    catalog: Catalog
    observers: tuple[Observer, ...]
    announced: str
    written: Experiment

    @property
    def fixed(self) -> Plan:
        """The plan as it is known before any gate is decided: what a lock holds."""
        if not self.plan.gates:
            return self.plan
        return compile_plan(with_decisions(self.written, {}), self.catalog)


def format_option(command: F) -> F:
    """Add the option --format text | json."""
    choice = click.Choice(["text", "json"])
    return click.option("--format", "form", type=choice, default="text", show_default=True, help="What to print.")(
        command
    )


def out_option(command: F) -> F:
    """Add the option --out."""
    what = "Folder of store and runs; by default the project's out."
    return click.option("--out", callback=lambda _context, _option, text: _folder(text), metavar="PATH", help=what)(
        command
    )


def spec_options(command: F) -> F:
    """Add the argument and the options that make a Selection; the command hands its `**values` to selection_of."""
    return click.argument("spec", type=click.Path(path_type=Path))(variant_options(command))


def variant_options(command: F) -> F:
    """Add the options that select a variant of a spec."""
    options = [
        click.option("--profile", help="Profile to lay over the spec; by default full with a GPU, organism without."),
        click.option(
            "--backend", "backends", multiple=True, metavar="STEP=NAME[,OPTION=VALUE]", help="Swap a backend."
        ),
        click.option("--only", multiple=True, metavar="NAME,NAME", help="These conditions and controls only."),
        click.option("--seeds", multiple=True, metavar="N,N", help="These seeds only."),
        click.option("--stretch/--no-stretch", default=None, help="With or without the stretch conditions."),
        click.option("--skip", multiple=True, metavar="STEP,STEP", help="Leave these steps out of all conditions."),
        out_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


def selection_of(values: Mapping[str, Any]) -> Selection:
    """Return the Selection among a command's parameters."""
    names = ("spec", "profile", "backends", "stretch", "out")
    only = _listed("--only", values["only"], "B0,B-paramedic")
    skip = _listed("--skip", values["skip"], "vectors")
    return Selection(**{name: values[name] for name in names}, only=only, seeds=_seeds(values["seeds"]), skip=skip)


def compile_selection(selection: Selection) -> Compiled:
    """Load the spec under its profile and compile it, with what its gates decided where they have."""
    with uncollected():
        return _compiled(selection)


@contextmanager
def uncollected() -> Iterator[None]:
    """Let the collector pass over what is made meanwhile: a plan lives to the end, and walking it takes a third of the
    time that it takes to make."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def _compiled(selection: Selection) -> Compiled:
    catalog, observers = discover()
    profile, announced = profile_of(selection.profile)
    experiment = load(
        selection.spec,
        profile=profile,
        catalog=catalog,
        overrides=_overrides(selection.backends),
        only=selection.only,
        seeds=selection.seeds,
        stretch=selection.stretch,
        skip=selection.skip,
    )
    plan = compile_plan(experiment, catalog)
    store = open_store(selection, make=False)
    return Compiled(*_decided(experiment, plan, catalog, store), catalog, observers, announced, experiment)


def _decided(experiment: Experiment, plan: Plan, catalog: Catalog, store: Store) -> tuple[Experiment, Plan]:
    """Return an experiment and its plan with the further seeds that its gates opened, once all of them are decided."""
    found = decisions(plan, store) if plan.gates else None
    if found is None:
        return experiment, plan
    opened = {name: bool(decision["open"]) for name, decision in found.items()}
    experiment = attained(with_decisions(experiment, opened), catalog)
    return experiment, compile_plan(experiment, catalog)


def out_folder(selection: Selection) -> Path:
    """Return the folder that holds the store and the runs."""
    return selection.out or find_project(selection.spec).root / "out"


def open_store(selection: Selection, *, make: bool) -> Store:
    """Return the store below the output folder; with `make` its folders are made."""
    return Store(out_folder(selection) / STORE, make=make)


def profile_of(named: str | None) -> tuple[str, str]:
    """Return the profile that is asked for, or else the one that fits this machine, and the reason for it."""
    if named:
        return named, ""
    found = gpus()
    if found:
        return "full", f"{found[0]} found: profile full"
    return "organism", "no GPU found: profile organism"


def _overrides(given: tuple[str, ...]) -> Mapping[str, str]:
    pairs = [text.partition("=") for text in given]
    for step, _, name in pairs:
        if not step or not name:
            raise UsageError(f"--backend takes STEP=NAME, not {step!r}", "for example --backend evaluate=sim")
    return {step: name for step, _, name in pairs}


def _folder(text: str | None) -> Path | None:
    if text == "":
        raise UsageError("--out names no folder", "for example --out out, or leave it away for the project's out")
    return Path(text) if text else None


def _listed(option: str, given: tuple[str, ...], example: str) -> tuple[str, ...]:
    """Return what an option names, in one comma list or by repetition."""
    parts = tuple(part.strip() for text in given for part in text.split(","))
    if "" in parts:
        raise UsageError(f"{option} names nothing in {','.join(given)!r}", f"for example {option} {example}")
    return parts


def _seeds(given: tuple[str, ...]) -> tuple[int, ...]:
    example = "42,137"
    try:
        return tuple(int(part) for part in _listed("--seeds", given, example))
    except ValueError:
        what = f"--seeds takes whole numbers, not {','.join(given)!r}"
        raise UsageError(what, f"for example --seeds {example}") from None
