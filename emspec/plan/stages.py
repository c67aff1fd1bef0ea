"""The set of stages that a plan grows: backends chosen, keys computed, equal stages met once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emspec.errors import PluginError
from emspec.model.experiment import BackendChoice, Experiment, Hypothesis
from emspec.model.json import Json, JsonObject, digest
from emspec.model.plugin import Backend, Catalog, TestKind
from emspec.model.records import DatasetRecord
from emspec.model.stage import SessionKey, Stage
from emspec.plan.estimate import TRIVIAL
from emspec.plan.keys import key_document, option_defaults, own_options, stage_key


@dataclass(frozen=True, slots=True)
class Request:
    """A stage asked for, before it has a key."""

    kind: str
    choice: BackendChoice
    parameters: JsonObject
    label: str
    step: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    cost: float = TRIVIAL
    places: Mapping[str, str] = field(default_factory=dict)


NOTHING_INSTALLED = BackendChoice("")
"""The choice for stages of a kind that no installed plugin brings: they are planned and cannot be run."""


def data_request(data: DatasetRecord) -> Request:
    """Return the stage that makes a data set's rows."""
    return Request(
        kind="data",
        choice=BackendChoice(data.backend, {}, data.files),
        parameters={"source": data.source, "contract": data.contract},
        label=f"data {data.name}",
        step="data",
    )


class StageSet:
    """Stages by key, in the order in which they were first asked for: inputs always before what needs them."""

    def __init__(self, experiment: Experiment, catalog: Catalog) -> None:
        self.experiment = experiment
        self.catalog = catalog
        self.stages: dict[str, Stage] = {}
        self._model = digest(experiment.model.identity)
        self._sessions: dict[tuple[str, str], SessionKey] = {}
        self._options: dict[int, tuple[BackendChoice, JsonObject, JsonObject]] = {}

    def add(self, request: Request) -> str:
        """Add a stage, unless an equal one is there, and return its key."""
        backend = self.backend(request.kind, request.choice)
        options, own = self._options_of(backend, request.choice)
        keyed = {**request.parameters, "options": own} if own else request.parameters
        key = stage_key(key_document(backend, keyed, request.inputs))
        if key not in self.stages:
            parameters = {**request.parameters, "options": options} if options else request.parameters
            files = {f"option.{f.name}": f.path for f in request.choice.files}
            self.stages[key] = Stage(
                key=key,
                kind=request.kind,
                backend=backend.name,
                version=backend.version,
                parameters=parameters,
                inputs=request.inputs,
                keyed=keyed,
                session=self._session(backend),
                label=request.label,
                step=request.step,
                places={**request.places, **files} if files else request.places,
                cost=request.cost,
            )
        return key

    def chosen(self, kind: str, *names: str) -> BackendChoice:
        """Return the backend chosen for one of the names (a step's), or else for the stage kind."""
        for name in (*names, kind):
            if name in self.experiment.backends:
                return self.experiment.backends[name]
        if not any(of == kind for of, _ in self.catalog.backends):
            return NOTHING_INSTALLED
        raise PluginError(
            f"no backend is chosen for {kind} stages", f"add to the spec or its profile: backends: {{{kind}: NAME}}"
        )

    def backend(self, kind: str, choice: BackendChoice) -> Backend:
        """Return the installed backend that a choice names; for a kind of stage that no plugin brings, one that cannot
        be run."""
        if choice.name == NOTHING_INSTALLED.name:
            return Backend(kind, "", "", "", loads_model=True)
        if (kind, choice.name) in self.catalog.backends:
            return self.catalog.backends[kind, choice.name]
        have = ", ".join(sorted(name for of, name in self.catalog.backends if of == kind)) or "none"
        raise PluginError(
            f"no installed plugin brings the backend {choice.name} for {kind} stages (installed: {have})",
            "emspec plugins",
        )

    def test(self, hypothesis: Hypothesis) -> TestKind:
        """Return the installed test that a hypothesis names."""
        if hypothesis.test in self.catalog.tests:
            return self.catalog.tests[hypothesis.test]
        raise PluginError(
            f"no installed plugin brings the test {hypothesis.test}, which {hypothesis.name} asks for", "emspec plugins"
        )

    def _session(self, backend: Backend) -> SessionKey:
        name = (backend.kind, backend.name)
        if name not in self._sessions:
            asked = self.experiment.profile.device
            device = asked if backend.loads_model and asked in backend.devices else "cpu"
            model = self._model if backend.loads_model else ""
            self._sessions[name] = SessionKey(backend.target, model, device, backend.needs)
        return self._sessions[name]

    def _options_of(self, backend: Backend, choice: BackendChoice) -> tuple[JsonObject, JsonObject]:
        """Return all options of a choice, and those that differ from their defaults: equal ones are one object."""
        if id(choice) not in self._options:
            options = _options(backend, choice)
            self._options[id(choice)] = (choice, options, own_options(options, backend))
        _, options, own = self._options[id(choice)]
        return options, own


def _options(backend: Backend, choice: BackendChoice) -> JsonObject:
    if not backend.options.get("properties"):
        return {}
    files: Mapping[str, Json] = {file.name: file.sha256 for file in choice.files}
    return {**option_defaults(backend), **choice.options, **files}
