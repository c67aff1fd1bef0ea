"""Find the installed plugins, ask each what it brings, and check that it all fits together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

import pluggy
from jsonschema import Draft202012Validator

from emspec.hookspecs import GROUP, Hooks
from emspec.model.plugin import Backend, Catalog, PluginInfo, TestKind
from emspec.run.events import Observer

T = TypeVar("T")


@dataclass(frozen=True)
class Brought:
    """One plugin's answers."""

    info: PluginInfo
    backends: tuple[Backend, ...] = ()
    tests: tuple[TestKind, ...] = ()
    observers: tuple[Observer, ...] = ()


def discover() -> tuple[Catalog, tuple[Observer, ...]]:
    """Return the catalogue of the installed plugins and their observers; a broken plugin is named and left out."""
    found = sorted(entry_points(group=GROUP), key=lambda point: (_distribution(point), point.name))
    brought = [ask(point) for point in found]
    return join(brought), tuple(observer for plugin in brought for observer in plugin.observers)


def ask(point: EntryPoint) -> Brought:
    """Import one plugin and call its hooks; whatever goes wrong becomes its `broken` reason."""
    version = point.dist.version if point.dist else "?"
    info = PluginInfo(point.name, _distribution(point), version)
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    try:
        module = point.load()
        manager.register(module, point.name)
        manager.check_pending()
        backends = _flat(manager.hook.emspec_backends(), Backend)
        tests = _flat(manager.hook.emspec_tests(), TestKind)
        for schema in (*(backend.options for backend in backends), *(test.parameters for test in tests)):
            Draft202012Validator.check_schema(schema)
    except Exception as error:
        reason = str(error).partition("\n")[0]
        return Brought(replace(info, broken=f"{type(error).__name__}: {reason}"))
    watches = manager.hook.emspec_observe.get_hookimpls()
    observers = (lambda event: manager.hook.emspec_observe(event=event),) if watches else ()
    return Brought(info, tuple(backends), tuple(tests), observers)


def join(brought: Sequence[Brought]) -> Catalog:
    """Put all answers together. What two plugins bring under one name is used from neither, and both say so."""
    owners: defaultdict[tuple[str, str], list[PluginInfo]] = defaultdict(list)
    for plugin in brought:
        for backend in plugin.backends:
            owners[backend.kind, backend.name].append(plugin.info)
        for test in plugin.tests:
            owners["test", test.name].append(plugin.info)
    clashes = {what: who for what, who in owners.items() if len(who) > 1}
    infos = tuple(_with_clashes(plugin.info, clashes) for plugin in brought)
    backends = {(b.kind, b.name): b for p in brought for b in p.backends if (b.kind, b.name) not in clashes}
    tests = {t.name: t for p in brought for t in p.tests if ("test", t.name) not in clashes}
    return Catalog(backends, tests, infos, {what: who[0].name for what, who in owners.items() if what not in clashes})


def _with_clashes(info: PluginInfo, clashes: dict[tuple[str, str], list[PluginInfo]]) -> PluginInfo:
    reasons = [
        f"{kind} {name} is brought by {' and '.join(f'{p.name} ({p.distribution})' for p in who)}"
        for (kind, name), who in sorted(clashes.items())
        if info in who
    ]
    return replace(info, broken="; ".join(reasons)) if reasons else info


def _flat(answers: Iterable[Iterable[T]], kind: type[T]) -> list[T]:
    values = [value for answer in answers for value in answer]
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"expected {kind.__name__} values, got {type(value).__name__}")
    return values


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "?"
