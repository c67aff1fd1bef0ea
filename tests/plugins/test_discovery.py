"""Finding plugins: what a broken or clashing one does to the others."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from emspec import Backend, hookimpl
from emspec.plugins import ask, discover, join


def point(name: str, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> EntryPoint:
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return EntryPoint(name, module.__name__, "emspec")


def bringing(name: str, *backends: Backend) -> ModuleType:
    module = ModuleType(name)

    @hookimpl
    def emspec_backends() -> tuple[Backend, ...]:
        return backends

    module.emspec_backends = emspec_backends  # type: ignore[attr-defined]
    return module


def test_the_built_in_plugins_are_found_by_their_entry_points() -> None:
    catalog, _ = discover()
    assert {"hf", "organism", "replay", "sim", "stats", "vllm"} <= {plugin.name for plugin in catalog.plugins}
    assert not [plugin for plugin in catalog.plugins if plugin.broken]
    wanted = {("train", "hf"), ("couple", "hf"), ("generate", "hf"), ("generate", "vllm"), ("generate", "replay")}
    assert wanted <= set(catalog.backends)
    assert {"self-leakage", "invariance", "immunity"} <= set(catalog.tests)


def test_a_plugin_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ask(EntryPoint("gone", "no_such_module_anywhere", "emspec"))
    assert "No module named 'no_such_module_anywhere'" in broken.info.broken
    fine = ask(point("fine", bringing("fine_plugin", Backend("generate", "fine", "1", "m:f")), monkeypatch))
    catalog = join([broken, fine])
    assert ("generate", "fine") in catalog.backends
    assert [plugin.name for plugin in catalog.plugins if plugin.broken] == ["gone"]


def test_a_hook_that_raises_or_returns_something_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = bringing("wrong_plugin", "not a backend")  # type: ignore[arg-type]
    assert "expected Backend values, got str" in ask(point("wrong", wrong, monkeypatch)).info.broken


def test_a_malformed_schema_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = bringing("misdescribed", Backend("generate", "odd", "1", "m:f", {"type": "numbr"}))
    assert "'numbr' is not valid" in ask(point("misdescribed", wrong, monkeypatch)).info.broken


def test_an_unknown_hook_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    module = bringing("misspelt_plugin")

    @hookimpl
    def emspec_backend() -> None:
        return None

    module.emspec_backend = emspec_backend  # type: ignore[attr-defined]
    assert "emspec_backend" in ask(point("misspelt", module, monkeypatch)).info.broken


def test_clashing_backends_are_used_from_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    same = Backend("generate", "same", "1", "m:f")
    own = Backend("generate", "own", "1", "m:f")
    one = ask(point("one", bringing("plugin_one", same, own), monkeypatch))
    two = ask(point("two", bringing("plugin_two", same), monkeypatch))
    catalog = join([one, two])
    assert set(catalog.backends) == {("generate", "own")}
    assert all("generate same is brought by one" in plugin.broken for plugin in catalog.plugins)


def test_observers_get_events(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    module = bringing("watching_plugin")

    @hookimpl
    def emspec_observe(event: object) -> None:
        seen.append(event)

    module.emspec_observe = emspec_observe  # type: ignore[attr-defined]
    (observer,) = ask(point("watching", module, monkeypatch)).observers
    observer({"event": "run-started"})
    assert seen == [{"event": "run-started"}]
