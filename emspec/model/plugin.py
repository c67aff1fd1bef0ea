"""What a plugin hands to emspec: backends and hypothesis tests. Cheap values; the heavy code is named, not imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from emspec.model.alternative import Alternative
from emspec.model.attainable import Attainable
from emspec.model.decision import Metric
from emspec.model.experiment import Experiment, Hypothesis
from emspec.model.json import Json, JsonObject
from emspec.model.speed import Speed

NO_OPTIONS: Mapping[str, Json] = {"type": "object", "properties": {}, "additionalProperties": False}


@dataclass(frozen=True)
class Backend:
    """Executes the stages of one kind.

    name      what `backends:` and --backend call it; one name per kind
    version   declared by the author and part of every stage key: raise it when equal stages would come out different
    target    "package.module:callable", imported in the worker alone: Setup -> Session
    options   JSON Schema of the backend's options, all with defaults; {"format": "path"} marks an input file
    needs     importable libraries without which it cannot run; `install` is the line that gets them
    devices   where it can run: "cpu", "cuda"
    loads_model  whether its sessions are opened with the model (and so are not shared between models)
    named     whether `parameters` also carries "names": {"systems": [...], "questions": [...]}: for recorded or
              simulated replies, which know personas by name
    fetches   whether it gets what it makes from elsewhere: no command but `run` and `data fetch` has it do so
    speeds    how fast it was measured to be, for the plan's estimate of cost; without any the plan says that the time
              of its stages is not known
    """

    kind: str
    name: str
    version: str
    target: str
    options: JsonObject = field(default_factory=lambda: dict(NO_OPTIONS))
    needs: tuple[str, ...] = ()
    install: str = ""
    devices: tuple[str, ...] = ("cpu", "cuda")
    loads_model: bool = False
    named: bool = False
    fetches: bool = False
    speeds: tuple[Speed, ...] = ()


@dataclass(frozen=True)
class TestKind:
    """A hypothesis test.

    parameters  JSON Schema of what a hypothesis may say beside `test`, `claim` and `decide`. {"format": "persona"},
                "condition", "marker", "step" or "measure" makes a value a name to be looked up; for a measure the core
                adds the parameter "values": {condition: number}, or null where they are not known before the run
    target      "package.module:callable", imported in the worker: see hookspecs.emspec_tests
    attainable  computed from the design alone, before anything runs, without heavy libraries
    metrics     the figures of its finding that a registered rule (`decide:`) may name
    alternative  what the test is to find, for `emspec power` to plant; without it, or where it returns None, the test's
                 power cannot be asked
    """

    name: str
    version: str
    target: str
    parameters: JsonObject
    attainable: Callable[[Experiment, Hypothesis], Attainable]
    metrics: tuple[Metric, ...] = ()
    alternative: Callable[[Experiment, Hypothesis], Alternative | None] | None = None
    __test__ = False


@dataclass(frozen=True)
class PluginInfo:
    """One installed plugin: what it brings, or why it could not be used."""

    name: str
    distribution: str
    version: str
    broken: str = ""


@dataclass(frozen=True)
class Catalog:
    """Everything that the installed plugins bring. `brought_by` names the plugin of each (kind, name)."""

    backends: Mapping[tuple[str, str], Backend]
    tests: Mapping[str, TestKind]
    plugins: tuple[PluginInfo, ...] = ()
    brought_by: Mapping[tuple[str, str], str] = field(default_factory=dict)
