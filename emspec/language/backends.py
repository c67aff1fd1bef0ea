"""The backends of a spec: the profile's, over them the spec's, over them those of the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emspec.errors import Place, Problem
from emspec.files import is_regular
from emspec.language.fields import Setting
from emspec.language.joined import backend_keys, backend_schema, options_of
from emspec.language.scope import Notes
from emspec.model.experiment import BackendChoice
from emspec.model.plugin import Catalog
from emspec.model.records import FileRef
from emspec.registry import Project, sha256_file
from emspec.scalars import meaning
from emspec.schema import Schema, completed, in_fractions, nearest, problems
from emspec.source import parse


@dataclass(frozen=True)
class Chosen:
    """A choice as written: the stage kind it is for, name and options, and its place (None on the command line)."""

    kind: str
    written: Mapping[str, Any]
    setting: Setting | None

    def place(self, option: str) -> Place | None:
        """Return where an option was written."""
        return self.setting.spot.value(option) if self.setting else None


@dataclass(frozen=True)
class Layers:
    """What is said of backends, each layer over the one before: the profile's, the spec's, and --backend's."""

    profile: Mapping[str, Setting]
    spec: Mapping[str, Setting]
    typed: Mapping[str, str]


def choose(
    layers: Layers, steps: Mapping[str, str], catalog: Catalog, project: Project, notes: Notes
) -> Mapping[str, BackendChoice]:
    """Return the backends by step or stage kind. `steps` maps the spec's steps to their kinds."""
    kinds = backend_keys(steps, catalog)
    typed = {key: _typed(key, text, kinds, catalog, notes) for key, text in layers.typed.items()}
    merged: dict[str, Chosen] = {}
    for layer in (
        {key: _as_written(kinds[key], one) for key, one in layers.profile.items()},
        {key: _as_written(kinds[key], one) for key, one in layers.spec.items()},
        {key: one for key, one in typed.items() if one},
    ):
        # What a layer says for a whole stage kind also replaces what the layers below said for single steps.
        merged = {key: one for key, one in merged.items() if one.kind not in layer} | layer
    notes.swaps.extend(_swaps(layers.profile, merged))
    return {key: _resolved(one, catalog, project, notes) for key, one in merged.items()}


def _swaps(profile: Mapping[str, Setting], merged: Mapping[str, Chosen]) -> Iterator[str]:
    """Say for which steps and stage kinds another backend was chosen than the profile's: its note is untrue there."""
    own = {key: _as_written(key, one).written["name"] for key, one in profile.items()}
    for key, one in merged.items():
        name, before = one.written["name"], own.get(one.kind)
        if before and name != before:
            yield f"{key} by {name}, not {before}"


def _as_written(kind: str, setting: Setting) -> Chosen:
    value = setting.value
    return Chosen(kind, {"name": value} if isinstance(value, str) else value, setting)


def _typed(key: str, text: str, kinds: Mapping[str, str], catalog: Catalog, notes: Notes) -> Chosen | None:
    """Return what --backend KEY=NAME,OPTION=VALUE says, or None where it was noted as wrong."""
    typed = f"--backend {key}={text}"
    if key not in kinds:
        notes.error("S104", None, f"{typed}: there is no step or stage kind {key}", nearest(key, kinds))
        return None
    name, *pairs = text.split(",")
    options = {option: _meant(value) for option, _, value in (pair.partition("=") for pair in pairs)}
    written = in_fractions({**options, "name": name}, options_of(kinds[key], {"name": name}, catalog))
    found = problems(parse(typed, "{}"), backend_schema(kinds[key], catalog), written, (key,))
    notes.problems.extend(Problem("error", one.code, None, f"{typed}: {one.message}", one.fix) for one in found)
    return None if found else Chosen(kinds[key], written, None)


def _meant(text: str) -> str | int | float | bool | None:
    try:
        return meaning(text)
    except ValueError:
        return text


def _resolved(chosen: Chosen, catalog: Catalog, project: Project, notes: Notes) -> BackendChoice:
    schema: Mapping[str, Any] = options_of(chosen.kind, chosen.written, catalog)
    given = {option: value for option, value in chosen.written.items() if option != "name"}
    options = dict(completed(given, schema))
    files = []
    for option in (name for name, one in schema.get("properties", {}).items() if _is_file(one)):
        named = option in given or options.get(option)
        path = _file(chosen, option, options[option], project, notes) if named else None
        if path:
            files.append(FileRef(option, str(path), sha256_file(path)))
            options[option] = files[-1].sha256
    return BackendChoice(chosen.written["name"], options, tuple(files))


def _is_file(option: Schema) -> bool:
    return option.get("format") == "path"


def _file(chosen: Chosen, option: str, written: str, project: Project, notes: Notes) -> Path | None:
    """Return a file's path: relative to the project in a spec, to the working directory on the command line."""
    path = project.inside(written) if chosen.setting else Path(written).absolute()
    if path is None:
        fix = "name a file below the project's folder, relative to it"
        notes.error("S107", chosen.place(option), f"{option}: {written} leads out of the project", fix)
    elif not is_regular(path):
        notes.error("S107", chosen.place(option), f"{option}: there is no file {written}", "put the file there")
        return None
    return path
