"""Stage keys: a SHA-256 over everything that decides a stage's bytes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from emspec.model.json import Json, JsonObject, canonical, text_digest
from emspec.model.plugin import Backend
from emspec.model.stage import expanded


def key_document(backend: Backend, parameters: JsonObject, inputs: Mapping[str, str]) -> JsonObject:
    """Return the expanded document whose digest is the stage's key.

    Options that have their default value are left out, so that a new option changes no key.
    """
    return expanded(backend.kind, backend.name, backend.version, _without_defaults(parameters, backend), inputs)


def stage_key(document: JsonObject) -> str:
    """Return the key of a stage: the digest of its key document.

    Equal to `digest(document)`; the texts that many stages share (a panel's prompts, a question set) are encoded once.
    """
    return text_digest(
        _object(document, lambda value: _object(value, _part) if isinstance(value, dict) else _part(value))
    )


def option_defaults(backend: Backend) -> Mapping[str, Json]:
    """Return the default of each option of a backend, from its schema."""
    properties = backend.options.get("properties", {})
    assert isinstance(properties, Mapping)
    return {
        name: rule["default"] for name, rule in properties.items() if isinstance(rule, Mapping) and "default" in rule
    }


def own_options(options: JsonObject, backend: Backend) -> JsonObject:
    """Return the options that have another value than their default."""
    defaults = option_defaults(backend)
    return {name: value for name, value in options.items() if name not in defaults or defaults[name] != value}


def _without_defaults(parameters: JsonObject, backend: Backend) -> JsonObject:
    options = parameters.get("options")
    if not isinstance(options, Mapping):
        return parameters
    set_here = own_options(options, backend)
    rest = {name: value for name, value in parameters.items() if name != "options"}
    return {**rest, "options": set_here} if set_here else rest


def _object(value: JsonObject, encode: Callable[[Json], str]) -> str:
    return "{" + ",".join(f"{_shared(name)}:{encode(value[name])}" for name in sorted(value)) + "}"


def _part(value: Json) -> str:
    return _shared(value) if isinstance(value, tuple) else canonical(value)


@lru_cache(maxsize=4096)
def _shared(value: str | tuple[str | None, ...]) -> str:
    return canonical(value)
